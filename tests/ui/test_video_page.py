"""The Video tab in a real browser: one second of what it will be, all of it, a player for both, and sentences."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import PATIENCE, Visitor
from tests.video.make import film, packets, times

Visit = Callable[..., Visitor]
BEGUN = 2 * PATIENCE  # a process for the video begins first
STATE = "[...document.querySelectorAll('.cinema video')].map(v => [v.readyState > 1, v.videoWidth, v.error === null])"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return film(tmp_path / "holiday.mp4", 30, (96, 64))


def says(visitor: Visitor, text: str) -> None:
    expect(visitor.page.locator("#video-status")).to_contain_text(text, timeout=BEGUN)


def test_a_preview_and_the_whole_are_played_and_taken_home(visit: Visit, clip: Path) -> None:
    visitor = visit(390)
    visitor.tab("Video")
    visitor.give("video-file", clip)
    expect(visitor.page.locator("#video-hint")).to_contain_text(
        "0:01.2 · 25 frames a second · with sound", timeout=BEGUN
    )
    visitor.page.locator("#video-preview").click()
    says(visitor, "Preview ready.")
    visitor.page.wait_for_function(f"{STATE}.filter(([there]) => there).length === 2", timeout=PATIENCE)
    assert visitor.page.evaluate(STATE) == [[True, 96, True]] * 2
    expect(visitor.page.locator("#video-facts")).to_contain_text("The whole takes about")
    expect(visitor.page.locator("#video-download")).to_be_hidden()
    visitor.page.locator("#video-go").click()
    says(visitor, "Done.")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    visitor.page.locator(".cinema .split").fill("20")
    assert visitor.page.locator(".cinema").evaluate("c => c.style.getPropertyValue('--split')") == "20%"
    visitor.page.locator(".cinema .play").click()
    visitor.page.wait_for_function("document.querySelector('.cinema video').currentTime > 0", timeout=PATIENCE)
    made = visitor.download("video-download")
    assert made.name == "holiday-enhanced.mp4"
    assert times(made) == times(clip)
    assert packets(made, "audio") == packets(clip, "audio")


def test_what_is_no_video_is_one_sentence_and_the_tab_goes_on(visit: Visit, clip: Path, tmp_path: Path) -> None:
    (bad := tmp_path / "bad.mp4").write_bytes(clip.read_bytes()[:900])
    visitor = visit()
    visitor.tab("Video")
    visitor.page.locator("#video-go").click()
    says(visitor, "Please choose a video first.")
    visitor.give("video-file", bad)
    says(visitor, "This video is damaged")
    visitor.page.locator("#video-file button[aria-label='Clear']").click()
    visitor.give("video-file", clip)
    expect(visitor.page.locator("#video-hint")).to_contain_text("96 × 64", timeout=BEGUN)
    visitor.choose("video-what", "Each frame by itself: Upscale")
    visitor.page.locator("#video-begin input").fill("0.8")
    visitor.page.locator("#video-preview").click()
    says(visitor, "Preview ready.")
    expect(visitor.page.locator("#video-facts")).to_contain_text("96 × 64 → 192 × 128")


def test_stop_ends_it(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.tab("Video")
    visitor.give("video-file", film(tmp_path / "long.mp4", 200, (320, 240), sound=None))
    expect(visitor.page.locator("#video-hint")).to_contain_text("without sound", timeout=BEGUN)
    visitor.page.locator("#video-go").click()
    expect(visitor.page.locator("#video-status")).to_contain_text("of 200 frames", timeout=BEGUN)
    visitor.page.locator("#video-stop").click()
    says(visitor, "Stopped.")
    expect(visitor.page.locator("#video-go")).to_be_enabled(timeout=PATIENCE)
    expect(visitor.page.locator("#video-download")).to_be_hidden()
