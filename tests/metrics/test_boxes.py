"""Overlaps, pairs and average precision, against figures worked out by hand."""

import pytest
import torch

from enhancer.metrics.boxes import Boxes, average_precision, iou, mean_precision

WHOLE = [0.0, 0.0, 10.0, 10.0]


def boxes(rows: list[list[float]], labels: list[int] | None = None, scores: list[float] | None = None) -> Boxes:
    told = None if scores is None else torch.tensor(scores)
    return Boxes(torch.tensor(rows).view(-1, 4), torch.tensor(labels or [0] * len(rows), dtype=torch.long), told)


@pytest.mark.parametrize(
    ("other", "shared"),
    [(WHOLE, 1), ([0, 0, 10, 5], 0.5), ([5, 0, 15, 10], 50 / 150), ([10, 0, 20, 10], 0), ([20, 20, 30, 30], 0)],
)
def test_overlap_is_the_shared_area_over_the_covered_one(other: list[float], shared: float) -> None:
    assert float(iou(torch.tensor([WHOLE]), torch.tensor([other]).float())) == pytest.approx(shared)


def test_precision_of_three_boxes_on_two_truths() -> None:
    """Right, wrong, right: the area is 1/2 times 1 and 1/2 times 2/3."""
    truths = [boxes([WHOLE]), boxes([WHOLE])]
    found = [boxes([WHOLE, [50, 50, 60, 60]], scores=[0.9, 0.8]), boxes([WHOLE], scores=[0.7])]
    assert average_precision(found, truths) == {0: pytest.approx(0.5 + 0.5 * 2 / 3)}


def test_a_truth_counts_once_and_missing_ones_count() -> None:
    truths = [boxes([WHOLE, [20, 0, 30, 10]])]
    twice = [boxes([WHOLE, WHOLE], scores=[0.9, 0.8])]
    assert mean_precision(twice, truths) == pytest.approx(0.5)
    assert mean_precision([boxes([], scores=[])], truths) == 0


def test_labels_are_judged_one_by_one_and_have_equal_weight() -> None:
    truths = [boxes([WHOLE, [20, 0, 30, 10]], [0, 1])]
    found = [boxes([WHOLE, [20, 0, 30, 10]], [0, 2], [0.9, 0.9])]
    assert average_precision(found, truths) == {0: 1.0, 1: 0.0}
    assert mean_precision(found, truths) == 0.5
    with pytest.raises(ValueError, match="need scores"):
        mean_precision(truths, truths)
