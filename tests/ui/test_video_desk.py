"""What the Video tab answers, without a browser."""

from pathlib import Path

import pytest

from enhancer.ui.controls import Controls
from enhancer.ui.video_desk import VideoDesk
from enhancer.ui.video_tab import VideoTab
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
