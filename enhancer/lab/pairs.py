"""Which objects of two pictures are the same."""

import torch

from enhancer.metrics.boxes import OVERLAP, Boxes, iou


def paired(a: Boxes, b: Boxes, overlap: float = OVERLAP) -> list[tuple[int, int]]:
    """Which objects are the same: of one label, overlapping by `overlap` at least, each in one pair at most.

    Of all such pairings that with the largest sum of overlaps (Kuhn, Naval Research Logistics 1955).
    """
    from scipy.optimize import linear_sum_assignment  # slow to import, and only needed here

    shared = iou(a.boxes.float(), b.boxes.float())
    allowed = (a.labels[:, None] == b.labels[None]) & (shared >= overlap)
    worth = torch.where(allowed, shared, 0.0)
    rows, columns = linear_sum_assignment(worth.numpy(), maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in pairs if allowed[row, column]]
