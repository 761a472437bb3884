"""What is said of a scene that was enlarged, in plain sentences."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from enhancer.lanes.made import Made
from enhancer.lanes.wish import Wish

T = TypeVar("T")
MANY = 8  # bands, of which each has a sentence; of more the worst is told
CALIBRATED = (
    "What is expected was measured on photographs: trust it to tell one place from another rather than as a size."
)
UNMEASURED = "It is the plain difference of eight results: it tells one place from another."


def told(made: Made, wish: Wish) -> Iterator[str]:
    """One sentence for each thing that is not kept, then the evidence."""
    yield from made.notes
    words = "the result gives the source again" if wish.consistent else "the result differs from the source"
    for band, fit in _each(made.work.fits, lambda fit: fit.typical / (fit.high - fit.low or 1)):
        where = f"Band {band}: shrunk" if band else "Shrunk"
        yield (
            f"{where} back, {words}: values differ by {fit.typical:.3g} in the mean and {fit.most:.3g} at most, of "
            f"{fit.high - fit.low:.6g} {made.unit}."
        )
    for band, doubt in _each(made.work.doubts, float):
        if band:
            yield f"Error to expect in band {band}: {doubt:.3g} of the same unit in the mean."
        else:
            yield f"Error to expect: {doubt:.3g} of the same unit in the mean."
    if made.errors is not None:
        how = CALIBRATED if made.work.calibrated else UNMEASURED
        yield f"Where it is how large stands in {made.errors.name}. {how}"


def _each(found: Mapping[int, T], worth: Callable[[T], float]) -> Iterator[tuple[str, T]]:
    """What is told, and of which band: of one alone it is not said, of many it is the worst."""
    if len(found) > MANY:
        kind = max(found, key=lambda kind: worth(found[kind]))
        yield f"{kind + 1}, the worst of {len(found)}", found[kind]
        return
    for kind, one in sorted(found.items()):
        yield (str(kind + 1) if len(found) > 1 else ""), one
