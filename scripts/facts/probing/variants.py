"""Builds that differ from a start in one setting, and what each showed."""
from configs import (LAYERS, among, choices, compared_settings, lengths, lists_of, merge, num_labels, of_words, perturbations, put, relisted, thresholds, words_in_code,
                     words_near)
from formulas import integer

from .builder import Start


def counts_layers(path):
    """Whether a setting is, by its name, a number of layers."""
    return bool(LAYERS.search(path.rsplit(".", 1)[-1]))


class Variants:
    """
    All builds of one class but the base. `facts`: what `Builder.start` returned.

    builds: as they are written; changed: {setting: whether what it did concerns heads too}; derived: settings that the config
    class derives from others; sizes: {setting that sizes something: the value tried}; without_effect: settings that did nothing;
    together: [({setting: value}, setting, value)]: what did something only beside others.
    """

    def __init__(self, builder, facts):
        self.builder, self.facts = builder, facts
        self.base = builder.base
        self.builds = []
        self.changed = {}
        self.derived = set()
        self.sizes = {}
        self.without_effect = []
        self.together = []

    def keep(self, label, seen, values, start=None, same=False):
        """Stores a build, as what differs from the one it started from, unless it looks exactly like that."""
        start = start or self.base
        if seen == start.seen and not same:
            self.without_effect.append(label[0])
            return False
        diff = {k: v for k, v in values.items() if self.base.values.get(k, "absent") != v}
        diff.update({k: "absent" for k in self.base.values if k not in values})
        build = {"label": label, "from": start.number, "values": diff}
        for names in ("disk", "memory"):
            before, now = start.seen[names], seen[names]
            build[names] = {name: shape for name, shape in now.items() if before.get(name) != shape}
            build[names + "Gone"] = [name for name in before if name not in now]
        self.builds.append(build)
        return seen != start.seen

    def change(self, path, value, start=None):
        """
        One setting changed: whether that did anything, None where it cannot be built. Where the config derives others from it
        (`head_dim` from the number of heads), the variant is built with those as they were, too: else what the setting does by
        itself would not show.
        """
        start = start or self.base
        overrides = put(start.overrides, path, value)
        if counts_layers(path) and integer(value):
            overrides = relisted(overrides, path, start.values.get(path), value)
        built = self.builder.attempt(overrides)
        if built is None:
            return None
        followed = [key for key, old in start.values.items()
                    if key != path and integer(old) and integer(built.values.get(key)) and built.values[key] != old]
        self.derived.update(followed)
        changed = self.keep([path, value], built.seen, built.values, start, same=bool(followed))
        if followed:
            for key in followed:
                overrides = put(overrides, key, start.values[key])
            pinned = self.builder.attempt(overrides)
            if pinned is not None and all(pinned.values.get(key) == start.values[key] for key in followed):
                self.keep([path, value, *followed], pinned.seen, pinned.values, start, same=True)
                changed = changed or pinned.seen != start.seen
        return changed

    def settings(self, effective):
        """
        Every setting varied by itself. `effective`: the settings that did something to the bare class (`changed`), None for that
        class itself: what others have in common with it is known from it already.
        """
        settings = list(self.base.values.items())
        if effective is not None:
            settings = [s for s in settings if effective.get(s[0], True)]
            rest = [s for s in settings if s[0] not in effective]
            for kind in (bool, int, float, type(None), list):
                group = [s for s in rest if type(s[1]) is kind]
                if group and self._silent(group):
                    settings = [s for s in settings if s not in group]
        for path, value in self.base.values.items():
            if integer(value) and counts_layers(path):
                # First of all and by itself, in every class: which setting counts which layers must not be a guess.
                self.change(path, value + 1)
        for path, value in settings:
            self._vary(path, value)

    def depths(self):
        """The model with more layers than the base has: later ones can be of other kinds."""
        for layers in (6, 12):
            built = self.builder.attempt(merge(self.base.overrides, self.builder.deeper(layers)))
            if built:
                self.keep(["layers", layers], built.seen, built.values)

    def others(self):
        """The model of the other configurations that are known to be started from: the same network with another backbone."""
        for number, start in enumerate(self.builder.other_starts()):
            built = self.builder.attempt(start)
            if built:
                self.keep(["start", number], built.seen, built.values)

    def lengths(self, start=None):
        """The model with lists of numbers that are shorter and longer: where they count something, no number need do it."""
        start, done = start or self.base, set()
        for change in lengths(start.values):
            key = change[0][0].rpartition(".")[0], len(change[0][1]), len(start.values[change[0][0]])
            if key in done:
                continue
            overrides = start.overrides
            for path, value in change:
                overrides = put(overrides, path, value)
            built = self.builder.attempt(overrides)
            if built and self.keep(["lengths", [path for path, _ in change]], built.seen, built.values, start):
                done.add(key)

    def equalities(self):
        """The model with settings equal of which the code asks whether they are."""
        for one, at, other in compared_settings(self.builder.cls, self.base.values):
            size, before = self.base.values[other], self.base.values[one]
            equal = size if not at else [*before[:-1], size] if at == "last" else [size, *before[1:]]
            if equal != before:
                self.change(one, equal)

    def labels(self):
        """The model with other numbers of labels, which no setting states."""
        for count in sorted({5, 7, *thresholds(self.builder.cls, "num_labels")}):
            built = self.builder.attempt(merge(self.base.overrides, num_labels(count)))
            if built:
                self.keep(["num_labels", count], built.seen, {**built.values, "num_labels": count})

    def values(self, path, value):
        """Other values to try for a setting."""
        if of_words(value):
            return [other for other in lists_of(words_near((self.builder.cls, self.builder.config_class_at(path)), path.rpartition(".")[2]), value) if other != list(value)]
        words = words_in_code(self.builder.cls, path) if isinstance(value, str) or value is None else []
        listed = perturbations(path, value) + among(path, value, self.base.values) + choices(self.builder.config_class_at(path), path, value)
        return listed + [word for word in words if word not in listed and word != value]

    def _in_company(self, path, value):
        """A switch that cannot be turned by itself, with the first other switch with which it can: cross-attention is for decoders only."""
        for other, now in self.base.values.items():
            if other == path or not isinstance(now, bool) or other.rpartition(".")[0] != path.rpartition(".")[0]:
                continue
            together = put(self.base.overrides, other, not now)
            if self.builder.attempt(put(together, path, value)) is None:
                continue
            built = self.builder.attempt(together)
            if built is not None:
                return self.change(path, value, self.regime(Start(None, together, built.seen, built.values), [other]))
        return None

    def regime(self, start, keys):
        """Keeps a start of further variants, that takes the settings `keys`."""
        self.keep(["regime", keys], start.seen, start.values, same=True)
        start.number = len(self.builds)
        return start

    def combinations(self, together):
        """What did something only beside other settings in the bare class: the other classes have it too."""
        starts = {}
        for beside, path, value in together:
            key = repr(beside)
            if key not in starts:
                overrides = self.base.overrides
                for other, now in beside.items():
                    overrides = put(overrides, other, now)
                built = self.builder.attempt(overrides)
                starts[key] = built and self.regime(Start(None, overrides, built.seen, built.values), sorted(beside))
            if starts[key]:
                self.change(path, value, starts[key])

    def _vary(self, path, value):
        done = False
        for other in self.values(path, value):
            doubled = integer(value) and other in (value * 2, value // 2)
            if doubled and done:
                continue
            before = len(self.builds)
            outcome = self.change(path, other)
            if outcome is None and isinstance(value, bool):
                outcome = self._in_company(path, other)
            done = done or (doubled and outcome is not None)
            if outcome:
                made = self.builds[before:]
                self.changed[path] = self.changed.get(path, False) or any(self._shapes_a_head(build) for build in made)
                if doubled:
                    self.sizes[path] = other

    def _shapes_a_head(self, build):
        """Whether a variant says something about heads too: it changed which parameters there are, or the embedding."""
        if build["diskGone"] or any(name not in self.base.seen["disk"] for name in build["disk"]):
            return not counts_layers(build["label"][0])
        return self.facts["input"] in build["memory"]

    def _silent(self, group):
        """Whether changing all of these settings at once leaves the model as it is."""
        overrides = self.base.overrides
        for path, value in group:
            options = self.values(path, value)
            # Where either of two probabilities is enough, one turned off and the other on would hide what they do.
            if options and not (isinstance(value, float) and value == 0):
                overrides = put(overrides, path, options[0])
        built = self.builder.attempt(overrides)
        if built is None or built.seen != self.base.seen:
            return False
        self.without_effect += [path for path, value in group if self.values(path, value)]
        return True
