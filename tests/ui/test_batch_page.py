"""The Batch tab in a real browser: many files and a ZIP in, one ZIP out, with the options of the Enhance tab."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from enhancer.hall import enhance
from enhancer.media import decode, embedded_recipe, encode
from tests.ui.browser import PATIENCE, Visitor, scene
from tests.ui.conftest import Server
from tests.ui.serve import engine

Visit = Callable[..., Visitor]


@pytest.fixture
def uploads(tmp_path: Path) -> list[Path]:
    """Two pictures of one name but for their suffix, one that is none, and a ZIP."""
    for n, name in enumerate(("a.png", "a.bmp", "ünï.png")):
        scene(90, 60, n).save(tmp_path / name)
    (tmp_path / "bad.jpg").write_text("no picture")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as out:
        out.write(tmp_path / "a.png", "2024/june/b.png")
        out.writestr("notes.txt", "text")
    return sorted(tmp_path.iterdir())


def report(file: Path) -> dict[str, dict[str, str]]:
    with zipfile.ZipFile(file) as out:
        rows = csv.DictReader(io.StringIO(out.read("summary.csv").decode("utf-8-sig")))
        return {row["file"]: row for row in rows}


@pytest.mark.parametrize("width", [1280, 390])
def test_many_files_and_a_zip_become_one_zip(visit: Visit, server: Server, uploads: list[Path], width: int) -> None:
    visitor = visit(width)
    visitor.tab("Batch")
    expect(visitor.page.locator("#batch-card")).to_contain_text("2 times as large", timeout=PATIENCE)
    visitor.give("batch-files", *uploads)
    expect(visitor.page.locator("#batch-hint")).to_contain_text("4 files and 1 ZIP", timeout=PATIENCE)
    visitor.page.locator("#batch-go").click()
    visitor.says("batch", "5 pictures: 4 done, 1 failed")
    listed = visitor.page.locator("#batch-list li")
    expect(listed).to_have_count(5)
    expect(listed.first).to_contain_text("This file is text, not a picture")
    expect(listed.nth(1)).to_contain_text("90 × 60 → 180 × 120")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    file = visitor.download("batch-zip")
    assert file.name == "enhanced.zip"
    with zipfile.ZipFile(file) as out:
        assert sorted(out.namelist()) == ["2024/june/b.png", "a-bmp.png", "a.png", "summary.csv", "ünï.png"]
        whole = next(path for path in uploads if path.name == "ünï.png")
        expected = enhance(decode(whole), engine=engine(server.weights), model="x2-fast", scale=2)
        assert out.read("ünï.png") == encode(expected, "png")
    assert report(file)["bad.jpg"]["outcome"] == "failed"


def test_the_options_of_the_enhance_tab_count(visit: Visit, server: Server, uploads: list[Path]) -> None:
    visitor = visit()
    visitor.tab("Batch")
    visitor.page.locator("#batch-change").click()
    visitor.choose("task", "Classical · Gamma")
    visitor.tab("Batch")
    expect(visitor.page.locator("#batch-card")).to_contain_text("Gamma", timeout=PATIENCE)
    visitor.give("batch-files", uploads[1])
    expect(visitor.page.locator("#batch-hint")).to_contain_text("1 file", timeout=PATIENCE)
    visitor.page.locator("#batch-format label", has_text="JPEG").click()
    visitor.page.locator("#batch-embed input").check()
    visitor.page.locator("#batch-go").click()
    visitor.says("batch", "1 picture: 1 done")
    with zipfile.ZipFile(visitor.download("batch-zip")) as out:
        recipe = embedded_recipe(out.read("a.jpg"))
    assert recipe is not None
    assert '"task":"gamma"' in recipe


def test_auto_is_said_and_done(visit: Visit, uploads: list[Path]) -> None:
    visitor = visit()
    visitor.tab("Batch")
    visitor.page.locator("#batch-auto input").check()
    expect(visitor.page.locator("#batch-card")).to_contain_text("looked over by itself", timeout=PATIENCE)
    visitor.page.locator("#batch-test input").check()
    visitor.give("batch-files", uploads[1], uploads[2])
    expect(visitor.page.locator("#batch-hint")).to_contain_text("files", timeout=PATIENCE)
    visitor.page.locator("#batch-go").click()
    visitor.says("batch", "2 pictures: ")


def test_a_dangerous_zip_is_one_sentence_and_the_page_goes_on(
    visit: Visit, tmp_path: Path, uploads: list[Path]
) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as out:
        out.write(uploads[1], "../evil.png")
    visitor = visit()
    visitor.tab("Batch")
    visitor.page.locator("#batch-go").click()
    visitor.says("batch", "Please choose some pictures first")
    visitor.give("batch-files", tmp_path / "evil.zip")
    expect(visitor.page.locator("#batch-hint")).to_contain_text("1 ZIP", timeout=PATIENCE)
    visitor.page.locator("#batch-go").click()
    visitor.says("batch", "This ZIP holds the name '../evil.png', which no ZIP of pictures needs")
    expect(visitor.page.locator("#batch-go")).to_be_enabled(timeout=PATIENCE)
    expect(visitor.page.locator("#batch-zip")).to_be_hidden()


def test_stop_keeps_what_is_done(visit: Visit, server: Server, tmp_path: Path) -> None:
    files = [tmp_path / "a.png", tmp_path / "b.jpg", tmp_path / "c.png"]
    for n, (file, size) in enumerate(zip(files, [(40, 30), (1200, 900), (40, 30)], strict=True)):
        scene(*size, seed=n).save(file)
    visitor = visit()
    visitor.page.locator("#target-scale input[type=number]").fill("4")
    visitor.page.keyboard.press("Tab")
    visitor.tab("Batch")
    expect(visitor.page.locator("#batch-card")).to_contain_text("4 times as large", timeout=PATIENCE)
    visitor.give("batch-files", *files)
    expect(visitor.page.locator("#batch-hint")).to_contain_text("3 files", timeout=PATIENCE)
    visitor.page.locator("#batch-go").click()
    status = visitor.page.locator("#batch-status")
    expect(status).to_contain_text(re.compile(r"2 of 3 · x4-fast"), timeout=PATIENCE)
    visitor.page.locator("#batch-stop").click()
    visitor.says("batch", "Stopped.")
    expect(visitor.page.locator("#batch-list li")).to_have_count(3, timeout=PATIENCE)
    found = report(visitor.download("batch-zip"))
    assert [row["outcome"] for row in found.values()] == ["done", "not begun", "not begun"]
    expect(visitor.page.locator("#batch-go")).to_be_enabled(timeout=PATIENCE)
