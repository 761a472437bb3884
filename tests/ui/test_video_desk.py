"""What the Video tab answers, without a browser."""

import time
from pathlib import Path
from typing import Any

import pytest

from enhancer import workplace
from enhancer.settings import Settings
from enhancer.ui import video_desk
from enhancer.ui.controls import Controls
from enhancer.ui.video_desk import VideoDesk
from enhancer.ui.video_tab import VideoTab
from enhancer.video.run import Enhanced, enhance_video
from tests.ui.finished import on_a_page
from tests.video.make import film, hall, tiny


@pytest.mark.parametrize(
    ("sent", "taken_home"),
    [("VID_10.30.15.mp4", "VID_10.30.15-enhanced.mp4"), ("holiday.mov", "holiday-enhanced.mp4")],
)
def test_a_name_with_dots_is_taken_home_with_the_suffix_of_a_video(sent: str, taken_home: str, tmp_path: Path) -> None:
    def lay_out() -> VideoDesk:
        return VideoTab(hall(), Controls()).desk

    desk, weights = on_a_page(lay_out), tiny(tmp_path / "tiny.safetensors")
    told = list(desk.run(str(film(tmp_path / sent, 3)), f"model:{weights}"))[-1]
    assert Path(told[desk.download]).name == taken_home


def test_what_was_sent_stays_for_as_long_as_the_work_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lay_out() -> VideoDesk:
        return VideoTab(hall(), Controls()).desk

    desk, weights = on_a_page(lay_out), tiny(tmp_path / "tiny.safetensors")
    (upload := tmp_path / "server" / "upload").mkdir(parents=True)
    source = film(upload / "sent.mp4", 3)
    place = workplace.Workplace(tmp_path / "server", Settings(files_seconds=100), clock=lambda: time.time() + 3600)
    monkeypatch.setattr(workplace, "_here", place)
    there = []

    def enhanced(*given: Any, **named: Any) -> Enhanced:
        place.sweep()
        there.append(source.exists())
        return enhance_video(*given, **named)

    monkeypatch.setattr(video_desk, "enhance_video", enhanced)
    list(desk.run(str(source), f"model:{weights}"))
    place.sweep()
    assert [*there, source.exists()] == [True, False]
