"""Whose a parameter is: the model within the model that holds it, and its like in the bare class."""


def config_of(memory, submodels):
    """Dotted path of the config of the innermost model within the model that a parameter is in, or None."""
    inside = [(len(path), at) for path, _, at, _ in submodels if at and memory.startswith(path + ".")]
    return max(inside)[1] if inside else None


def place_of(bare, names):
    """What a class puts before the names of its bare class (`model.`, or nothing), or None."""
    if bare is None or not bare["memory"]:
        return None
    places = {""} | {name.split(".")[0] + "." for name in names}
    held = {place: len({place + name for name in bare["memory"]} & names) for place in places}
    return max(sorted(held), key=held.get)


def placed(bare, names):
    """memory pattern → parameters of the bare class, with what this class puts before its names (`model.`)."""
    place = place_of(bare, names)
    if place is None:
        return {}
    known = {}
    for group in bare["groups"]:
        for parameter in group["parameters"]:
            known.setdefault(place + parameter["memory"], []).append(parameter)
    return known


def dims_in(bare, parameter):
    """Dimensions that the bare class gives for a parameter, where it is clear which of its parameters (`placed`) that is."""
    found = bare.get(parameter["memory"], [])
    end = parameter["disk"].split(".")[-2:]
    found = [p for p in found if p["disk"].split(".")[-2:] == end] if len(found) > 1 else found
    return found[0]["dims"] if len(found) == 1 else None


def list_in(bare, listed, parameter):
    """The setting that counts a list, by what the bare class says of the list that one of its parameters is in."""
    if not parameter["disk"].startswith(listed + ".*"):
        return None
    place = parameter["disk"][:len(listed) + 2].count("*")
    for other in bare["parameters"].get(parameter["memory"], []):
        parts = other["disk"].split(".")
        stars = [i for i, part in enumerate(parts) if part == "*"]
        if len(stars) >= place:
            return bare["layers"].get(".".join(parts[:stars[place - 1]]))
    return None
