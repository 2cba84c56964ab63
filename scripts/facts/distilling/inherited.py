"""What the bare class of a model type says of a class that was built once and not varied."""
from .owners import place_of


def inherit(groups, bare, names):
    """
    Groups of a class that was not varied, with what a setting decides of in its bare class: what the one build has and the bare
    class has only with some value, and what that build lacks. Left as they are where the bare class stores its parameters by other
    names than it holds them.
    """
    place = place_of(bare, names)
    if place is None or sum(place + name in names for name in bare["memory"]) * 2 < len(bare["memory"]):  # a part of the bare class
        return groups
    decided = [group for group in bare["groups"] if group["when"] and all(p["disk"] == p["memory"] for p in group["parameters"])]
    own = {p["memory"]: (group, p) for group in groups for p in group["parameters"]}
    result = list(groups)
    for group in decided:
        held = [own[place + p["memory"]] for p in group["parameters"] if place + p["memory"] in own]
        if any(p["disk"] != p["memory"] for _, p in held) or 0 < len(held) < len(group["parameters"]):
            continue
        result.append({"scope": place + group["scope"] if group["scope"] else "", "presence": "sometimes", "when": group["when"],
                       "parameters": [{**p, "disk": place + p["disk"], "memory": place + p["memory"]} for p in group["parameters"]]})
        for other, parameter in held:
            other["parameters"] = [p for p in other["parameters"] if p is not parameter]
    return [group for group in result if group["parameters"]]
