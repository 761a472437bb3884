"""Where is the network guessing? The picture in eight positions, and how large an error goes with their differences."""

from dataclasses import dataclass

from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.ensemble import LEVELS, ensemble, expected_error
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Spread
from enhancer.progress import Progress

TRUSTED = 0.5  # rank correlation with the true error, below which a table is not used
OFF = 0.25  # by which the expected error may miss the true one on pictures that a table was not made with
DOUBT = 16.0  # grey levels, an error that is plain to see at an edge
DEGREES = ((3.0, "The network is sure of most of this picture"), (8.0, "The network is guessing in places"))
GUESSING = "The network is guessing over wide areas"
HOW = (
    "The picture was enhanced eight times, mirrored and turned. Where the network knows, the eight results agree; "
    "where it guesses, they differ. "
)
MEASURED = (
    "How large the error is where they differ was measured on photographs of which the truth is known, shrunk or "
    "damaged as this model expects it. On other photographs (LIVE1) the expected error was {ratio:.0%} of the true one "
    "in the mean, single pictures differ more, and its ups and downs followed those of the true one with a "
    "correlation of {rank:.2f} (1 is perfect, 0 is chance). On pictures with damage of another kind the true error "
    "is larger."
)
UNMEASURED = (
    "How large an error goes with a difference has not been measured for this model at this setting, so the map shows "
    "the differences themselves and only tells one place from another."
)


@dataclass(frozen=True)
class Uncertainty:
    """`result` (3, H, W) is the mean of the eight results, which is a little better than each of them.

    `map` (1, H, W) is the expected absolute error at every pixel, or where `calibrated` is false the plain standard
    deviation of the eight, in levels of 255 either way; `typical` is its mean and `doubtful` the share of pixels above
    `DOUBT` levels.
    """

    result: Tensor
    map: Tensor
    calibrated: bool
    typical: float
    doubtful: float
    verdict: str
    explanation: str


def uncertainty(
    engine: Engine,
    model_id: str,
    pixels: Tensor,
    progress: Progress,
    plane: Tensor | None = None,
    crispness: float = 1.0,
) -> Uncertainty:
    """Enhance (3, H, W) in all eight flips and turns and say where the results can be trusted.

    The table of the catalogue speaks of one `crispness`, the one that is usual for the model: at any other, for models
    without a table or with one that follows the true error too loosely, the map is not calibrated.
    Raises what `Engine.model` and `Engine.run` raise.
    """
    table = _table(model_id, crispness)
    found = ensemble(engine, engine.model(model_id, progress, crispness), pixels, progress, plane)
    shown = found.spread * LEVELS if table is None else expected_error(found.spread, table)
    typical, doubtful = float(shown.mean()), float((shown > DOUBT).float().mean())
    return Uncertainty(
        found.mean,
        shown,
        table is not None,
        typical,
        doubtful,
        _verdict(typical, doubtful) if table else f"The eight results differ by {typical:.1f} grey levels in the mean.",
        HOW + (MEASURED.format(ratio=table.ratio, rank=table.rank) if table else UNMEASURED),
    )


def _table(model_id: str, crispness: float) -> Spread | None:
    found = next((e.spread for e in CATALOG if e.id == model_id), None)
    if found is None or found.crispness != crispness:
        return None
    return found if found.rank >= TRUSTED and abs(found.ratio - 1) <= OFF else None


def _verdict(typical: float, doubtful: float) -> str:
    degree = next((words for most, words in DEGREES if typical < most), GUESSING)
    share = f"{doubtful:.0%}" if doubtful >= 0.01 or doubtful == 0 else "under 1%"
    return (
        f"{degree}: expect pixels to be off by {typical:.1f} of {LEVELS} grey levels in the mean, and by more than "
        f"{DOUBT:.0f} in {share} of the picture."
    )
