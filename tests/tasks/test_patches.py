"""Patches of the picture fill its holes: patterns go on, grain keeps its contrast, the same comes out each time."""

import pytest
import torch
from torch import Tensor

from enhancer.errors import Cancelled
from enhancer.progress import Progress
from enhancer.tasks.patches import filled_with_patches

SIDE = 96


def hole_at(rows: slice, columns: slice) -> Tensor:
    hole = torch.zeros(1, SIDE, SIDE)
    hole[:, rows, columns] = 1
    return hole


def tiles() -> Tensor:
    """A pattern that repeats every 12 pixels, in colours."""
    cell = torch.rand(3, 12, 12, generator=torch.Generator().manual_seed(2))
    return cell.repeat(1, SIDE // 12, SIDE // 12)


MIDDLE = hole_at(slice(34, 62), slice(30, 66))
CORNER = hole_at(slice(0, 25), slice(70, SIDE))


def filled(pixels: Tensor, hole: Tensor) -> Tensor:
    found = filled_with_patches(torch.where(hole > 0, 0.0, pixels), hole, Progress())
    assert found is not None
    return found


@pytest.mark.parametrize("hole", [MIDDLE, CORNER], ids=["in the middle", "at the corner"])
def test_a_pattern_goes_on(hole: Tensor) -> None:
    found = filled(tiles(), hole)
    gone = (hole > 0).expand(3, -1, -1)
    assert (found - tiles())[gone].square().mean() < 0.002, "27 dB; grey alone would be 0.083 off"
    assert torch.equal(found[~gone], tiles()[~gone])


def test_what_was_in_the_hole_does_not_matter() -> None:
    grain = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(3))
    white = filled_with_patches(torch.where(MIDDLE > 0, 1.0, grain), MIDDLE, Progress())
    assert white is not None
    assert torch.equal(white, filled(grain, MIDDLE))


def test_grain_keeps_its_contrast() -> None:
    grain = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(3))
    drawn = filled(grain, MIDDLE)[(MIDDLE > 0).expand(3, -1, -1)]
    assert 0.8 < float(drawn.std() / grain.std()) < 1.2


def test_an_edge_goes_on_across_the_hole() -> None:
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    picture = (rows + columns / 2 > 72).float().expand(3, -1, -1)
    assert (filled(picture, MIDDLE) - picture).abs().mean() < 0.01


def test_everything_is_found_in_what_is_known() -> None:
    """In the end each pixel is one of the picture's, no mean of several."""
    picture = (tiles() * 255).round() / 255
    drawn = filled(picture, MIDDLE)[:, MIDDLE[0] > 0].T
    known = {tuple(colour) for colour in picture[:, MIDDLE[0] == 0].T.tolist()}
    assert {tuple(colour) for colour in drawn.tolist()} <= known


@pytest.mark.parametrize("shape", [(5, 60), (60, 6), (7, 7)])
def test_where_no_whole_patch_is_known_nothing_is_made_up(shape: tuple[int, int]) -> None:
    hole = torch.zeros(1, *shape)
    hole[:, 2:4, 2:4] = 1
    assert filled_with_patches(torch.rand(3, *shape), hole, Progress()) is None


def test_it_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        filled_with_patches(tiles(), MIDDLE, progress)
