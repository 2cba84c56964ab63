"""What a dimension is, from how it followed the settings.

The language of a dimension (`Dimension` in src/architecture/facts.ts): a number, or a sum of products of settings and numbers, each of which may be
divided by one setting: `num_attention_heads*head_dim`, `q_lora_rank+64`, `hidden_size*num_key_value_heads/num_attention_heads`. A `^2` at the
end squares such a quotient, rounded down: `image_size/patch_size^2+1`, the patches of a square image. `a|b`: the first of whose settings all
are stated. What a list has is a setting too: `conv_dim.length`, `conv_dim.first`, `conv_dim.last`, `conv_dim.member` (distilling/members.py).
"""
import itertools
import re

COEFFICIENTS = (1, 2, 3, 4, 6, 8)
#: Settings that one dimension may depend on; more than that and a fit proves nothing.
MOST_KEYS = 7
SQUARE = "^2"
#: Numbers of layers divide no size: where one seems to, a module of another size came to stand at that number.
_LAYERS = re.compile(r"layers$")
_WORD = re.compile(r"[^*+/|^]+")


def integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def words(dim):
    """The settings that a dimension names."""
    return [word for word in _WORD.findall(str(dim)) if not word.isdigit()]


def renamed(dim, change):
    """A dimension with every setting's name changed."""
    return _WORD.sub(lambda m: m.group() if m.group().isdigit() else change(m.group()), dim) if isinstance(dim, str) else dim


def evaluate(dim, values):
    """The size that a dimension gives under these settings, or None. As `dimension` in src/comparison/shapes.ts."""
    for alternative in str(dim).split("|"):
        total = 0
        for term in alternative.split("+"):
            quotient = term.removesuffix(SQUARE)
            size, *divisors = (_product(part, values) for part in quotient.split("/"))
            for divisor in divisors:
                size = size // divisor if size is not None and divisor else None
            if quotient != term and size is not None:
                size *= size
            total = None if size is None or total is None else total + size
        if total is not None:
            return total
    return None


def _product(text, values):
    size = 1
    for factor in text.split("*"):
        value = int(factor) if factor.isdigit() else values.get(factor)
        if not integer(value):
            return None
        size *= value
    return size


class Terms:
    """Products of up to three of some settings, or of two divided by a third, over all builds at once: {sizes: (text, weight)}."""

    def __init__(self, keys, builds):
        columns = {key: [builds[n].get(key) for n in builds] for key in keys}
        self.terms = {}
        for count in (1, 2, 3):
            for chosen in itertools.combinations_with_replacement(keys, count):
                product = [_times(row) for row in zip(*(columns[key] for key in chosen))]
                self._add("*".join(chosen), product, len(chosen))
                for divisor in {key for key in keys if not _LAYERS.search(key)} - set(chosen) if count < 3 else ():
                    under = columns[divisor]
                    if all(p is not None and integer(d) and d and p % d == 0 for p, d in zip(product, under)):
                        self._add("*".join(chosen) + "/" + divisor, [p // d for p, d in zip(product, under)], len(chosen) + 1)
                    if count == 1 and all(p is not None and integer(d) and d for p, d in zip(product, under)):
                        self._add(f"{chosen[0]}/{divisor}{SQUARE}", [(p // d) ** 2 for p, d in zip(product, under)], 4)

    def _add(self, text, column, weight):
        if any(value is None for value in column):
            return
        for factor in COEFFICIENTS:
            key = tuple(factor * value for value in column)
            name = text if factor == 1 else f"{factor}*{text}"
            known = self.terms.get(key)
            if known is None or (known[1], len(known[0])) > (weight, len(name)):
                self.terms[key] = (name, weight)


def _times(values):
    size = 1
    for value in values:
        if not integer(value):
            return None
        size *= value
    return size


def fit(keys, builds, sizes):
    """A formula of all of these settings that gives the size in every build; None where there is none.

    keys: settings that were seen to move the size; builds: {build: settings}; sizes: {build: size}."""
    if not keys or len(keys) > MOST_KEYS:
        return None
    numbers = list(sizes)
    wanted = tuple(sizes[n] for n in numbers)
    terms = Terms(sorted(keys), {n: builds[n] for n in numbers}).terms

    def whole(text):
        return set(words(text)) == set(keys)
    if wanted in terms and whole(terms[wanted][0]):
        return terms[wanted][0]
    for count in (2, 3) if len(terms) < 900 else (2,):
        for chosen in itertools.combinations(terms, count - 1):
            rest = tuple(w - sum(values) for w, *values in zip(wanted, *chosen))
            if min(rest) <= 0:
                continue
            last = terms.get(rest) or _constant(rest)
            text = "+".join([terms[c][0] for c in chosen] + [last[0]]) if last else ""
            if last and whole(text):
                return text
    return None


def _constant(rest):
    """A small number that is added whatever the settings are."""
    return (str(rest[0]), 0) if len(set(rest)) == 1 and rest[0] <= 8 else None
