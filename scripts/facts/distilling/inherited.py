"""What the bare class of a model type says of a class that was built once and not varied."""
import json

from .owners import place_of


def inherit(groups, values, bare, names):
    """
    Groups of a class that was not varied, with what a setting decides of in its bare class: what the one build has and the bare
    class has only with some value, and what that build lacks. Left as they are where the bare class stores its parameters by other
    names than it holds them, and where a part of the bare class is made otherwise within the class (a pooler that it never has),
    or the class has a parameter of that name itself: a loader tells such from the one in the bare class by what is there.

    values: the settings of the one build.
    """
    place = place_of(bare, names)
    if place is None or sum(place + name in names for name in bare["memory"]) * 2 < len(bare["memory"]):  # a part of the bare class
        return groups
    decided = [group for group in bare["groups"] if group["when"] and all(p["disk"] == p["memory"] for p in group["parameters"])]
    own = {p["memory"]: (group, p) for group in groups for p in group["parameters"]}
    result = list(groups)
    for group in decided:
        held = [own[place + p["memory"]] for p in group["parameters"] if place + p["memory"] in own]
        value = json.dumps(values.get(group["when"]["key"]))
        otherwise = value in group["when"]["absent" if held else "present"]
        namesake = place and any(p["memory"] in own for p in group["parameters"])
        if otherwise or namesake or any(p["disk"] != p["memory"] for _, p in held) or 0 < len(held) < len(group["parameters"]):
            continue
        result.append({"scope": place + group["scope"] if group["scope"] else "", "presence": "sometimes", "when": group["when"],
                       "parameters": [{**p, "disk": place + p["disk"], "memory": place + p["memory"]} for p in group["parameters"]]})
        for other, parameter in held:
            other["parameters"] = [p for p in other["parameters"] if p is not parameter]
    return [group for group in result if group["parameters"]]
