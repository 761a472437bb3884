"""Quality against time as a drawing: plain SVG that stays sharp at any width, for a page or a file of its own."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from enhancer.evidence.cards import Point

TOP, BOTTOM, HEIGHT = 16, 262, 316  # pixels; those across are per cent, so that letters keep their size
LEFT, RIGHT = 13.0, 97.0  # per cent
NARROWEST = 320  # pixels that the drawing is wide at least
LETTER, LINE, DOT = 6.4, 14, 5.5  # pixels that a letter of a name takes, a line of them, and half a dot
WIDE = 8.0  # the slowest over the fastest, from where on each step across multiplies
TICKS = 4
WIDTH, HEADING = 760, 34  # pixels of a file of its own: across, and above the drawing
STYLE = """
.paper { fill: #ffffff; } text { font: 12px system-ui, sans-serif; fill: #55586a; }
.heading { font-size: 14px; font-weight: 700; fill: #1e2030; }
.name { font-weight: 700; fill: #1e2030; }
.name { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
line { stroke: #e3e4ea; } .axis { stroke: #9a9db0; } .plain { stroke: #55586a; stroke-dasharray: 5 4; }
circle { fill: #4f46e5; stroke: #ffffff; stroke-width: 2px; }
@media (prefers-color-scheme: dark) {
  .paper { fill: #14161f; } text { fill: #a6a9bb; } .heading { fill: #eceef7; }
  .name { fill: #eceef7; stroke: #14161f; } line { stroke: #2a2d3c; } .axis { stroke: #6b6f85; }
  .plain { stroke: #a6a9bb; } circle { fill: #818cf8; stroke: #14161f; }
}
"""
STEPS = (1.0, 2.0, 5.0, 10.0)
PLACES = ((9, 4, "start"), (-9, 4, "end"), (0, -11, "middle"), (0, 20, "middle"))  # of a name beside its dot


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high`, each `turned` where less is better, with `ticks` that are written beside it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False
    turned: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, from 0 at the worse end of quality, or at the least time, to 1."""
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        share = (at - low) / (high - low)
        return 1 - share if self.turned else share


@dataclass(frozen=True)
class Box:
    """What a dot or a name covers in pixels, on the narrowest drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: "Box") -> float:
        """How many square pixels lie in both."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)


def scatter(
    points: Sequence[Point],
    quality: str,
    plain: tuple[str, float],
    duration: Callable[[float], str],
    higher_is_better: bool = True,
    unit: str = "seconds for each megapixel",
) -> str:
    """The drawing of at least one model; up is better, left is faster. `plain` (what, value) is drawn as a line.

    `quality` is said beside the drawing and in its title, `unit` along the axis of time, and `duration` puts a time
    into words. Raises ValueError without a point.
    """
    if not points:
        raise ValueError("there is nothing to draw")
    across = time_axis([p.seconds for p in points])
    up = quality_axis([plain[1], *(p.quality for p in points)], higher_is_better)
    title = f"{quality} against {unit}, {len(points)} model{'s' * (len(points) > 1)}"
    line, written = _plain(*plain, up)
    told = "; ".join(f"{p.title}: {p.quality:g} in {duration(p.seconds)}" for p in points)
    return (
        f"<svg class='plot' role='img' width='100%' height='{HEIGHT}' aria-labelledby='plot-title plot-told'>"
        f"<title id='plot-title'>{escape(title)}</title><desc id='plot-told'>{escape(told)}</desc>"
        f"{_across(across, unit)}{_up(up)}{line}{_models(points, across, up, written, duration)}</svg>"
    )


def standalone(drawing: str, heading: str) -> str:
    """A drawing of `scatter` as a file of its own, `heading` above it, which follows the reader's light or dark."""
    inside = drawing.replace("<svg ", f"<svg y='{HEADING}' ", 1)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT + HEADING}' "
        f"viewBox='0 0 {WIDTH} {HEIGHT + HEADING}'><style>{STYLE}</style>"
        f"<rect class='paper' width='100%' height='100%' rx='8'/>"
        f"<text class='heading' x='16' y='24'>{escape(heading)}</text>{inside}</svg>"
    )


def time_axis(seconds: Sequence[float]) -> Axis:
    """From 0, or by powers where the slowest takes many times as long as the fastest."""
    fast, slow = min(seconds), max(seconds)
    if slow / fast <= WIDE:
        high = slow * 1.2
        return Axis(0, high, _ticks(0, high))
    low, high = fast / 1.6, slow * 1.6
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = STEPS[:1] if len(powers) > TICKS else STEPS[:-1]
    ticks = [step * 10.0**power for power in powers for step in steps]
    return Axis(low, high, tuple(t for t in ticks if low <= t <= high), log=True)


def quality_axis(values: Sequence[float], higher_is_better: bool = True) -> Axis:
    """A little more than the values reach; turned where less is better."""
    low, high = min(values), max(values)
    margin = 0.12 * (high - low) or abs(high) / 10 or 1.0
    low, high = low - margin, high + margin
    return Axis(low, high, _ticks(low, high), turned=not higher_is_better)


def _ticks(low: float, high: float) -> tuple[float, ...]:
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in STEPS if s * power >= rough * 0.999)
    return tuple(round(n * step, 10) for n in range(math.ceil(low / step), math.floor(high / step) + 1))


def _x(axis: Axis, value: float) -> float:
    return LEFT + (RIGHT - LEFT) * axis.share(value)


def _y(axis: Axis, value: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * axis.share(value)


def _across(axis: Axis, unit: str) -> str:
    drawn = [f"<line class='axis' x1='{LEFT}%' x2='{RIGHT}%' y1='{BOTTOM}' y2='{BOTTOM}'/>"]
    for tick in axis.ticks:
        at = f"{_x(axis, tick):.2f}%"
        drawn.append(f"<line class='grid' x1='{at}' x2='{at}' y1='{TOP}' y2='{BOTTOM}'/>")
        drawn.append(f"<text x='{at}' y='{BOTTOM + 18}' text-anchor='middle'>{tick:g}</text>")
    grows = ", each step multiplies" if axis.log else ""
    name = f"{unit}{grows}"
    return "".join(drawn) + f"<text x='{RIGHT}%' y='{HEIGHT - 14}' text-anchor='end'>{name}</text>"


def _up(axis: Axis) -> str:
    drawn = []
    for tick in axis.ticks:
        at = _y(axis, tick)
        drawn.append(f"<line class='grid' x1='{LEFT}%' x2='{RIGHT}%' y1='{at:.1f}' y2='{at:.1f}'/>")
        drawn.append(f"<text x='{LEFT - 1.6}%' y='{at + 4:.1f}' text-anchor='end'>{tick:g}</text>")
    return "".join(drawn)


def _plain(name: str, value: float, axis: Axis) -> tuple[str, Box]:
    """The line, and what its name covers."""
    at = _y(axis, value)
    text = f"{name} {value:g}"
    line = f"<line class='plain' x1='{LEFT}%' x2='{RIGHT}%' y1='{at:.1f}' y2='{at:.1f}'/>"
    end = NARROWEST * RIGHT / 100
    covered = Box(end - LETTER * len(text), at - 6 - LINE, end, at)
    return f"{line}<text x='{RIGHT}%' y='{at - 6:.1f}' text-anchor='end'>{escape(text)}</text>", covered


def _models(points: Sequence[Point], across: Axis, up: Axis, written: Box, duration: Callable[[float], str]) -> str:
    spots = [(_x(across, p.seconds), _y(up, p.quality)) for p in points]
    taken = [written, *(_around(x, y) for x, y in spots)]
    drawn = []
    for point, (x, y) in zip(points, spots, strict=True):
        right, down, anchor = _free(point.title, x, y, taken)
        told = escape(f"{point.title}: {point.quality:g} in {duration(point.seconds)}")
        drawn.append(
            f"<g><title>{told}</title><circle cx='{x:.2f}%' cy='{y:.1f}' r='{DOT}'/><text class='name' x='{x:.2f}%' "
            f"y='{y:.1f}' dx='{right}' dy='{down}' text-anchor='{anchor}'>{escape(point.title)}</text></g>"
        )
    return "".join(drawn)


def _around(x: float, y: float) -> Box:
    across = x * NARROWEST / 100
    return Box(across - DOT, y - DOT, across + DOT, y + DOT)


def _free(title: str, x: float, y: float, taken: list[Box]) -> tuple[int, int, str]:
    """The place of a name that sticks out least, and covers least of what is taken; it is taken from now on."""
    width = LETTER * len(title)
    boxes = []
    for right, down, anchor in PLACES:
        start = x * NARROWEST / 100 + right - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        boxes.append(Box(start, y + down - LINE + 3, start + width, y + down + 3))
    inside = Box(NARROWEST * LEFT / 100, 0, NARROWEST, HEIGHT)
    hidden = [(round(width * LINE - box.shared(inside)), sum(box.shared(t) for t in taken)) for box in boxes]
    chosen = hidden.index(min(hidden))
    taken.append(boxes[chosen])
    return PLACES[chosen]
