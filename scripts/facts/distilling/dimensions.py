"""What each dimension of a parameter is, from how it followed the settings."""
from collections import defaultdict

from formulas import evaluate, integer

from .fits import Fits
from .members import Members
from .owners import config_of


class Dimensions:
    """
    Finds what each dimension is (the language: formulas.py). Shapes are given as [(build, shape)].

    builds: as `builds_of` has them; without_effect: settings that did nothing; tried: settings that were varied by themselves;
    derived: `Derived`.
    """

    def __init__(self, builds, without_effect, tried, submodels, derived):
        self.builds = [values for values, _, _ in builds]
        self.tried = tried
        self.submodels = submodels
        self.fits = Fits(self.builds, derived)
        self.members = Members(self.builds)
        self.fixed = self._never_varied(without_effect)

    def of(self, shapes, memory, members):
        """
        The dimensions of a parameter, each None where nothing explains it; None where its rank is not the same in all builds.
        members: for each shape, its number in the list that it is in.
        """
        ranks = {len(shape) for _, shape in shapes}
        if len(ranks) != 1:
            return None
        return [self._one([(number, shape[i]) for number, shape in shapes], memory, members) for i in range(ranks.pop())]

    def better(self, shapes, own, other):
        """Dimensions of the bare class in place of the own where they hold in these builds too: it was varied more widely."""
        if other is None or own is not None and len(own) != len(other) or any(len(shape) != len(other) for _, shape in shapes):
            return own
        return [theirs if theirs is None or self._holds(theirs, i, shapes) else mine
                for i, (theirs, mine) in enumerate(zip(other, own or [None] * len(other)))]

    def _holds(self, dim, i, shapes):
        """Whether a dimension gives every size, of those that it says anything of."""
        return all(evaluate(dim, self.builds[number]) in (None, shape[i]) for number, shape in shapes)

    def _one(self, seen, memory, members):
        by_build = {}
        for number, size in seen:
            if by_build.setdefault(number, size) != size:
                return self.members.of([(number, member, size) for (number, size), member in zip(seen, members)])
        sizes = set(by_build.values())
        own = self.members.entry([(number, member, size) for (number, size), member in zip(seen, members)])
        if own is not None:
            return own
        if len(sizes) == 1:
            return self._constant(sizes.pop(), by_build)
        keys = [k for k in self.fits.keys if all(self.builds[n].get(k) == size for n, size in by_build.items())]
        return self.fits.with_alternatives(self._nearest(keys, memory) if keys else self.fits.formula(by_build), by_build)

    def _nearest(self, keys, memory):
        """Of settings that always were equal: one that was tried by itself, of the model within the model that the parameter is in."""
        at = config_of(memory, self.submodels)
        return min(keys, key=lambda k: (k not in self.tried, at is not None and not k.startswith(at + "."), k.count("."), len(k)))

    def _constant(self, size, by_build):
        """A size that never changed; None where a setting that was not varied may be behind it."""
        if len(by_build) < 3 and size != 1:
            return None
        for fixed in self.fixed:
            if size == fixed or (fixed >= 16 and size % fixed == 0):
                return None
        return size

    def _never_varied(self, without_effect):
        """Numbers over 1 of the settings that were the same in all builds, and are not known to do nothing."""
        base = self.builds[0]
        varied = {k for values in self.builds for k, v in values.items() if v != base.get(k)}
        fixed = []
        for key, value in base.items():
            if key in varied or key in without_effect or key == "num_labels":
                continue
            fixed += [item for item in (value if isinstance(value, list) else [value]) if integer(item) and item > 1]
        return fixed


def size_biases(parameters):
    """A bias that is rarely there was seen in too few builds: it has the outputs of the weight beside it."""
    by_name = {parameter["disk"]: parameter for parameter in parameters}
    for parameter in parameters:
        stem, _, last = parameter["disk"].rpartition(".")
        weight = by_name.get(stem + ".weight")
        if last != "bias" or parameter["dims"] != [None] or weight is None or not weight["dims"]:
            continue
        outputs = defaultdict(set)
        for number, shape in weight["shapes"]:
            outputs[number].add(tuple(shape))
        for axis in (0, -1):
            if all({(w[axis],) for w in outputs[number]} == {tuple(shape)} for number, shape in parameter["shapes"]):
                parameter["dims"] = [weight["dims"][axis]]
                break
