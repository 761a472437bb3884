"""What is said of a scene that was enlarged, in plain sentences."""

from collections.abc import Iterator

from enhancer.lanes.made import Made
from enhancer.lanes.wish import Wish

CALIBRATED = (
    "What is expected was measured on photographs: trust it to tell one place from another rather than as a size."
)
UNMEASURED = "It is the plain difference of eight results: it tells one place from another."


def told(made: Made, wish: Wish) -> Iterator[str]:
    """One sentence for each thing that is not kept, then the evidence."""
    yield from made.notes
    for kind, fit in sorted(made.work.fits.items()):
        where = f"Band {kind + 1}: shrunk" if len(made.work.fits) > 1 else "Shrunk"
        words = "the result gives the source again" if wish.consistent else "the result differs from the source"
        yield (
            f"{where} back, {words}: values differ by {fit.typical:.3g} in the mean and {fit.most:.3g} at most, of "
            f"{fit.high - fit.low:.6g} {made.unit}."
        )
    for kind, doubt in sorted(made.work.doubts.items()):
        if len(made.work.doubts) > 1:
            yield f"Error to expect in band {kind + 1}: {doubt:.3g} of the same unit in the mean."
        else:
            yield f"Error to expect: {doubt:.3g} of the same unit in the mean."
    if made.errors is not None:
        how = CALIBRATED if made.work.calibrated else UNMEASURED
        yield f"Where it is how large stands in {made.errors.name}. {how}"
