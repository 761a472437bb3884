"""The Metrics tab in a real browser."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from enhancer.media import decode
from enhancer.metrics import psnr
from tests.ui.browser import Visitor, scene

Visit = Callable[..., Visitor]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A true picture, one a little and one much worse, and one of another size."""
    clean = scene(200, 190)
    noise = np.random.default_rng(2).normal(0, 1, (190, 200, 3))
    made = {"true.png": clean, "small.png": clean.resize((50, 40))}
    for name, strength in (("near.png", 2), ("far.png", 20)):
        noisy = (np.asarray(clean) + strength * noise).round().clip(0, 255).astype(np.uint8)
        made[name] = Image.fromarray(noisy)
    for name, image in made.items():
        image.save(tmp_path / name)
    return {name: tmp_path / name for name in made}


def test_table_marks_the_best_and_the_csv_holds_the_figures(visit: Visit, files: dict[str, Path]) -> None:
    visitor = visit()
    visitor.tab("Metrics")
    visitor.give("metrics-reference", files["true.png"])
    visitor.give("metrics-candidates", files["near.png"], files["far.png"], files["small.png"])
    expect(visitor.page.locator("#metrics-candidates")).to_contain_text("small")
    visitor.page.locator("#metrics-go").click()
    visitor.says("metrics", "Done")
    table = visitor.page.locator("#metrics-table")
    row = table.locator("tr", has_text="PSNR (dB) ↑")
    truth = psnr(decode(files["near.png"]).pixels, decode(files["true.png"]).pixels)
    expect(row.locator(".best")).to_have_text(f"{truth:.2f}")
    expect(table).to_contain_text("only pictures of equal size can be compared")
    visitor.images("metrics-error", 1)
    visitor.images("metrics-ssim", 1)
    expect(visitor.page.locator("#metrics-histograms svg")).to_have_count(2)
    rows = list(csv.DictReader(visitor.download("metrics-csv").read_text().splitlines()))
    assert [r["Picture"] for r in rows] == ["near.png", "far.png"]
    assert float(rows[0]["PSNR (dB) ↑"]) == pytest.approx(truth, rel=1e-5)


def test_another_candidate_shows_other_maps(visit: Visit, files: dict[str, Path]) -> None:
    visitor = visit()
    visitor.tab("Metrics")
    visitor.give("metrics-reference", files["true.png"])
    visitor.give("metrics-candidates", files["near.png"], files["far.png"])
    expect(visitor.page.locator("#metrics-candidates")).to_contain_text("far")
    visitor.page.locator("#metrics-go").click()
    visitor.says("metrics", "Done")
    visitor.images("metrics-error", 1)
    first = visitor.page.locator("#metrics-error img").get_attribute("src")
    visitor.choose("metrics-which", "far.png")
    expect(visitor.page.locator("#metrics-error img")).not_to_have_attribute("src", first or "")


def test_only_pictures_of_another_size_give_one_sentence(visit: Visit, files: dict[str, Path]) -> None:
    visitor = visit()
    visitor.tab("Metrics")
    visitor.give("metrics-reference", files["true.png"])
    visitor.give("metrics-candidates", files["small.png"])
    expect(visitor.page.locator("#metrics-candidates")).to_contain_text("small")
    visitor.page.locator("#metrics-go").click()
    visitor.says("metrics", "small.png has 50 × 40 pixels and the reference 200 × 190")
    expect(visitor.page.get_by_test_id("toast-body")).to_have_count(0)


def test_figures_go_when_another_true_picture_is_chosen(visit: Visit, files: dict[str, Path]) -> None:
    visitor = visit()
    visitor.tab("Metrics")
    visitor.give("metrics-reference", files["true.png"])
    visitor.give("metrics-candidates", files["near.png"])
    expect(visitor.page.locator("#metrics-candidates")).to_contain_text("near")
    visitor.page.locator("#metrics-go").click()
    visitor.says("metrics", "Done")
    expect(visitor.page.locator("#metrics-table")).to_contain_text("near.png")
    visitor.page.locator("#metrics-reference").get_by_label("Clear").click()
    expect(visitor.page.locator("#metrics-table")).to_contain_text("No figures yet")
    expect(visitor.page.locator("#metrics-csv")).to_be_hidden()
    visitor.give("metrics-reference", files["far.png"])
    visitor.page.locator("#metrics-go").click()
    visitor.says("metrics", "Done")
    expect(visitor.page.locator("#metrics-table")).to_contain_text("near.png")
