"""What full transparency hides is not judged: not its tones, not its edges, and not the colours put in its place."""

from pathlib import Path

import pytest
import torch
from skimage import data
from torch import Tensor
from torch.nn import functional as F

from enhancer import canvas
from enhancer.evidence.diagnosis import NONE, UNKNOWN, Diagnosis, diagnose
from enhancer.evidence.diagnosis.seen import likely_faults
from enhancer.evidence.diagnosis.view import BUSY, CALM, SIDE, view_of
from enhancer.evidence.propose import propose
from enhancer.media.picture import Picture
from enhancer.settings import Settings
from tests.evidence.damages import blurred, enlarged, from_bytes, jpeg, noisy

PHOTO = from_bytes(data.astronaut())
BLACK, WHITE = 0.0, 1.0
GROWN = 3.3  # times, so that it is judged by crops


def disc(pixels: Tensor, radius: float) -> Tensor:
    """(1, H, W), one within `radius` of the middle and zero elsewhere."""
    height, width = pixels.shape[1:]
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return ((rows - height / 2).square() + (columns - width / 2).square() < radius**2)[None].float()


def cut_out(pixels: Tensor, alpha: Tensor, hidden: float | Tensor = BLACK) -> Diagnosis:
    return diagnose(Picture(torch.where(alpha > 0, pixels, torch.as_tensor(hidden)), alpha))


@pytest.mark.parametrize("radius", [70, 200])
def test_a_well_exposed_cut_out_is_not_dark(radius: float) -> None:
    found = cut_out(PHOTO, disc(PHOTO, radius))
    opaque = diagnose(Picture(PHOTO))
    assert found["brightness"].severity == found["highlights"].severity == NONE
    assert found["clipping"].value is not None
    assert opaque["clipping"].value is not None
    assert found["clipping"].value < opaque["clipping"].value
    assert found["cast"].value == pytest.approx(opaque["cast"].value, abs=0.2)
    assert found["drawing"].verdict == "photograph"
    assert propose(found).steps == ()


@pytest.mark.parametrize("grown", [False, True])
def test_hidden_colours_change_nothing(grown: bool) -> None:
    pixels = F.interpolate(PHOTO[None], scale_factor=GROWN, mode="bicubic")[0].clamp(0, 1) if grown else PHOTO
    alpha = disc(pixels, 0.4 * pixels.shape[1])
    noise = torch.rand(pixels.shape, generator=torch.Generator().manual_seed(0))
    found = cut_out(pixels, alpha)
    assert cut_out(pixels, alpha, WHITE) == found
    assert cut_out(pixels, alpha, noise) == found


@pytest.mark.parametrize("alpha", [0.01, 1.0])
def test_what_is_not_hidden_is_judged_as_if_it_were_opaque(alpha: float) -> None:
    assert diagnose(Picture(PHOTO, torch.full_like(PHOTO[:1], alpha))) == diagnose(Picture(PHOTO))


def test_damage_is_measured_where_it_shows() -> None:
    alpha = disc(PHOTO, 150)
    assert cut_out(noisy(20)(PHOTO), alpha)["noise"].value == pytest.approx(20, abs=2)
    assert cut_out(blurred(2)(PHOTO), alpha)["softness"].value == pytest.approx(2, abs=0.5)
    assert cut_out(jpeg(40)(PHOTO), alpha)["jpeg"].value == 40
    assert cut_out(enlarged(3)(PHOTO), disc(PHOTO, 220))["resolution"].value == pytest.approx(512 / 3, rel=0.15)


def test_a_cut_out_too_small_for_a_spectrum_is_not_said_to_lack_detail() -> None:
    found = cut_out(PHOTO, disc(PHOTO, 70))["resolution"]
    assert (found.value, found.severity) == (None, UNKNOWN)
    assert found.evidence == "Too little of the picture is visible to measure this."


@pytest.mark.parametrize("shown", [0, 1])
@pytest.mark.parametrize("shape", [(3, 1, 1), (3, 100, 140), (3, 1300, 1500)])
def test_a_picture_of_which_nothing_shows_is_not_ill(shape: tuple[int, int, int], shown: int) -> None:
    alpha = torch.zeros(1, *shape[1:])
    alpha[0, 0, 0] = shown
    picture = Picture(torch.full(shape, 0.8), alpha)
    found = diagnose(picture)
    assert [f.id for f in found.findings if f.found] == []
    assert found["noise"].severity == found["resolution"].severity == UNKNOWN
    assert (found["brightness"].severity == UNKNOWN) == (not shown)
    assert propose(found).steps == ()
    if min(shape[1:]) > 32:
        assert max(likely_faults(picture).values()) <= 1


def test_of_large_pictures_the_crops_lie_where_something_shows() -> None:
    pixels = torch.rand(3, 2000, 2600, generator=torch.Generator().manual_seed(0))
    alpha = torch.zeros(1, 2000, 2600)
    alpha[:, 400:1700, 500:1900] = 1
    view = view_of(Picture(pixels, alpha), None)
    assert len(view.crops) == BUSY + CALM
    assert {crop.shape for crop in view.crops} == {(3, SIDE, SIDE)}
    assert all(mask is not None and mask.all() for mask in view.masks)
    assert torch.equal(view.thin[:, 0, 0], pixels[:, 400, 496])  # the bounds begin on the grid of a JPEG


def test_a_picture_on_the_disk_is_judged_the_same(tmp_path: Path) -> None:
    alpha = disc(PHOTO, 150)
    sheets = [canvas.empty(tuple(sheet.shape), Settings(canvas_memory=0, cache=tmp_path)) for sheet in (PHOTO, alpha)]
    for sheet, values in zip(sheets, (PHOTO, alpha), strict=True):
        sheet[:] = values
    assert diagnose(Picture(*sheets)) == diagnose(Picture(PHOTO, alpha))
