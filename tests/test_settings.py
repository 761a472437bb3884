"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest
from PIL import Image

from enhancer.errors import BadPicture
from enhancer.media import open_picture
from enhancer.settings import Settings


def test_values_are_read_with_their_type() -> None:
    read = Settings.from_environment({"ENHANCER_MAX_PIXELS": "5", "ENHANCER_CACHE": "c", "HOME": "x"})
    assert (read.max_pixels, read.cache, read.device) == (5, Path("c"), "auto")


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ValueError, match=r"ENHANCER_MAX_PIXEL; known: .*max_pixels"):
        Settings.from_environment({"ENHANCER_MAX_PIXEL": "5"})


def test_an_unreadable_number_is_named() -> None:
    with pytest.raises(ValueError, match="ENHANCER_MAX_SIDE='wide'"):
        Settings.from_environment({"ENHANCER_MAX_SIDE": "wide"})


def test_opening_a_picture_obeys_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "p.png")
    assert open_picture(tmp_path / "p.png").width == 20
    monkeypatch.setenv("ENHANCER_MAX_PIXELS", "399")
    with pytest.raises(BadPicture, match="pixels"):
        open_picture(tmp_path / "p.png")
