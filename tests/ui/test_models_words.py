"""The cards of the Models tab say what is known in plain words, and explain every figure that can come."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from enhancer.evidence.cards import CardRow, cards
from enhancer.evidence.measure import Speed
from enhancer.models.catalog import BUNDLED_ENTRIES, CATALOG, HUB_ENTRIES, entry
from enhancer.models.entry import VIDEO, Entry
from enhancer.settings import Settings
from enhancer.training.evaluate import PROTOCOLS, Protocol
from enhancer.ui.models_chart import FIRST, NO_FIGURES, chart_words, charts
from enhancer.ui.models_figures import explained, figure_row, named
from enhancer.ui.models_words import NO_FIGURES as WITHOUT
from enhancer.ui.models_words import UNKNOWN, UNMEASURED, card, cards_words, count_words

FAST = entry("x2-fast")
SPEED = Speed(4.56, 310.4, 256, "bfloat16")


def row(e: Entry = FAST, speed: Speed | None = None, **settings: Path) -> CardRow:
    return cards((e,), {} if speed is None else {e.id: speed}, Settings(**settings))[0]


def worse(label: str, text: str) -> CardRow:
    return row(replace(FAST, figures=((label, text),)))


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda p: p.id)
def test_every_figure_that_can_come_has_a_name_and_an_explanation(protocol: Protocol) -> None:
    stated = [
        (Path(s).name, n, c.title) for s in protocol.sets for n in protocol.stated for c in protocol.columns if c.short
    ]
    assert stated
    for pictures, level, column in stated:
        label = protocol.label.format(set=pictures, level=level, column=column)
        assert named(label) != label
        assert explained(label).startswith(f"{pictures}: ")
        assert "{" not in explained(label)


def test_names_and_explanations() -> None:
    assert named("Set5 Y-PSNR") == "Set5 likeness"
    assert named("McMaster σ25 PSNR") == "McMaster with noise 25, likeness"
    assert "noise of 25 of 255 levels" in explained("McMaster σ25 PSNR")
    assert named("LIVE1 10 % missing hole PSNR") == "LIVE1 with 10 % missing, likeness"
    assert "holes over 10 per cent" in explained("LIVE1 10 % missing hole PSNR")
    assert named("beauty") == "beauty"
    assert named("Set5 beauty") == "Set5 beauty"
    assert explained("Set5 beauty") == ""


def test_a_figure_stands_beside_the_plain_one() -> None:
    (shown,) = map(figure_row, worse("Set5 Y-PSNR", "28.20 dB (bicubic 25.99)").scores)
    assert ">28.20 dB<" in shown
    assert ">plain resize 25.99<" in shown
    assert "class='gain yes'>2.21 dB better<" in shown
    assert "6 dB more means half the error" in shown


def test_a_loss_is_said_aloud() -> None:
    (shown,) = map(figure_row, worse("LIVE1 worn GMSD", "0.1200 (bicubic 0.1000)").scores)
    assert "class='gain no'>0.0200 worse<" in shown
    (left_alone,) = map(figure_row, worse("LIVE1 daylight change", "2.13 % (as it is 0.00)").scores)
    assert ">left alone 0.00<" in left_alone
    assert ">2.13 % worse<" in left_alone


def test_a_card_before_and_after_a_measurement() -> None:
    before, after = card(row()), card(row(speed=SPEED))
    assert before.count(UNMEASURED) == 2
    assert UNMEASURED not in after
    assert "4.6 s a megapixel" in after
    assert "310 MB" in after
    assert "Measure again: Fast ×2" in after
    assert UNKNOWN in card(row(speed=replace(SPEED, peak_megabytes=None)))


def test_a_card_tells_licence_place_failures_and_fingerprint() -> None:
    told = card(row())
    for text in ("Commercial use: yes", "Apache-2.0", "Bundled", "908 kB", FAST.sha256, *FAST.failures):
        assert text in told
    assert "Commercial use: no" in card(row(replace(FAST, commercial=False)))


def test_a_model_on_the_hub_can_be_used_and_not_measured(tmp_path: Path) -> None:
    told = card(row(HUB_ENTRIES[0], cache=tmp_path))
    assert "On the Hub" in told
    assert WITHOUT in told
    assert "data-event='use'" in told
    assert "data-event='measure'" not in told


def test_failures_come_with_their_pictures(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480), "red").save(tmp_path / "x2-fast.painted-hair.png")
    told = card(row(weights=tmp_path))
    assert "<img src='data:image/png;base64," in told
    assert "<figcaption>Painted hair</figcaption>" in told
    assert "What it does well" not in told
    grain = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    Image.fromarray(grain).save(tmp_path / "x2-fast.painted-hair.png")
    assert 50_000 < len(card(row(weights=tmp_path))) < 500_000  # a smaller copy: the file has a megabyte
    assert "<figure>" not in card(row(weights=tmp_path / "none"))


def test_what_goes_well_is_shown_before_what_does_not(tmp_path: Path) -> None:
    for name in ("clear-lines.good", "painted-hair"):
        Image.new("RGB", (640, 480), "red").save(tmp_path / f"x2-fast.{name}.png")
    told = card(row(weights=tmp_path))
    parts = ("What it does well", "<figcaption>Clear lines</", "What it does badly", "<figcaption>Painted hair</")
    places = [told.index(part) for part in parts]
    assert places == sorted(places)


def test_what_the_catalogue_says_is_escaped() -> None:
    told = card(row(replace(FAST, title="<b>", description="<i>", licence="<u>", failures=("<s>",))))
    assert not any(tag in told for tag in ("<b>", "<i>", "<u>", "<s>"))


def test_all_cards_and_none(tmp_path: Path) -> None:
    for_pictures = [e for e in CATALOG if e.purpose != VIDEO]  # the others have a tab of their own
    rows = cards(for_pictures, {}, Settings(cache=tmp_path))
    assert cards_words(rows).count("<article") == len(for_pictures)
    here = sum(e.purpose != VIDEO for e in BUNDLED_ENTRIES)
    assert count_words(rows, len(rows)) == f"{len(rows)} of {len(rows)} models shown, {here} of them on this disk."
    assert "No model is like this" in cards_words([])


def test_only_models_of_one_scale_are_drawn_together() -> None:
    speeds = {"x2-fast": SPEED, "x4-fast": SPEED}
    rows = cards((entry("x2-fast"), entry("x4-fast")), speeds, Settings())
    found = charts(rows)
    assert [c.title for c in found][:2] == ["Upscale ×2: Set5 likeness", "Upscale ×2: Set14 likeness"]
    for chart, (own, other) in zip(found[::2], [("×2", "×4"), ("×4", "×2")], strict=True):
        drawn = chart_words(rows, chart.key)
        assert f"Fast {own}</text>" in drawn
        assert f"Fast {other}</text>" not in drawn
        assert "plain resize" in drawn


def test_without_measurements_the_plot_says_what_to_do() -> None:
    rows = cards((FAST,), {}, Settings())
    assert FIRST in chart_words(rows, charts(rows)[0].key)
    assert NO_FIGURES in chart_words(cards((HUB_ENTRIES[0],), {}, Settings()), None)


def test_the_plot_counts_the_models_that_were_not_measured() -> None:
    rows = cards((FAST, replace(FAST, id="other")), {"x2-fast": SPEED}, Settings())
    assert "1 more not measured here yet" in chart_words(rows, charts(rows)[0].key)
