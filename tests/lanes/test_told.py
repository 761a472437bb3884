"""What is said of a scene stays short, however many bands it has."""

from pathlib import Path

import pytest

from enhancer.lanes.made import Made
from enhancer.lanes.run import Fit, Work
from enhancer.lanes.told import MANY, told
from enhancer.lanes.wish import Wish


def made(bands: int) -> Made:
    fits = {n: Fit(count=10, total=10.0 * n, most=3.0 * n, low=0, high=100) for n in range(bands)}
    work = Work("x2-fast", 1.0, fits, {n: 0.5 * n for n in range(bands)}, calibrated=True)
    return Made(Path("a.tif"), Path("a.uncertainty.tif"), (8, 8), bands, "units of the band", work, ())


@pytest.mark.parametrize(("bands", "count"), [(1, 3), (MANY, 2 * MANY + 1), (MANY + 1, 3), (400, 3)])
def test_each_of_a_few_bands_and_the_worst_of_many(bands: int, count: int) -> None:
    assert len(list(told(made(bands), Wish()))) == count


def test_the_words() -> None:
    one, two, many = (list(told(made(bands), Wish())) for bands in (1, 2, 40))
    assert one[0].startswith("Shrunk back, the result gives the source again: values differ by 0 in the mean")
    assert two[1].startswith("Band 2: shrunk back, ")
    assert two[3] == "Error to expect in band 2: 0.5 of the same unit in the mean."
    assert many[0].startswith("Band 40, the worst of 40: shrunk back, ")
    assert "by 39 in the mean and 117 at most, of 100 units of the band." in many[0]
    assert many[1] == "Error to expect in band 40, the worst of 40: 19.5 of the same unit in the mean."
