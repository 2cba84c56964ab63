"""Which parameters are one tensor, and the flag that makes them so."""


def ties_of(entry, memory):
    """[{target, source, flag, default}]: a flag of None ties always, `default` is without any flag."""
    trials = [(flags, None if groups is None else _pairs(groups, memory)) for flags, groups in entry["ties"]]
    default, all_on, all_off = (trials[i][1] for i in range(3))
    default = default or set()
    all_on = default if all_on is None else all_on
    all_off = all_on if all_off is None else all_off
    paths = list(trials[1][0])
    ties = []
    for pair in sorted(all_on | all_off | default):
        target, source = pair
        if pair in all_off:
            ties.append({"target": target, "source": source, "flag": None, "default": True})
            continue
        found = [path for path in paths if _decides(path, pair, paths, trials)] or _either(pair, paths, trials)
        ties.append({"target": target, "source": source, "flag": found[0] if found else paths[0], "default": pair in default})
    return ties


def _decides(path, pair, paths, trials):
    """Whether two parameters were tied in all builds that have a flag, and in none of those that do not."""
    full = _full(paths, trials)
    on = [seen for flags, seen in full if flags.get(path) is True]
    off = [seen for flags, seen in full if flags.get(path) is False]
    return bool(on and off) and all(pair in seen for seen in on) and all(pair not in seen for seen in off)


def _either(pair, paths, trials):
    """Flags any one of which is enough, as `a|b`; empty where that is not how it is."""
    full = _full(paths, trials)
    alone = [p for p in paths if any(flags[p] and sum(flags.values()) == 1 and pair in seen for flags, seen in full)]
    if alone and all((pair in seen) == any(flags[p] for p in alone) for flags, seen in full):
        return ["|".join(alone)]
    print("no flag explains", pair, [(flags, pair in seen) for flags, seen in full])
    return []


def _full(paths, trials):
    """Trials that could be built and say something of every flag."""
    return [(flags, seen) for flags, seen in trials[1:] if seen is not None and len(flags) == len(paths)]


def _pairs(groups, memory):
    """{(target, source)} as patterns."""
    found = set()
    for kept, *others in groups or []:
        for other in others:
            target, source = memory.pattern(other), memory.pattern(kept)
            if _numbers(other, target) != _numbers(kept, source) or target == source:
                target, source = other, kept  # members of a list tied to its first: not a rule for every number
            found.add((target, source))
    return found


def _numbers(name, pattern):
    return [part for part, star in zip(name.split("."), pattern.split(".")) if star == "*"]
