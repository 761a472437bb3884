"""The Enhance tab in a real browser: from upload to a download that equals the command line's."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from enhancer.hall import enhance
from enhancer.media import decode, encode
from tests.conftest import ROOT
from tests.ui.browser import PATIENCE, Visitor, huge_png, scene, stopped_at
from tests.ui.conftest import Server
from tests.ui.serve import engine

Visit = Callable[..., Visitor]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small picture with a profile-free identity worth keeping."""
    file = tmp_path / "photo.png"
    scene(150, 110).save(file, dpi=(300, 300))
    return file


def test_upload_preview_enhance_drag_download(visit: Visit, server: Server, photo: Path, tmp_path: Path) -> None:
    visitor = visit()
    visitor.give("enhance-picture", photo)
    visitor.images("preview", 2)
    expect(visitor.page.locator("#enhance-hint")).to_contain_text("150 × 110 → 300 × 220")
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    visitor.images("result", 2)
    facts = visitor.page.locator("#facts")
    expect(facts).to_contain_text("Fast ×2")
    expect(visitor.page.locator("#trust-receipt")).to_contain_text("Kept: print resolution")
    assert _drag(visitor)
    for side, other in (("Preview", "Result"), ("Result", "Preview")):
        visitor.page.locator("#stage label", has_text=side).click()
        expect(visitor.page.locator(f"#{side.lower()}-panel")).to_be_visible()
        expect(visitor.page.locator(f"#{other.lower()}-panel")).to_be_hidden()
    file = visitor.download("download")
    assert file.name == "photo-x2.png"
    assert np.array_equal(
        np.asarray(Image.open(file)), np.asarray(Image.open(_by_command_line(photo, server, tmp_path)))
    )


def _drag(visitor: Visitor) -> bool:
    """Drag the handle to the right; whether the halves moved."""
    after = visitor.page.locator("#result img").nth(1)
    inner = visitor.page.locator("#result [data-testid=slider] .inner")
    expect(inner).to_be_visible()  # which the script of the component makes it a moment after the pictures
    handle = inner.bounding_box()
    assert handle is not None
    before, x, y = after.evaluate("e => e.style.clipPath"), handle["x"] + handle["width"] / 2, handle["y"] + 20
    mouse = visitor.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 120, y, steps=6)
    mouse.up()
    return bool(after.evaluate("e => e.style.clipPath") != before)


def _by_command_line(photo: Path, server: Server, folder: Path) -> Path:
    result, weights = folder / "by-command-line.png", server.weights / "x2-fast.safetensors"
    command = [sys.executable, "-m", "enhancer", "enhance", photo, result, "--scale", "2", "--model", weights]
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True, timeout=120)
    return result


def test_every_format_is_what_the_encoder_writes(visit: Visit, server: Server, tmp_path: Path) -> None:
    photo = tmp_path / "deep.png"
    deep = (np.random.default_rng(1).random((40, 60)) * 65535).astype(np.uint16)
    Image.fromarray(deep).save(photo)
    expected = enhance(decode(photo), engine=engine(server.weights), model="x2-fast", scale=2)
    visitor = visit()
    visitor.give("enhance-picture", photo)
    visitor.images("preview", 2)
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    for title, format_id, name in (("TIFF", "tiff", "deep-x2.tif"), ("JPEG", "jpeg", "deep-x2.jpg")):
        visitor.page.locator("#format label", has_text=title).click()
        expect(visitor.page.locator("#facts")).to_contain_text(f"{title},", timeout=PATIENCE)
        file = visitor.download("download")
        assert file.name == name
        assert file.read_bytes() == encode(expected, format_id)
    expect(visitor.page.locator("#trust-receipt")).to_contain_text("8 bits a channel", timeout=PATIENCE)


def test_stop_ends_the_work_within_a_tile_and_the_page_goes_on(visit: Visit, server: Server, tmp_path: Path) -> None:
    big, small = tmp_path / "big.jpg", tmp_path / "small.png"
    scene(2000, 1500).save(big)
    scene(60, 40).save(small)
    visitor = visit()
    visitor.give("enhance-picture", big)
    visitor.page.locator("#target-scale input[type=number]").fill("4")
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.locator("#enhance-hint")).to_contain_text("8000 × 6000", timeout=PATIENCE)
    visitor.images("preview", 2)
    visitor.page.locator("#enhance-go").click()
    status = visitor.page.locator("#enhance-status")
    expect(status).to_contain_text(re.compile(r"[1-9]\d* of \d+ tiles"), timeout=PATIENCE)
    seen = re.search(r"(\d+) of (\d+) tiles", status.inner_text())
    assert seen is not None
    visitor.page.locator("#enhance-stop").click()
    visitor.says("enhance", "Stopped.")
    done, total = stopped_at(server.log, int(seen[2]))
    assert int(seen[1]) <= done < total
    visitor.page.get_by_label("Remove Image").click()
    visitor.give("enhance-picture", small)
    visitor.images("preview", 2)
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")


def test_two_visitors_at_once_see_their_own_pictures(visit: Visit, server: Server, tmp_path: Path) -> None:
    hall, visitors, expected = engine(server.weights), [visit(), visit()], []
    for seed, visitor in enumerate(visitors, start=5):
        photo = tmp_path / f"{seed}" / "same-name.png"
        photo.parent.mkdir()
        scene(260, 180, seed).save(photo)
        visitor.give("enhance-picture", photo)
        result = enhance(decode(photo), engine=hall, model="x2-fast", scale=2)
        expected.append(encode(result, "png"))
    for visitor in visitors:
        visitor.images("preview", 2)
    for visitor in visitors:
        visitor.page.locator("#enhance-go").click(no_wait_after=True)
    for visitor, content in zip(visitors, expected, strict=True):
        visitor.says("enhance", "Done")
        assert visitor.download("download").read_bytes() == content


def test_bad_files_get_one_sentence_each_and_a_good_one_works_after(visit: Visit, photo: Path, tmp_path: Path) -> None:
    text, cut, huge = tmp_path / "text.png", tmp_path / "cut.jpg", tmp_path / "huge.png"
    text.write_text("This is no picture.\n" * 20)
    scene(400, 300).save(cut)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 3])
    huge_png(huge, 17_000, 10_000)
    visitor = visit()
    for file, sentence in ((text, "is text"), (cut, "cut off"), (huge, "pixels")):
        visitor.give("enhance-picture", file)
        expect(visitor.page.locator("#enhance-source")).to_contain_text(sentence, timeout=PATIENCE)
        expect(visitor.page.locator("#enhance-picture img")).to_have_count(0)
        expect(visitor.page.get_by_test_id("toast-body")).to_have_count(0)
    visitor.give("enhance-picture", photo)
    visitor.images("preview", 2)
    visitor.problems[:] = [p for p in visitor.problems if "Failed to load resource" not in p]  # the broken pictures


def test_a_tiff_is_shown_by_a_stand_in_and_enhanced_from_the_original(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    photo = tmp_path / "scan.tif"
    scene(90, 70).save(photo)
    visitor = visit()
    visitor.give("enhance-picture", photo)
    visitor.images("enhance-picture", 1)
    visitor.images("preview", 2)
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    file = visitor.download("download")
    expected = enhance(decode(photo), engine=engine(server.weights), model="x2-fast", scale=2)
    assert file.name == "scan-x2.png"
    assert file.read_bytes() == encode(expected, "png")
    visitor.problems[:] = [p for p in visitor.problems if "Failed to load resource" not in p]


def test_a_click_moves_the_preview(visit: Visit, tmp_path: Path) -> None:
    photo = tmp_path / "wide.png"
    scene(1200, 400).save(photo)
    visitor = visit()
    visitor.give("enhance-picture", photo)
    visitor.images("preview", 2)
    first = visitor.page.locator("#preview img").first.get_attribute("src")
    visitor.page.locator("#enhance-picture img").click(position={"x": 30, "y": 60})
    expect(visitor.page.locator("#preview img").first).not_to_have_attribute("src", first or "", timeout=PATIENCE)
    visitor.images("preview", 2)


def test_a_model_of_the_hub_is_fetched_only_when_asked(visit: Visit, photo: Path) -> None:
    visitor = visit()
    visitor.choose("model", "Real-ESRGAN general ×4, small")
    expect(visitor.page.locator("#model-card")).to_contain_text("Commercial use: yes", timeout=PATIENCE)
    visitor.give("enhance-picture", photo)
    ask = visitor.page.locator("#ask-preview")
    expect(ask).to_be_visible(timeout=PATIENCE)
    ask.click()
    expect(visitor.page.locator("#enhance-hint .bad")).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.get_by_test_id("toast-body")).to_have_count(0)


def test_enhance_without_a_picture_says_what_to_do(visit: Visit) -> None:
    visitor = visit()
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "choose a picture first")


def test_what_was_not_read_is_said_under_the_picture(visit: Visit, tmp_path: Path) -> None:
    moving = tmp_path / "moving.gif"
    scene(60, 40, 1).save(moving, save_all=True, append_images=[scene(60, 40, 2)])
    (note,) = decode(moving).notes
    visitor = visit()
    visitor.give("enhance-picture", moving)
    expect(visitor.page.locator("#enhance-source")).to_contain_text(note, timeout=PATIENCE)
    visitor.images("preview", 2)


def test_switching_tasks_without_a_picture_raises_no_toast(visit: Visit) -> None:
    visitor = visit()
    card = visitor.page.locator("#model-card")
    for title, model in (("Denoise", "NAFNet phone noise"), ("Upscale", "Fast ×2"), ("Denoise", "NAFNet phone noise")):
        visitor.choose("task", title)
        expect(card).to_contain_text(model, timeout=PATIENCE)
        expect(visitor.page.get_by_test_id("toast-body")).to_have_count(0)
    expect(visitor.page.locator("#enhance-hint .bad")).to_have_count(0)


def test_another_task_brings_its_own_models_and_options(visit: Visit, photo: Path) -> None:
    visitor = visit()
    visitor.give("enhance-picture", photo)
    visitor.images("preview", 2)
    visitor.choose("task", "Denoise")
    expect(visitor.page.locator("#model-card")).to_contain_text("NAFNet phone noise", timeout=PATIENCE)
    expect(visitor.page.locator("#target-scale")).to_be_hidden()
    expect(visitor.page.get_by_test_id("toast-body")).to_have_count(0)
    visitor.choose("task", "Classical · Median")
    expect(visitor.page.locator("#median-radius")).to_be_visible()
    expect(visitor.page.locator("#model")).to_be_hidden()
    visitor.images("preview", 2)
    visitor.page.locator("#median-radius input[type=number]").fill("3")
    visitor.page.keyboard.press("Tab")
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    file = visitor.download("download")
    assert file.name == "photo-median.png"
    assert file.read_bytes() == encode(enhance(decode(photo), "median", radius=3), "png")


def test_a_result_stays_with_its_picture(visit: Visit, photo: Path, tmp_path: Path) -> None:
    other, slow = tmp_path / "other.png", tmp_path / "slow.png"
    scene(60, 40, 3).save(other)
    scene(500, 400, 4).save(slow)
    visitor = visit()
    page, shown = visitor.page, visitor.page.locator("#result-panel")
    visitor.give("enhance-picture", photo)
    visitor.images("preview", 2)
    page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    expect(shown).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Remove Image").click()
    expect(shown).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("#enhance-status")).not_to_contain_text("Done")
    visitor.give("enhance-picture", slow)
    expect(page.locator("#enhance-hint")).to_contain_text("500 × 400", timeout=PATIENCE)
    visitor.images("preview", 2)
    expect(shown).to_be_hidden()
    page.locator("#stage label", has_text="Result").click()
    expect(page.locator("#facts")).to_contain_text("photo.png")
    page.locator("#target-scale input[type=number]").fill("4")
    page.keyboard.press("Tab")
    expect(page.locator("#enhance-hint")).to_contain_text("2000 × 1600", timeout=PATIENCE)
    page.locator("#enhance-go").click()
    expect(page.locator("#enhance-status")).to_contain_text("tiles", timeout=PATIENCE)
    page.get_by_label("Remove Image").click()
    visitor.give("enhance-picture", other)
    visitor.says("enhance", "slow.png is done; its result is under Result.")
    expect(shown).to_be_hidden()
    page.locator("#stage label", has_text="Result").click()
    expect(page.locator("#facts")).to_contain_text("slow.png")
