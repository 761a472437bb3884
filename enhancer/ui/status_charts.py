"""Small drawings for the Status tab: stacked bars, lines and spreads, as SVG that fills whatever room it has."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

STEPS = (1, 2, 5, 10)
BAR, GAP = 10, 2  # of a drawing that is stretched to its frame
HIGH = 100


@dataclass(frozen=True)
class Series:
    """One thing that is drawn: its name, its style class, and its values, the oldest first."""

    name: str
    kind: str
    values: Sequence[float]


def bars(series: Sequence[Series], columns: Sequence[str], say: Callable[[float], str]) -> str:
    """The series on top of each other, a bar for each of `columns`, which say when or what it was."""
    most = ceiling(max(map(sum, zip(*(s.values for s in series), strict=True))))
    drawn = []
    for n, column in enumerate(columns):
        told = f"{column}: " + ", ".join(f"{say(s.values[n])} {s.name}".strip() for s in series)
        floor = 0.0
        for s in series:
            height = HIGH * s.values[n] / most
            drawn.append(_bar(n, floor, height, s.kind) if height else "")
            floor += height
        drawn.append(f"<rect class='touch' {_across(n)} y='0' height='{HIGH}'><title>{escape(told)}</title></rect>")
    return _framed("".join(drawn), BAR * len(columns), say(most), ", ".join(s.name for s in series))


def lines(series: Sequence[Series], at: Sequence[float], say: Callable[[float], str], least: float = 1.0) -> str:
    """Lines over areas; `at` is where each value lies, from 0 at the left to 1. The height is `least` at least."""
    most = ceiling(max(least, *(value for s in series for value in s.values)))
    drawn = []
    for s in series:
        points = [f"{HIGH * x:.2f} {HIGH - HIGH * y / most:.2f}" for x, y in zip(at, s.values, strict=True)]
        path = "L".join(points)
        foot = f"L{HIGH * at[-1]:.2f} {HIGH}L{HIGH * at[0]:.2f} {HIGH}Z"
        drawn.append(f"<path class='area {s.kind}' d='M{path}{foot}'/><path class='line {s.kind}' d='M{path}'/>")
    return _framed("".join(drawn), HIGH, say(most), ", ".join(f"{s.name} {say(s.values[-1])}" for s in series))


def spread(counts: Sequence[float], names: Sequence[str], kinds: Sequence[str]) -> str:
    """How often a figure lay in each of some ranges, which have names and style classes."""
    most, whole = max(*counts, 1.0), sum(counts)
    rows = (
        f"<div><dt>{escape(name)}</dt><dd><i class='{kind}' style='width:{HIGH * count / most:.1f}%'></i>"
        f"<b>{count:.0f}</b><span>{count / max(whole, 1.0):.0%}</span></dd></div>"
        for count, name, kind in zip(counts, names, kinds, strict=True)
    )
    return f"<dl class='spread'>{''.join(rows)}</dl>"


def ceiling(value: float) -> float:
    """The next round number, 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value * 0.999)


def _across(n: int) -> str:
    return f"x='{n * BAR + GAP / 2:g}' width='{BAR - GAP}'"


def _bar(n: int, floor: float, height: float, kind: str) -> str:
    return f"<rect class='{kind}' {_across(n)} y='{HIGH - floor - height:.2f}' height='{height:.2f}'/>"


def _framed(drawn: str, width: int, most: str, told: str) -> str:
    grid = "".join(f"<line class='grid' x1='0' x2='{width}' y1='{y}' y2='{y}'/>" for y in (0, HIGH // 2, HIGH))
    return (
        f"<div class='frame'><span>{escape(most)}</span><svg viewBox='0 0 {width} {HIGH}' preserveAspectRatio='none' "
        f"role='img' aria-label='{escape(told)}'>{grid}{drawn}</svg></div>"
    )
