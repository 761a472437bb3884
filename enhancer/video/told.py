"""What is said of a video that was enhanced, in plain sentences."""

from collections.abc import Iterator, Sequence

from enhancer.video.facts import moment
from enhancer.video.run import Enhanced

MOST = 12  # moments that are told
SOME, LEAST = 0.25, 10  # share of the frames, and how many, from which on flicker is worth a word


def noticed(made: Enhanced) -> Iterator[str]:
    """One sentence for each thing that is not kept, and for what was noticed on the way."""
    yield from made.facts.notes
    if made.cuts:
        yield f"Scenes change at {_moments(made.cuts)}."
    if made.tampered:
        yield f"Frames seem to be repeated or missing at {_moments(made.tampered)}."
    if made.flickering >= max(LEAST, SOME * made.frames):
        yield f"The light of the source flickers in {made.flickering} of {made.frames} frames."
    if made.steady is not None:
        before, after = made.steady
        yield (
            f"Consistency along time: beyond what moves, the source changes by {before:.1f} grey levels from frame to "
            f"frame, the result by {after:.1f}."
        )


def _moments(seconds: Sequence[float]) -> str:
    told = list(dict.fromkeys(map(moment, seconds)))
    return ", ".join(told[:MOST]) + (" and later" if len(told) > MOST else "")
