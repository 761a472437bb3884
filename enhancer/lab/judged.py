"""Does enhancement help recognition, where people have drawn what is there? Average precision before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from enhancer.errors import BadOptions
from enhancer.lab.detect import BOTH_WAYS, HARDLY, HELPS, HURTS, Comparison, boxes_of, scaled
from enhancer.lab.pairs import paired
from enhancer.metrics.boxes import Boxes, mean_precision
from enhancer.models.annotated import Annotated
from enhancer.models.detector import Detector, Found

KNOWN = {
    HELPS: "Enhancement helps this detector here.",
    HURTS: "Enhancement hurts this detector here.",
    BOTH_WAYS: "Enhancement cuts both ways for this detector here.",
    HARDLY: "Enhancement makes no difference to this detector here.",
}
LITTLE = 0.005  # a difference of precision below this says nothing


def shared_names(truths: Annotated, detector: Detector) -> list[str]:
    """The classes that both know. Raises BadOptions for none."""
    names = [name for name in truths.names if name in detector.names]
    if not names:
        raise BadOptions(
            f"The boxes are of {', '.join(truths.names[:8])}; this detector knows {', '.join(detector.names[:8])}."
        )
    return names


def precision(found: Sequence[Sequence[Found]], truths: Annotated, names: list[str]) -> float:
    """Mean average precision at an overlap of one half over `names`; boxes in pixels of the annotated pictures."""
    places = torch.tensor([names.index(name) if name in names else -1 for name in truths.names])
    wanted = []
    for truth in truths.truths:
        labels = places[truth.labels]
        wanted.append(Boxes(truth.boxes[labels >= 0], labels[labels >= 0]))
    return mean_precision([boxes_of(one, names) for one in found], wanted)


def precision_sentence(before: float, after: float, pictures: int) -> str:
    """The answer where people have drawn what is there."""
    verdict = "hardly matters to" if abs(after - before) < LITTLE else "helps" if after > before else "hurts"
    return (
        f"Enhancement {verdict} this detector. Average precision at an overlap of one half over "
        f"{pictures} annotated pictures: "
        f"{before:.1%} before, {after:.1%} after."
    )


@dataclass(frozen=True)
class Hits:
    """How many of `total` objects that are truly there were found before and after, and how many false alarms."""

    total: int
    right: tuple[int, int]
    wrong: tuple[int, int]

    @property
    def verdict(self) -> str:
        """A key of `KNOWN`: better is more found, or fewer false alarms, and nothing worse."""
        gains = {self.right[1] - self.right[0], self.wrong[0] - self.wrong[1]} - {0}
        if not gains:
            return HARDLY
        return HELPS if min(gains) > 0 else HURTS if max(gains) < 0 else BOTH_WAYS

    @property
    def sentence(self) -> str:
        """The answer where it is known what is there."""
        (found, later), (wrong, more) = self.right, self.wrong
        return (
            f"{KNOWN[self.verdict]} Of the {self.total} objects drawn in this sample it finds {found} before and "
            f"{later} after; false alarms: {wrong} before, {more} after."
        )


def hits(found: Comparison, truths: Sequence[Found], times: tuple[float, float]) -> Hits:
    """What was found against what is there, `truths` in pixels of the first picture; the second is `times` as large."""
    (first, wrong), (second, more) = (_hits(found, truths, times, side) for side in (0, 1))
    return Hits(len(truths), (first, second), (wrong, more))


def _hits(found: Comparison, truths: Sequence[Found], times: tuple[float, float], side: int) -> tuple[int, int]:
    """How many of one side are right, and how many are not."""
    counted = [(row.before, row.after)[side] for row in found.changes if row.reaches(found.least)[side]]
    told = [one for one in counted if one is not None]
    there = [scaled(truth, times) if side else truth for truth in truths]
    names = sorted({one.name for one in (*told, *there)})
    right = len(paired(boxes_of(told, names), boxes_of(there, names)))
    return right, len(told) - right
