"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest

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
