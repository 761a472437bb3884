"""The rows of the catalogue say what is known of each model, and can be filtered, sorted and plotted."""

from dataclasses import replace
from pathlib import Path

import pytest

from enhancer.errors import BadOptions
from enhancer.evidence.cards import BUNDLED, FETCHED, ON_THE_HUB, CardRow, cards, filtered, labels, ordered, points
from enhancer.evidence.measure import Speed
from enhancer.models.catalog import BUNDLED_ENTRIES, CATALOG, entry
from enhancer.models.entry import Entry, Hub
from enhancer.settings import Settings

FAST = replace(
    entry("x2-fast"),
    figures=(("Set5 Y-PSNR", "37.57 dB (bicubic 33.67)"), ("LIVE1 worn GMSD", "0.0800 (bicubic 0.1000)")),
)
EXACT = replace(
    FAST, id="exact", title="exact", figures=(("Set5 Y-PSNR", "38.10 dB (bicubic 33.67)"),), commercial=False
)
PUBLIC = replace(FAST, id="public", title="Public", figures=(), source=Hub("a/b", "c.pth"), bytes=3)
SPEEDS = {"exact": Speed(4.5, 300.0, 256, "bfloat16"), "x2-fast": Speed(0.5, None, 256, "bfloat16")}


def rows(settings: Settings, *entries: Entry) -> list[CardRow]:
    return cards(entries or (FAST, EXACT, PUBLIC), SPEEDS, settings)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=tmp_path)


def ids(found: list[CardRow]) -> list[str]:
    return [row.id for row in found]


def test_every_model_of_the_catalogue_has_a_row() -> None:
    found = cards(CATALOG, {}, Settings())
    assert ids(found) == [e.id for e in CATALOG]
    assert all(row.seconds_per_megapixel is None and row.peak_megabytes is None for row in found)


def test_bundled_models_tell_their_figures_and_failures() -> None:
    for row in cards(BUNDLED_ENTRIES, {}, Settings()):
        assert row.place == BUNDLED
        assert row.failures
        assert len(row.scores) == len(row.figures) > 0, "a figure is not written as evaluate states it"


def test_a_row_tells_what_was_measured(settings: Settings) -> None:
    row = rows(settings)[1]
    assert (row.seconds_per_megapixel, row.peak_megabytes) == (4.5, 300.0)
    assert (row.commercial, row.bytes, row.sha256) == (False, FAST.bytes, FAST.sha256)


@pytest.mark.parametrize(
    ("label", "text", "gain", "unit"),
    [
        ("Set5 Y-PSNR", "37.57 dB (bicubic 33.67)", 3.9, "dB"),
        ("LIVE1 worn HaarPSI", "0.6000 (bicubic 0.7000)", -0.1, ""),
        ("LIVE1 worn GMSD", "0.0800 (bicubic 0.1000)", 0.02, ""),
        ("LIVE1 daylight change", "2.13 % (as it is 0.00)", -2.13, "%"),
    ],
)
def test_a_figure_knows_its_direction(settings: Settings, label: str, text: str, gain: float, unit: str) -> None:
    (score,) = rows(settings, replace(FAST, figures=((label, text),)))[0].scores
    assert score.gain == pytest.approx(gain)
    assert score.unit == unit


def test_words_are_no_score(settings: Settings) -> None:
    row = rows(settings, replace(FAST, figures=(("Tried by", "people"),)))[0]
    assert row.scores == ()
    assert row.figures == (("Tried by", "people"),)


def test_pictures_of_failures_lie_beside_the_weights(tmp_path: Path) -> None:
    (tmp_path / "x2-fast.soft-hair.png").touch()
    found = cards((FAST, PUBLIC), {}, Settings(weights=tmp_path, cache=tmp_path))
    assert found[0].pictures == (tmp_path / "x2-fast.soft-hair.png",)
    assert found[1].pictures == ()


def test_places(settings: Settings) -> None:
    assert [row.place for row in rows(settings)] == [BUNDLED, BUNDLED, ON_THE_HUB]
    file = settings.cache / "hub" / "models--a--b" / "snapshots" / "main" / "c.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"abc")
    assert rows(settings)[2].place == FETCHED


def test_filters(settings: Settings) -> None:
    found = rows(settings, FAST, EXACT, PUBLIC, replace(FAST, id="clean", purpose="denoise"))
    assert ids(filtered(found)) == ids(found)
    assert ids(filtered(found, "denoise")) == ["clean"]
    assert ids(filtered(found, "upscale", commercial_only=True)) == ["x2-fast", "public"]
    assert ids(filtered(found, places=(ON_THE_HUB,))) == ["public"]


def test_orders(settings: Settings) -> None:
    found = rows(settings)
    assert ids(ordered(found, "speed")) == ["x2-fast", "exact", "public"]
    assert ids(ordered(found, "memory")) == ["exact", "x2-fast", "public"]
    assert ids(ordered(found, "size")) == ["public", "x2-fast", "exact"]
    assert ids(ordered(found, "title")) == ["exact", "x2-fast", "public"]
    assert ids(ordered(found, "Set5 Y-PSNR")) == ["exact", "x2-fast", "public"]
    worse = replace(EXACT, figures=(("LIVE1 worn GMSD", "0.0900 (bicubic 0.1000)"),))
    assert ids(ordered(rows(settings, worse, FAST), "LIVE1 worn GMSD")) == ["x2-fast", "exact"]
    with pytest.raises(BadOptions, match="by 'beauty', only by title, speed, memory, size, Set5 Y-PSNR, LIVE1 worn"):
        ordered(found, "beauty")


def test_a_figure_ranks_the_models_of_each_scale_among_themselves(settings: Settings) -> None:
    harder = replace(FAST, id="x4", scale=4, figures=(("Set5 Y-PSNR", "31.67 dB (bicubic 28.43)"),))
    poor = replace(FAST, id="poor", figures=(("Set5 Y-PSNR", "30.00 dB (bicubic 33.67)"),))
    assert ids(ordered(rows(settings, PUBLIC, harder, poor, EXACT), "Set5 Y-PSNR")) == ["exact", "poor", "x4", "public"]


def test_points_are_those_of_which_both_are_known(settings: Settings) -> None:
    found = rows(settings)
    assert labels(found) == ("Set5 Y-PSNR", "LIVE1 worn GMSD")
    assert [(p.id, p.seconds, p.quality) for p in points(found, "Set5 Y-PSNR")] == [
        ("x2-fast", 0.5, 37.57),
        ("exact", 4.5, 38.1),
    ]
    assert points(cards((FAST,), {}, settings), "Set5 Y-PSNR") == []
