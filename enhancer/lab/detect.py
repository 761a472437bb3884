"""Does enhancement help recognition? What a detector finds before and after, object by object, and what that says."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from enhancer.lab.pairs import paired
from enhancer.lab.wish import LookingOptions
from enhancer.media.picture import Picture
from enhancer.metrics.boxes import OVERLAP, Boxes, iou
from enhancer.models.detector import Found, Looking
from enhancer.tasks.resize import colours, resize

LONGEST = 1600  # pixels of a longer side; larger pictures are shrunk before they are looked at, as detectors do anyway
LEAST = LookingOptions.least  # from which score an object counts as found
CLEARLY = 2  # times as many objects gained as lost, or the other way round, are an answer
INSIDE = 0.6  # of the smaller of two boxes in the larger: then they are of one object, if they may be
SIMILAR = 0.5  # of the area of the larger box that the smaller has at least, if names differ; a tie is no man
MATTERS = 0.03  # a change of scores below this, in the mean, says nothing
HELPS, HURTS, BOTH_WAYS, HARDLY, NOTHING = "helps", "hurts", "both ways", "hardly", "nothing"
VERDICTS = {
    HELPS: "Enhancement seems to help here: this detector finds more, or is surer. "
    "Whether it is right, only a look can tell.",
    HURTS: "Enhancement seems to hurt here: this detector finds less, or is less sure.",
    BOTH_WAYS: "Enhancement cuts both ways here: this detector gains in one respect and loses in another.",
    HARDLY: "Enhancement hardly matters to this detector here.",
    NOTHING: "This detector found nothing that it knows, before or after, so it says nothing about the enhancement.",
}
CAVEAT = (
    "A detector is no ground truth: what is new may be a false alarm, and what is gone may have been one. One picture "
    "is one case; where people drew the boxes, `detect --truths` on the command line tells average precision."
)


@dataclass(frozen=True)
class Change:
    """One object, found before, after, or both: then it has one name, and its boxes overlap by half at least."""

    before: Found | None
    after: Found | None

    @property
    def name(self) -> str:
        """What it is called."""
        return (self.before or self.after or Found("", 0, (0, 0, 0, 0))).name

    def reaches(self, least: float) -> tuple[bool, bool]:
        """Whether its score is `least` or more before, and after."""
        before, after = (found is not None and found.score >= least for found in (self.before, self.after))
        return before, after

    @property
    def change(self) -> float | None:
        """By how much the score rose, where it was found in both."""
        return None if self.before is None or self.after is None else self.after.score - self.before.score


@dataclass(frozen=True)
class Comparison:
    """The objects that reach the score `least` in one picture at least, the surest first."""

    changes: tuple[Change, ...]
    least: float

    @property
    def counts(self) -> tuple[int, int]:
        """How many are found with `least` or more before, and after."""
        reached = [row.reaches(self.least) for row in self.changes]
        before, after = (sum(row[side] for row in reached) for side in (0, 1))
        return before, after

    @property
    def mean_change(self) -> float | None:
        """By how much the scores of the same objects rose in the mean; None where there are none."""
        both = [one.change for one in self.changes if one.change is not None]
        return sum(both) / len(both) if both else None

    @property
    def verdict(self) -> str:
        """A key of `VERDICTS`."""
        if not self.changes:
            return NOTHING
        gained, lost = (sum(map(one, self.changes)) for one in (self._gained, self._lost))
        mean = self.mean_change or 0.0
        objects = 1 if gained >= CLEARLY * max(lost, 0.5) else -1 if lost >= CLEARLY * max(gained, 0.5) else 0
        signs = {objects, _sign(mean) if abs(mean) >= MATTERS and not (gained and lost) else 0} - {0}
        if len(signs) > 1 or (gained and lost and not objects):
            return BOTH_WAYS
        return {1: HELPS, -1: HURTS}[signs.pop()] if signs else HARDLY

    def _gained(self, row: Change) -> bool:
        return row.reaches(self.least) == (False, True)

    def _lost(self, row: Change) -> bool:
        return row.reaches(self.least) == (True, False)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words."""
        told = [VERDICTS[self.verdict]]
        if self.changes:
            before, after = self.counts
            told.append(f"Objects found: {before} before, {after} after.")
        if self.mean_change is not None:
            told.append(f"Scores of the same objects: {round(self.mean_change, 2) + 0.0:+.2f} in the mean.")
        return tuple(told)


def objects_in(picture: Picture, detector: Looking) -> tuple[Found, ...]:
    """All that a detector sees in a picture, faint guesses too, with boxes in pixels of the picture."""
    pixels = colours(picture)
    factor = LONGEST / max(pixels.shape[1:])
    if factor >= 1:
        return detector(pixels)
    height, width = (max(1, round(side * factor)) for side in pixels.shape[1:])
    small = resize(pixels, height, width)
    return tuple(scaled(found, _scale(small.shape, pixels.shape)) for found in detector(small))


def compared(before: Picture, after: Picture, detector: Looking, least: float = LEAST) -> Comparison:
    """What changes from one picture to the other, which shows the same and may be larger."""
    return comparison(objects_in(before, detector), on_the_first(before, after, detector), least, _times(before, after))


def comparison(
    before: Sequence[Found], after: Sequence[Found], least: float, times: tuple[float, float] = (1, 1)
) -> Comparison:
    """Pair what was found before and after, the boxes of both in pixels of the first picture.

    Pairs may be faint on one side. Of several boxes of one object the surest counts. The boxes of `after` are told
    multiplied by `times`, across and down.
    """
    before, after = distinct(before, least), distinct(after, least)
    names = sorted({found.name for found in (*before, *after)})
    partner = dict(paired(boxes_of(before, names), boxes_of(after, names)))
    taken = set(partner.values())
    rows = [Change(f, after[partner[n]] if n in partner else None) for n, f in enumerate(before)]
    rows += [Change(None, found) for n, found in enumerate(after) if n not in taken]
    told = [Change(row.before, row.after and scaled(row.after, times)) for row in rows if _best(row) >= least]
    return Comparison(tuple(sorted(told, key=_best, reverse=True)), least)


def distinct(found: Sequence[Found], least: float) -> list[Found]:
    """Each object once, the surest first: what reaches `least` gives way to a surer box of the same object.

    Boxes are of one object where they overlap by half, or where the smaller lies in the larger for the most part and
    has its name, or about its size. Faint guesses stay: they count for nothing alone.
    """
    kept: list[Found] = []
    for one in sorted(found, key=lambda guess: guess.score, reverse=True):
        if one.score < least or not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _same(one: Found, other: Found) -> bool:
    boxes = torch.tensor([one.box, other.box], dtype=torch.float32)
    if float(iou(boxes[:1], boxes[1:])) >= OVERLAP:
        return True
    shared = torch.minimum(boxes[0, 2:], boxes[1, 2:]) - torch.maximum(boxes[0, :2], boxes[1, :2])
    small, large = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(1).sort().values.tolist()
    inside = float(shared.clamp(min=0).prod()) >= INSIDE * max(small, 1e-9)
    return inside and (one.name == other.name or small >= SIMILAR * large)


def on_the_first(before: Picture, after: Picture, detector: Looking) -> tuple[Found, ...]:
    """What is in the second picture, with boxes in pixels of the first."""
    across, down = _times(before, after)
    return tuple(scaled(found, (1 / across, 1 / down)) for found in objects_in(after, detector))


def boxes_of(found: Sequence[Found], names: Sequence[str]) -> Boxes:
    """The same as tensors, labelled by their place in `names`; others are left out."""
    known = [one for one in found if one.name in names]
    labels = torch.tensor([names.index(one.name) for one in known], dtype=torch.long)
    return Boxes(torch.tensor([one.box for one in known]).view(-1, 4), labels, torch.tensor([o.score for o in known]))


def _times(before: Picture, after: Picture) -> tuple[float, float]:
    return after.width / before.width, after.height / before.height


def _scale(old: Sequence[int], new: Sequence[int]) -> tuple[float, float]:
    """Across and down, of shapes (C, H, W)."""
    return new[2] / old[2], new[1] / old[1]


def scaled(found: Found, times: tuple[float, float]) -> Found:
    """The same in a picture that is larger by `times`, across and down."""
    left, top, right, bottom = found.box
    across, down = times
    return Found(found.name, found.score, (left * across, top * down, right * across, bottom * down))


def _best(row: Change) -> float:
    return max(found.score for found in (row.before, row.after) if found is not None)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
