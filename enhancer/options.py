"""Typed options: one dataclass a task or recipe, from which page, command line and checks are made."""

import argparse
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar, get_args, get_type_hints

from enhancer.errors import BadOptions

T = TypeVar("T")
WORDS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False, "on": True, "off": False}


@dataclass(frozen=True)
class Limits:
    """What stands beside an option: help in plain words, and its allowed range or choices."""

    help: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] | None = None


def option(default: Any, help: str, **limits: Any) -> Any:
    """A dataclass field that knows its `Limits`."""
    return field(default=default, metadata={"limits": Limits(help, **limits)})


def limits_of(f: "Field[Any]") -> Limits:
    """The `Limits` that `option` attached."""
    limits: Limits = f.metadata["limits"]
    return limits


def value_type(options: type, name: str) -> type:
    """The plain type of an option: int, float, bool or str, with `| None` taken off."""
    hint = get_type_hints(options)[name]
    plain = [t for t in get_args(hint) or (hint,) if t is not type(None)]
    kind: type = plain[0]
    return kind


def parse(options: type[T], values: Mapping[str, Any]) -> T:
    """Build `options` from plain values.

    Raises BadOptions for an unknown name, a wrong type or a value out of range.
    """
    known = {f.name: f for f in fields(options)}  # type: ignore[arg-type]  # T is a dataclass by contract
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise BadOptions(f"Unknown option {unknown[0]!r}; known: {', '.join(known)}.")
    return options(**{name: _checked(options, known[name], value) for name, value in values.items()})


def parse_text(options: type[T], values: Mapping[str, str]) -> T:
    """Build `options` from texts, as forms and addresses hold them. Raises BadOptions as `parse` does."""
    known = {f.name for f in fields(options)}  # type: ignore[arg-type]  # T is a dataclass by contract
    return parse(options, {n: _read(options, n, v) if n in known else v for n, v in values.items()})


def _read(options: type, name: str, text: str) -> Any:
    if value_type(options, name) is not bool:
        return text
    if text.lower() not in WORDS:
        raise BadOptions(f"{name} must be true or false, not {text!r}.")
    return WORDS[text.lower()]


def _checked(options: type, f: "Field[Any]", value: Any) -> Any:
    limits, kind = limits_of(f), value_type(options, f.name)
    if value is None and f.default is None:
        return None
    try:
        converted = value if isinstance(value, bool) and kind is bool else kind(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadOptions(f"{f.name} must be of type {kind.__name__}, not {value!r}.") from error
    if kind is int and isinstance(value, float) and converted != value:
        raise BadOptions(f"{f.name} must be a whole number, not {value!r}.")
    value = converted
    if limits.choices is not None and value not in limits.choices:
        raise BadOptions(f"{f.name} must be one of {', '.join(limits.choices)}, not {value!r}.")
    low, high = limits.minimum, limits.maximum
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise BadOptions(f"{f.name} must lie between {low:g} and {high:g}, not {value!r}.")
    return value


def add_arguments(to: "argparse._ActionsContainer", options: type, shown: object | None = None) -> None:
    """One command-line argument for each option; absent ones hold None.

    The help names the defaults of `options`, or the values of `shown`, one of its instances.
    """
    for f in fields(options):
        limits, kind = limits_of(f), value_type(options, f.name)
        bounds = "" if limits.minimum is None else f", {limits.minimum:g} to {limits.maximum:g}"
        value = f.default if shown is None else getattr(shown, f.name)
        default = "" if value is None else f", default {value}"
        argument: dict[str, Any] = {"dest": f.name, "help": f"{limits.help}{bounds}{default}".replace("%", "%%")}
        plain = {"type": kind, "choices": limits.choices}
        argument |= {"action": argparse.BooleanOptionalAction} if kind is bool else plain
        to.add_argument(f"--{f.name.replace('_', '-')}", **argument)
