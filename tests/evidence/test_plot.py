"""The drawing of quality against time puts every model where its figures say, with a name that can be read."""

import xml.etree.ElementTree as ET

import pytest

from enhancer.evidence.cards import Point
from enhancer.evidence.plot import BOTTOM, LEFT, RIGHT, TOP, Axis, Box, quality_axis, scatter, standalone, time_axis
from enhancer.ui.words import duration

POINTS = [Point("a", "Fast", 5.0, 31.67), Point("b", "Exact & slow", 24.0, 32.19)]
PLAIN = ("plain resize", 28.43)


def drawing(points: list[Point] = POINTS, **more: bool) -> ET.Element:
    return ET.fromstring(scatter(points, "Set5 likeness (dB)", PLAIN, duration, **more))


def spots(svg: ET.Element) -> dict[str, tuple[float, float]]:
    """Title → where its dot is, in per cent and pixels."""
    groups = [(g.find("circle"), g.find("text")) for g in svg.iter("g")]
    return {
        str(name.text): (float(dot.attrib["cx"].rstrip("%")), float(dot.attrib["cy"]))
        for dot, name in groups
        if dot is not None and name is not None
    }


def test_it_is_told_to_those_who_do_not_see_it() -> None:
    svg = drawing()
    assert svg.attrib["role"] == "img"
    named = {e.attrib["id"]: e.text for e in svg if "id" in e.attrib}
    title, told = (named[i] for i in svg.attrib["aria-labelledby"].split())
    assert title == "Set5 likeness (dB) against seconds for each megapixel, 2 models"
    assert told == "Fast: 31.67 in 5.0 s; Exact & slow: 32.19 in 24 s"


def test_faster_is_left_and_better_is_up() -> None:
    found = spots(drawing())
    assert found["Fast"][0] < found["Exact & slow"][0]
    assert found["Fast"][1] > found["Exact & slow"][1]
    assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in found.values())


def test_less_is_up_where_less_is_better() -> None:
    found = spots(drawing(higher_is_better=False))
    assert found["Fast"][1] < found["Exact & slow"][1]


def test_the_plain_row_is_a_line_at_its_value() -> None:
    (line,) = (e for e in drawing().iter("line") if e.get("class") == "plain")
    axis = quality_axis([28.43, 31.67, 32.19])
    assert float(line.attrib["y1"]) == pytest.approx(BOTTOM - (BOTTOM - TOP) * axis.share(28.43), abs=0.1)


def test_the_times_multiply_where_they_are_far_apart() -> None:
    near, far = time_axis([5.0, 24.0]), time_axis([0.4, 900.0])
    assert (near.log, near.low) == (False, 0)
    assert far.log
    assert far.share(1.0) - far.share(0.5) == pytest.approx(far.share(200.0) - far.share(100.0))
    assert far.ticks == (1.0, 10.0, 100.0, 1000.0)
    assert 3 <= len(near.ticks) <= 7


@pytest.mark.parametrize("values", [[28.43], [28.43, 28.43], [0.0, 0.0], [0.1411, 0.1503], [-3.0, 5.0]])
def test_every_quality_has_an_axis_with_ticks(values: list[float]) -> None:
    axis = quality_axis(values)
    assert all(0 < axis.share(v) < 1 for v in values)
    assert 2 <= len(axis.ticks) <= 8
    assert all(axis.low <= t <= axis.high for t in axis.ticks)


def test_one_model_is_enough_and_none_is_refused() -> None:
    assert list(spots(drawing(POINTS[:1]))) == ["Fast"]
    with pytest.raises(ValueError, match="nothing to draw"):
        drawing([])


def test_names_of_near_models_go_to_other_sides() -> None:
    near = [Point(str(n), f"Model {n}", 10.0 + 0.1 * n, 31.0 + 0.01 * n) for n in range(3)]
    texts = [e for e in drawing(near).iter("text") if e.get("class") == "name"]
    assert len({(e.attrib["dx"], e.attrib["dy"]) for e in texts}) == 3
    at_the_right = next(e for e in drawing().iter("text") if e.text == "Exact & slow")
    assert at_the_right.attrib["text-anchor"] == "end"


def test_boxes_and_axes() -> None:
    assert Box(0, 0, 4, 4).shared(Box(3, 2, 9, 9)) == 2
    assert Box(0, 0, 4, 4).shared(Box(5, 0, 9, 9)) == 0
    assert Axis(0, 10, (), turned=True).share(2.5) == 0.75


def test_a_file_of_its_own_is_a_drawing_with_a_heading() -> None:
    svg = ET.fromstring(standalone(scatter(POINTS, "likeness", PLAIN, duration, unit="ms"), "Fast & exact"))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [e.text for e in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Fast & exact", "Fast", "Exact & slow", "ms"} <= set(texts)
