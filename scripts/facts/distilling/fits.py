"""Formulas for a size, each of their settings seen to move it by itself."""
import itertools

from formulas import fit, integer, words


class Fits:
    """
    Formulas over the settings of some builds (formulas.py). A size is given as {build: size}, for the builds that have it.

    builds: the settings of each; derived: `Derived`; keys: all settings that are numbers somewhere.
    """

    def __init__(self, builds, derived):
        self.builds, self.derived = builds, derived
        self.keys = sorted({k for values in builds for k, v in values.items() if integer(v)})
        self.apart = self._apart(self.keys, range(len(builds)))
        self.known = {}

    def formula(self, by_build):
        """One formula for all builds, or one for those in which a setting is a number and one for those in which it is not."""
        whole = self._fitted(by_build)
        if whole is None:
            whole = self._followed(by_build)
        if whole is not None:
            return whole
        for key in self.keys:
            stated = {n: size for n, size in by_build.items() if integer(self.builds[n].get(key))}
            absent = {n: size for n, size in by_build.items() if n not in stated}
            if not stated or not absent:
                continue
            first = key if all(self.builds[n][key] == size for n, size in stated.items()) else self._fitted(stated)
            if first is not None and key in words(first):
                second = self._fitted(absent) or self._followed(absent)
                return first if second is None else f"{first}|{second}"
        return None

    def with_alternatives(self, dim, by_build):
        """
        A dimension that names settings which the config class derives where they are not stated (`head_dim`) also says
        what it is without them: a config.json need not have them.
        """
        missing = [word for word in dict.fromkeys(words(dim)) if word in self.derived.sources] if dim and "|" not in dim else []
        alternatives = [dim]
        for gone in [{word} for word in missing] + ([set(missing)] if len(missing) == 2 else []):
            seen = {n: size for n, size in by_build.items() if not gone & self.derived.stated[n]}
            other = self._without(gone, frozenset(seen.items()))
            if other is not None and other not in alternatives:
                alternatives.append(other)
        return "|".join(alternatives) if dim else dim

    def _without(self, gone, seen):
        """What a size was by the other settings, in builds whose config did not state these."""
        known = self.known.get((frozenset(gone), seen), "")
        if known != "":
            return known
        by_build, found = dict(seen), None
        if len(set(by_build.values())) > 1:
            keys = [k for k in self.keys if k not in gone]
            moving = {key for one, other, key in self._apart(keys, by_build) if by_build[one] != by_build[other]}
            sources = set().union(*(self.derived.sources[key] for key in gone)) - gone
            for chosen in (moving, moving | sources):
                found = found or self._fit(chosen, by_build)
        self.known[frozenset(gone), seen] = found
        return found

    def _fitted(self, by_build):
        seen = frozenset(by_build.items())
        if seen not in self.known:
            self.known[seen] = self._fit(self._moving(by_build), by_build)
        return self.known[seen]

    def _followed(self, by_build):
        """
        A formula where a setting cannot be varied without another that follows it (`mamba_d_head` the hidden size): by the one
        that was set.
        """
        alone = self._moving(by_build)
        moving, followers = set(alone), set()
        for number, (start, key) in self.derived.variants.items():
            moved = number in by_build and start in by_build and by_build[number] != by_build[start]
            if moved and key not in alone and integer(self.builds[number].get(key)):
                moving.add(key)
                followers |= {k for k in self.keys if k != key and self.builds[number].get(k) != self.builds[start].get(k)}
        keys = moving - followers
        if not followers or followers & alone:
            return None
        seen = frozenset(by_build.items()), frozenset(keys)
        if seen not in self.known:
            self.known[seen] = self._fit(keys, by_build)
        return self.known[seen]

    def _fit(self, keys, by_build):
        return fit(keys, {n: self.builds[n] for n in by_build}, by_build)

    def _moving(self, by_build):
        """Settings that moved the size by themselves: between two builds that differ in no other setting."""
        return {key for one, other, key in self.apart if one in by_build and other in by_build and by_build[one] != by_build[other]}

    def _apart(self, keys, builds):
        """[(build, build, the one of these numeric settings in which they differ)]."""
        columns = [(n, tuple(self.builds[n].get(k) for k in keys)) for n in builds]
        found = []
        for (one, mine), (other, theirs) in itertools.combinations(columns, 2):
            differing = [i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b]
            if len(differing) == 1 and integer(mine[differing[0]]) and integer(theirs[differing[0]]):
                found.append((one, other, keys[differing[0]]))
        return found
