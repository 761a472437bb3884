"""Boxes against boxes: how far they overlap, and average precision."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

OVERLAP = 0.5  # from which two boxes are of one object, as in the VOC challenge (Everingham et al., IJCV 2010)


@dataclass(frozen=True)
class Boxes:
    """Objects of one picture: `boxes` (N, 4) as left, top, right, bottom in pixels, and `labels` (N,).

    `scores` (N,) in [0, 1] for what a detector found; None for truths.
    """

    boxes: Tensor
    labels: Tensor
    scores: Tensor | None = None

    def __len__(self) -> int:
        return len(self.labels)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """The area that two boxes share over the area that either covers: (N, 4), (M, 4) → (N, M) in [0, 1]."""
    low, high = torch.maximum(a[:, None, :2], b[None, :, :2]), torch.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    sizes = [(box[:, 2:] - box[:, :2]).clamp(min=0).prod(-1) for box in (a, b)]
    return shared / (sizes[0][:, None] + sizes[1][None] - shared).clamp(min=1e-9)


def average_precision(found: Sequence[Boxes], truths: Sequence[Boxes], overlap: float = OVERLAP) -> dict[int, float]:
    """For each label that the truths have the area under precision over recall, in [0, 1], over all pictures.

    The precision at a recall is the best at that recall or a higher one (VOC since 2010). The surest box first takes
    the truth that it overlaps most; a truth that is taken already makes a second box wrong.
    """
    labels = sorted({int(label) for truth in truths for label in truth.labels})
    return {label: _precision(_hits(found, truths, label, overlap), _count(truths, label)) for label in labels}


def mean_precision(found: Sequence[Boxes], truths: Sequence[Boxes], overlap: float = OVERLAP) -> float:
    """The mean of `average_precision` over the labels (mAP); 0 where the truths are empty."""
    each = average_precision(found, truths, overlap)
    return sum(each.values()) / max(1, len(each))


def _count(truths: Sequence[Boxes], label: int) -> int:
    return sum(int((truth.labels == label).sum()) for truth in truths)


def _hits(found: Sequence[Boxes], truths: Sequence[Boxes], label: int, overlap: float) -> Tensor:
    """Whether each box of the label hits, the surest first: (N,) bool."""
    scored: list[tuple[float, bool]] = []
    for guess, truth in zip(found, truths, strict=True):
        if guess.scores is None:
            raise ValueError("boxes that were found need scores")
        mine = (guess.labels == label).nonzero().flatten()
        mine = mine[guess.scores[mine].argsort(descending=True, stable=True)]
        real = truth.boxes[truth.labels == label]
        right = _taken(iou(guess.boxes[mine].float(), real.float()), overlap)
        scored += zip(guess.scores[mine].tolist(), right, strict=True)
    scored.sort(key=lambda one: one[0], reverse=True)
    return torch.tensor([hit for _, hit in scored], dtype=torch.bool)


def _taken(shared: Tensor, overlap: float) -> list[bool]:
    """Row by row whether a box takes a truth that is still free: (N, M) → N answers."""
    free, answers = set(range(shared.shape[1])), []
    for row in shared.tolist():
        best = max(range(len(row)), key=row.__getitem__, default=None)
        hit = best is not None and row[best] >= overlap and best in free
        free -= {best} if hit else set()
        answers.append(hit)
    return answers


def _precision(hits: Tensor, count: int) -> float:
    right = hits.cumsum(0).double()
    precision = right / torch.arange(1, len(hits) + 1)
    best = precision.flip(0).cummax(0).values.flip(0) if len(hits) else precision
    return float(best[hits].sum() / count)
