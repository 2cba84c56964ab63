"""Builds one class under many configurations, each build within a limit of processor time."""
import json
import signal
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from release import construct
from configs import guarded, leaves, merge, scaled_down, shrunk, sub_configs, undeclared
from hints import HINTS, starting_configs
from observe import about, names_and_shapes

#: CPU time, so that what is seen does not depend on what else the machine does.
BUILD_SECONDS, CLASS_SECONDS = 15, 40
#: (most layers, whether experts are made few too, device) of the base build: the first that can be built.
SIZES = ((4, True, "meta"), (4, False, "meta"), (1000, False, "meta"), (4, True, "cpu"), (4, False, "cpu"))


class TooSlow(BaseException):
    """A build took more than its time. No `Exception`, or the library's own handlers would catch it."""


def _alarm(*_):
    raise TooSlow()


signal.signal(signal.SIGPROF, _alarm)


class Built(NamedTuple):
    """A model, its names and shapes (`names_and_shapes`), and the settings of its config ({dotted path: value})."""

    model: Any
    seen: dict
    values: dict


@dataclass(eq=False)
class Start:
    """A build that variants start from: the base (number 0), or one of those kept (counted from 1)."""

    number: int | None
    overrides: dict
    seen: dict
    values: dict


def _has(config, key):
    """Whether a config has a setting, also one that each layer has of its own: to ask the whole for that is an error, and no AttributeError."""
    try:
        return hasattr(config, key)
    except Exception:  # noqa: BLE001
        return True


class Builder:
    """One class, and the base build of it that all others are told by. `start` comes first."""

    def __init__(self, model_type, config_class, cls):
        self.model_type, self.config_class, self.cls = model_type, config_class, cls
        self.deadline = time.process_time() + CLASS_SECONDS
        self.device = "meta"
        self.undeclared, self.guarded = undeclared(cls), guarded(cls)

    def config(self, overrides):
        written = json.loads(json.dumps(overrides))
        try:
            return self.config_class.from_dict(written)
        except (AttributeError, OSError):  # `from_dict` prints the config, which some cannot, or not without a Hub
            return self.config_class(**written)

    def build(self, overrides):
        """The class built with these settings. Raises TooSlow, or whatever the class does."""
        signal.setitimer(signal.ITIMER_PROF, BUILD_SECONDS)
        try:
            config = self.config(overrides)
            model = construct(self.cls, config, self.device)
            return Built(model, names_and_shapes(model), {**self._silent(config), **leaves(config)})
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _silent(self, config):
        """What the code asks its config for and that this one does not state; a switch also of the inner configs of the class's own package."""
        found = {key: value for key, value in self.undeclared.items() if not _has(config, key)}
        package = self.cls.__module__.rpartition(".")[0]
        for path, sub in sub_configs(config) if self.guarded else ():
            if type(sub).__module__.startswith(package + "."):
                found |= {f"{path}.{key}" if path else key: value for key, value in self.guarded.items() if not _has(sub, key)}
        return found

    def attempt(self, overrides):
        """The class built with these settings, or None: it cannot be, or the time for the class is over."""
        if self.late():
            return None
        try:
            return self.build(overrides)
        except TooSlow:
            return None
        except Exception:
            return None

    def late(self):
        return time.process_time() > self.deadline

    def allow(self, seconds):
        """Leaves at least so much time from now on."""
        self.deadline = max(self.deadline, time.process_time() + seconds)

    def start(self):
        """
        Makes the base build, of the first starting configuration and size that work, and returns the facts that hold for
        every variant. Raises RuntimeError with all that went wrong where none does.
        """
        problems = []
        for start in starting_configs(self.model_type, self.config_class):
            try:
                default = self.config(start)
            except Exception as problem:
                problems.append(repr(problem)[:200])
                continue
            for layers, experts, self.device in SIZES:
                overrides = merge(start, shrunk(default, layers, experts))
                if self.device == "cpu":
                    overrides = scaled_down(default, overrides)
                try:
                    model, seen, values = self.build(overrides)
                except TooSlow:
                    problems.append("too slow")
                    continue
                except Exception as problem:
                    problems.append(repr(problem)[:200])
                    continue
                self.start_overrides = start
                self.sub_classes = {path: type(sub) for path, sub in sub_configs(model.config)}
                self.base = Start(0, overrides, seen, values)
                return about(model)
        raise RuntimeError(" | ".join(dict.fromkeys(problems)) or "no configuration")

    def config_class_at(self, path):
        """The class of the config that the setting of a dotted path is in."""
        return self.sub_classes.get(path.rpartition(".")[0], self.config_class)

    def other_starts(self):
        """Overrides of the base build's size for each other starting configuration that is named for the model type."""
        found = []
        for start in HINTS.get(self.model_type, []):
            try:
                if start != self.start_overrides:
                    found.append(merge(start, shrunk(self.config(start))))
            except Exception:
                continue
        return found

    def deeper(self, layers):
        """The starting configuration's overrides for so many layers (one that has fewer keeps them)."""
        return shrunk(self.config(self.start_overrides), layers)
