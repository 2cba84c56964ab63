"""All that is seen of one class: its base build, its ties, its variants."""
import os
from typing import NamedTuple

from configs import compared_settings, put, sub_configs
from observe import names_and_shapes
from release import as_loaded

from .builder import Builder
from .regimes import vary_regimes
from .variants import Variants


class Effects(NamedTuple):
    """What settings did in classes of a model type: `Variants.changed` and `Variants.together`."""

    changed: dict
    together: list


class Observation(NamedTuple):
    """What was built (`builder`), what was seen (`result`, as it is written) and what settings did."""

    builder: Builder
    result: dict
    effects: Effects


def observe(model_type, config_class, cls, effective, internal, listed):
    """
    What is seen of a class; of a model within the model by the inner config that it can be built with.

    effective: what settings did in the bare class, None for that class; internal: whether neither an auto class nor the library itself offers it; listed:
    {(model type, class name)} of all that have their turn. Raises RuntimeError where it cannot be built.
    """
    builder = Builder(model_type, config_class, cls)
    try:
        return _observed(builder, effective, internal)
    except RuntimeError as problem:
        for inner in inner_configs(config_class, cls):
            if (inner.model_type, cls.__name__) in listed:
                break  # it has its turn there
            try:
                return _observed(Builder(inner.model_type, inner, cls), None, True)
            except Exception:
                continue
        raise problem


def inner_configs(config_class, cls):
    """Configs within a config, the one named most like the model class first: a model within a model is made with one of them."""
    try:
        default = config_class()
    except Exception:
        return []
    found = {type(sub): None for path, sub in sub_configs(default) if path and sub.model_type}
    return sorted(found, key=lambda c: -len(os.path.commonprefix([c.__name__, cls.__name__])))


def tie_trials(builder):
    """[[{config path: flag}, groups]]: no flag, all, none, each alone, all but each."""
    config = builder.config(builder.base.overrides)
    paths = [f"{path}.tie_word_embeddings" if path else "tie_word_embeddings" for path, _ in sub_configs(config)]
    trials = [{}, {p: True for p in paths}, {p: False for p in paths}]
    if len(paths) > 1:
        trials += [{p: p == q for p in paths} for q in paths] + [{p: p != q for p in paths} for q in paths]
        trials += [{q: True} for q in paths] + [{q: False} for q in paths]
    outcomes = []
    for flags in trials:
        overrides = builder.base.overrides
        for path, value in flags.items():
            overrides = put(overrides, path, value)
        built = builder.attempt(overrides)
        outcomes.append([flags, _tied(built)])
    return outcomes


def _tied(built):
    """Groups of names that are one parameter once the model is loaded; None where it was not built."""
    if built is None:
        return None
    try:
        return names_and_shapes(as_loaded(built.model))["tied"]
    except Exception:  # some cannot tie anew: as they were built, then
        return built.seen["tied"]


def _observed(builder, effective, internal):
    """An internal class, which nothing offers, is built once and with every tie flag, but not varied."""
    facts = builder.start()
    base, ties = {"values": builder.base.values, **builder.base.seen}, tie_trials(builder)
    variants = Variants(builder, facts)
    variants.others()
    if not internal:
        variants.settings(None if effective is None else effective.changed)
        variants.depths()
        variants.lengths()
        variants.equalities()
        if effective is None:
            vary_regimes(variants)
        else:
            variants.combinations(effective.together)
        variants.labels()
    return Observation(builder, {
        "facts": facts, "base": base, "ties": ties, "builds": variants.builds, "derived": sorted(variants.derived),
        "withoutEffect": sorted(set(variants.without_effect)), "compared": compared_settings(builder.cls, builder.base.values), "cut": builder.late(),
    }, Effects(variants.changed, variants.together))
