"""Sizes that differ from one member of a list to another."""
from formulas import integer


class Members:
    """
    Finds the list of the config that has an entry for each member. `conv_dim.member`: the member's own entry; `conv_dim.previous`: that of
    the member before it, which says nothing of the first; `*`: members of one kind differ, and no list tells how.

    builds: the settings of each.
    """

    def __init__(self, builds):
        self.builds = builds
        self.lists = sorted({key for values in builds for key, value in values.items()
                             if isinstance(value, list) and len(value) > 1 and all(integer(v) for v in value)})

    def of(self, seen):
        """seen: [(build, number of the member, size)] of one dimension, of which some build has several sizes."""
        if any(member is None for _, member, _ in seen):
            return None
        before = [(number, member - 1, size) for number, member, size in seen if member > 0]
        previous = next((f"{key}.previous" for key in self.lists if self._follows(key, before)), None)
        return self.entry(seen) or previous or ("*" if self._unlike(seen) else None)

    def entry(self, seen):
        """`conv_dim.member` where the sizes are the entries of a list, or None."""
        known = all(member is not None for _, member, _ in seen)
        return next((f"{key}.member" for key in self.lists if known and self._follows(key, seen)), None)

    def _follows(self, key, seen):
        """Whether each size is the entry of a list, which was seen to move it."""
        entries = set()
        for number, at, size in seen:
            value = self.builds[number].get(key)
            if not isinstance(value, list) or at >= len(value) or value[at] != size:
                return False
            entries.add((at, size))
        return len(entries) > len({at for at, _ in entries})

    def _unlike(self, seen):
        """Whether members differ in one build of which every list of the config says the same."""
        sizes = {}
        for number, member, size in seen:
            count = max(m for n, m, _ in seen if n == number) + 1
            kind = tuple(repr(value[member]) for value in self.builds[number].values() if isinstance(value, list) and len(value) == count)
            if sizes.setdefault((number, kind), size) != size:
                return True
        return False
