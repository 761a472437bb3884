"""Objects of two pictures are paired so that they overlap most in all."""

from enhancer.lab.pairs import paired
from tests.metrics.test_boxes import WHOLE, boxes


def test_pairs_have_one_label_and_overlap_by_half() -> None:
    a = boxes([WHOLE, [20, 0, 30, 10]], [0, 1])
    b = boxes([[21, 0, 31, 10], [0, 0, 10, 9], [0, 0, 10, 10]], [1, 1, 0])
    assert sorted(paired(a, b)) == [(0, 2), (1, 0)]
    assert paired(a, boxes([[6, 0, 16, 10]], [0])) == []
    assert paired(a, boxes([])) == []


def test_pairs_overlap_most_in_all_and_not_one_by_one() -> None:
    """Greedily the first pair would take the best overlap and leave the second box alone."""
    a = boxes([[0, 0, 10, 10], [0, 0, 10, 7]])
    b = boxes([[0, 0, 10, 9], [0, 0, 10, 15]])
    assert sorted(paired(a, b)) == [(0, 1), (1, 0)]
