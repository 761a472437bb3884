"""Noise that JPEG has smeared is seen, and clean pictures and strong compression are not taken for it."""

import math

import pytest
import torch
from skimage import data
from skimage.filters import gaussian
from torch.nn import functional as F

from enhancer.evidence.diagnosis import diagnose
from enhancer.evidence.diagnosis.seen import MOST, WINDOW, faults_of, likely_faults, told_apart, windows
from enhancer.evidence.diagnosis.view import view_of
from enhancer.media.picture import Picture
from enhancer.training.degradations import quantise
from enhancer.training.degradations.faults import FAULTS
from tests.evidence.damages import from_bytes, jpeg, noisy

PICTURES = {name: from_bytes(getattr(data, name)()[:384, :384]) for name in ("astronaut", "chelsea", "coffee")}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("quality", [30, 60, 85])
def test_compression_alone_is_no_noise(name: str, quality: int) -> None:
    assert not diagnose(Picture(jpeg(quality)(PICTURES[name])))["hidden_noise"].found


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("quality", [50, 80])
def test_noise_below_compression_is_seen_or_measured(name: str, quality: int) -> None:
    found = diagnose(Picture(jpeg(quality)(noisy(20)(PICTURES[name]))))
    assert found["hidden_noise"].found or found["noise"].found or found["grain"].found
    assert found["hidden_noise"].value is not None
    assert found["hidden_noise"].value >= 30


@pytest.mark.parametrize("size", [(384, 384), (333, 347), (250, 384)])
def test_compression_is_seen_whatever_the_size(size: tuple[int, int]) -> None:
    """The windows begin where the blocks do; of 500 pixels a side, the middle window once began between them."""
    inner = PICTURES["coffee"][:, : size[0], : size[1]]
    assert likely_faults(Picture(jpeg(20)(inner)))["compression"] > 0.9
    assert likely_faults(Picture(inner))["compression"] < 0.5


def test_what_is_measured_as_noise_is_not_found_twice() -> None:
    found = diagnose(Picture(noisy(25)(PICTURES["chelsea"])))
    assert found["noise"].found
    assert not found["hidden_noise"].found


def test_a_picture_too_small_to_look_at_says_so() -> None:
    assert diagnose(Picture(torch.rand(3, 20, 40)))["hidden_noise"].value is None


def test_every_fault_of_the_lesson_has_its_probability() -> None:
    assert set(likely_faults(Picture(PICTURES["coffee"]))) == set(FAULTS)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_the_spectrum_tells_enlargement_from_blur(name: str, mode: str) -> None:
    sharp = PICTURES[name]
    small = F.interpolate(sharp[None], scale_factor=0.4, mode="bicubic", antialias=True).clamp(0, 1)
    enlarged = likely_faults(Picture(quantise(F.interpolate(small, sharp.shape[1:], mode=mode)[0])))
    blurred = likely_faults(Picture(quantise(torch.from_numpy(gaussian(sharp.numpy(), 2.0, channel_axis=0)))))
    assert enlarged["enlargement"] > max(0.5, enlarged["blur"])
    assert blurred["blur"] > max(0.5, blurred["enlargement"])


def test_the_spectrum_decides_which_of_the_two_and_nothing_else() -> None:
    found = {"blur": 0.8, "enlargement": 0.6, "noise": 0.3}
    assert told_apart(found, 0.0) == pytest.approx({"blur": 0.8, "enlargement": 0.8 * 1.5 / 4, "noise": 0.3})
    turned = told_apart(found, 5.0)
    assert turned["enlargement"] == 0.8
    assert turned["blur"] == pytest.approx(0.8 * 8 / 3 * math.exp(-5.0))
    faint = told_apart({"blur": 0.02, "enlargement": 0.01}, 9.0)
    assert faint["enlargement"] == 0.02  # a sharp picture stays one, whatever its spectrum leans to
    assert told_apart({"blur": 1.0, "enlargement": 0.0}, 3.0)["blur"] == 1.0


def test_a_picture_too_small_for_a_spectrum_is_the_network_s_alone() -> None:
    tiny = Picture(PICTURES["coffee"][:, :40, :44])
    assert likely_faults(tiny) == faults_of(view_of(tiny, None))


def test_windows_lie_inside_their_crops_and_are_not_too_many() -> None:
    for shape in ((40, 50), (192, 192), (500, 300), (1000, 1200)):
        cut = windows((torch.zeros(3, *shape),))
        assert 1 <= len(cut) <= MOST
        assert all(square.shape[1:] == (min(WINDOW, shape[0]), min(WINDOW, shape[1])) for square in cut)
    assert len(windows((torch.zeros(3, 256, 256),) * 16)) <= MOST
