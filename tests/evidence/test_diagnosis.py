"""What the diagnosis finds under known damage, on a fixed sample of LIVE1 and McMaster."""

from pathlib import Path

import pytest
import torch
from skimage import data
from torch import Tensor

from enhancer.evidence.diagnosis import MEASUREMENTS, MILD, NONE, SEVERITIES, UNKNOWN, Diagnosis, diagnose
from enhancer.evidence.diagnosis.view import BUSY, CALM, SIDE, view_of
from enhancer.media.picture import Picture
from tests.evidence.damages import (
    Damage,
    blotchy,
    blurred,
    both,
    curved,
    darkened,
    enlarged,
    from_bytes,
    jpeg,
    noisy,
    read,
    rounded,
    truths,
)

EVERY = 12  # picture of the 47


def look(pixels: Tensor, raw: bytes | None = None) -> Diagnosis:
    return diagnose(Picture(pixels), raw)


def values(shared: Path, damage: Damage, finding: str) -> list[float]:
    found = [look(damage(read(file)))[finding].value for file in truths(shared, EVERY)]
    return [value for value in found if value is not None]


def test_every_finding_speaks() -> None:
    diagnosis = look(from_bytes(data.astronaut()))
    assert len(diagnosis.findings) == len({f.id for f in diagnosis.findings}) == len(MEASUREMENTS)
    for finding in diagnosis.findings:
        assert finding.evidence.endswith(".")
        assert finding.title
        assert finding.unit
        assert finding.verdict
        assert finding.severity in SEVERITIES
    with pytest.raises(KeyError, match="no finding 'faces'; known: noise"):
        diagnosis["faces"]


def test_clean_photographs_are_healthy(shared: Path) -> None:
    """Casts and lost tones may be there; nobody made these pictures noisy, soft, small or dark."""
    for file in truths(shared, EVERY):
        diagnosis = look(read(file))
        ill = [f.id for f in diagnosis.findings if f.found and f.id not in ("cast", "clipping")]
        assert ill == [], (file.name, ill)


@pytest.mark.parametrize("pixels", [torch.zeros(3, 1, 1), torch.full((3, 40, 300), 0.5), torch.ones(3, 200, 200)])
def test_pictures_without_content_are_not_ill(pixels: Tensor) -> None:
    diagnosis = look(pixels)
    assert not diagnosis["noise"].found
    assert diagnosis["jpeg"].value is None
    assert diagnosis["softness"].severity == UNKNOWN
    assert not diagnosis["resolution"].found
    assert diagnosis["drawing"].severity == UNKNOWN


@pytest.mark.parametrize("level", [5, 15, 30, 50])
def test_noise_is_measured_within_two_levels(shared: Path, level: int) -> None:
    off = [abs(value - level) for value in values(shared, noisy(level), "noise")]
    assert max(off) <= 2
    assert sorted(off)[len(off) // 2] <= 1


@pytest.mark.parametrize("level", [8, 12, 20])
def test_blotchy_noise_is_found_where_neighbouring_pixels_agree(shared: Path, level: int) -> None:
    found = [look(blotchy(level)(read(file))) for file in truths(shared, EVERY)]
    assert sum(d["noise"].found for d in found) < len(found) or level > 10
    for diagnosis in found:
        assert diagnosis["grain"].found or diagnosis["noise"].found
        assert diagnosis["grain"].value == pytest.approx(level, rel=0.4)


@pytest.mark.parametrize("level", [3, 5, 15, 50])
def test_fine_noise_is_not_called_blotchy(shared: Path, level: int) -> None:
    assert not any(look(noisy(level)(read(file)))["grain"].found for file in truths(shared, EVERY))


def test_noise_is_measured_in_dark_pictures_that_it_clips(shared: Path) -> None:
    off = [abs(value - 25) for value in values(shared, both(darkened(2), noisy(25)), "noise")]
    assert max(off) <= 2.5


def test_fine_texture_is_not_called_noise(shared: Path) -> None:
    named = [f for f in truths(shared) if f.stem in ("stream", "building2")]
    for file in named:
        assert look(read(file))["noise"].verdict == "fine texture or grain"
        assert look(noisy(6)(read(file)))["noise"].severity == MILD


@pytest.mark.parametrize(("radius", "tolerance"), [(1.0, 0.35), (1.5, 0.4), (2.0, 0.5), (3.0, 0.6)])
def test_blur_is_measured_in_pixels(shared: Path, radius: float, tolerance: float) -> None:
    assert all(abs(value - radius) <= tolerance for value in values(shared, blurred(radius), "softness"))


def test_noise_hides_sharpness_and_detail(shared: Path) -> None:
    diagnosis = look(noisy(20)(read(truths(shared)[0])))
    assert diagnosis["softness"].severity == diagnosis["resolution"].severity == UNKNOWN


@pytest.mark.parametrize("kernel", ["bicubic", "bilinear"])
@pytest.mark.parametrize("factor", [2, 3, 4])
def test_an_enlarged_picture_shows_its_real_detail(shared: Path, factor: int, kernel: str) -> None:
    right = 0
    for file in (files := truths(shared, EVERY)):
        pixels = enlarged(factor, kernel)(read(file))
        value = look(pixels)["resolution"].value
        assert value is not None
        right += abs(value * factor / max(pixels.shape[1:]) - 1) <= 0.15
    assert right >= len(files) - 1


def test_compression_hides_detail(shared: Path) -> None:
    assert look(jpeg(40)(read(truths(shared)[0])))["resolution"].severity == UNKNOWN


@pytest.mark.parametrize("damage", [darkened(3), darkened(2)])
def test_missing_light_is_seen(shared: Path, damage: Damage) -> None:
    for file in truths(shared, EVERY):
        diagnosis = look(damage(read(file)))
        assert "dark" in diagnosis["brightness"].verdict
        assert diagnosis["highlights"].severity == MILD


def test_lost_tones_are_counted() -> None:
    ramp = torch.linspace(-0.25, 1.25, 300).clamp(0, 1).expand(3, 200, 300)
    diagnosis = look(rounded(ramp))
    assert diagnosis["clipping"].value == pytest.approx(100 / 3, abs=1)
    assert "17.0 % of the pixels are pure white and 17.0 % pure black" in diagnosis["clipping"].evidence
    assert look(curved(1.2)(from_bytes(data.astronaut())))["brightness"].severity == NONE


def test_a_cast_is_seen_where_all_signs_agree() -> None:
    grey = from_bytes(data.camera())
    assert look(grey)["cast"].value == pytest.approx(0, abs=0.05)
    tinted = rounded(grey * torch.tensor([1.0, 0.8, 0.6])[:, None, None])
    assert look(tinted)["cast"].severity in ("mild", "strong")


def test_text_is_told_from_photographs(shared: Path) -> None:
    assert look(from_bytes(data.logo()[..., :3]))["drawing"].verdict == "drawing or text"
    slide = read(shared / "data" / "bench" / "Set14" / "HR" / "ppt3.png")
    assert look(slide)["drawing"].verdict == "drawing or text"
    assert max(values(shared, rounded, "drawing")) < 70


def test_large_pictures_are_judged_by_crops_on_the_grid_of_a_jpeg() -> None:
    source = torch.Generator().manual_seed(0)
    pixels = torch.full((3, 1300, 1500), 0.5)
    pixels[:, 256:512, 512:768] = torch.rand(3, 256, 256, generator=source)
    view = view_of(Picture(pixels), None)
    assert len(view.crops) == BUSY + CALM
    assert {crop.shape for crop in view.crops} == {(3, SIDE, SIDE)}
    assert any(torch.equal(crop, pixels[:, 256:512, 512:768]) for crop in view.crops)
