"""Textures are cut where a picture is alike all over, each of the kind that it was drawn as."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import TrainingError
from enhancer.training.recognise import read_labelled
from enhancer.training.recognise.textures import (
    ACROSS,
    BLUE,
    GREEN,
    GREY,
    KINDS,
    OTHER,
    UPRIGHT,
    WARM,
    kinds_of,
    squares,
)

COLOURS = {GREY: (1.0, 1.0, 1.0), WARM: (1.0, 0.6, 0.3), GREEN: (0.4, 1.0, 0.3), BLUE: (0.3, 0.5, 1.0)}


def noise(*colour: float, side: int = 128, seed: int = 0) -> Tensor:
    """(3, side, side) uint8: speckles of two pixels in shades of a colour."""
    speckles = torch.rand(1, 1, side // 2, side // 2, generator=torch.Generator().manual_seed(seed))
    light = F.interpolate(speckles, scale_factor=2)[0] * 0.7 + 0.2
    return (light * torch.tensor(colour)[:, None, None] * 255).byte()


def stripes(upright: bool, side: int = 128) -> Tensor:
    wave = (torch.arange(side) * 0.4).sin().mul(80).add(128).byte().expand(side, side)
    return (wave if upright else wave.T)[None].expand(3, -1, -1).contiguous()


def folder(place: Path, pictures: dict[str, Tensor]) -> Path:
    place.mkdir()
    for name, pixels in pictures.items():
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(place / f"{name}.png")
    return place


@pytest.mark.parametrize("kind", COLOURS)
def test_grain_is_told_by_its_colour(kind: int) -> None:
    found = kinds_of(squares(noise(*COLOURS[kind]), 32))
    assert len(found) == 9
    assert found.tolist() == [kind] * 9


@pytest.mark.parametrize(("upright", "kind"), [(True, UPRIGHT), (False, ACROSS)])
def test_lines_are_told_by_where_they_run(upright: bool, kind: int) -> None:
    cut = squares(stripes(upright), 32)
    assert set(kinds_of(cut).tolist()) == {kind}
    assert set(kinds_of(cut.flip(3)).tolist()) == {kind}


def test_slanted_lines_are_of_no_kind() -> None:
    rows, columns = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="ij")
    slanted = ((rows + columns) * 0.8).sin().mul(80).add(128).byte()
    assert kinds_of(slanted.expand(1, 3, -1, -1)).tolist() == [OTHER]


def test_what_is_flat_or_changes_gives_no_square() -> None:
    half = noise(1.0, 1.0, 1.0, side=64)
    half[:, :, :32] = 90
    assert len(squares(torch.full((3, 128, 128), 90, dtype=torch.uint8), 32)) == 0
    assert len(squares(half, 32)) == 0
    assert len(squares(noise(1.0, 1.0, 1.0, side=40), 32)) == 0


def test_whole_photographs_are_held_out(tmp_path: Path) -> None:
    shown = {f"{n}--{part}": noise(*COLOURS[n % 4], seed=2 * n + part) for n in range(6) for part in range(2)}
    data = Path(f"textures:{folder(tmp_path / 'photographs', shown)}")
    seen, unseen = read_labelled(data, 32, False, 6)
    assert seen.names == KINDS
    assert set(unseen.labels.tolist()) == {GREY, BLUE}
    assert len(unseen) == 2 * 9
    assert len(seen) == 8 * 9 * 2
    assert torch.equal(seen.pictures[: len(seen) // 2].flip(3), seen.pictures[len(seen) // 2 :])
    assert read_labelled(data, 32, True, 6)[0].pictures.shape[1] == 1


def test_photographs_without_textures_are_refused(tmp_path: Path) -> None:
    flat = folder(tmp_path / "flat", {str(n): torch.full((3, 128, 128), 90, dtype=torch.uint8) for n in range(3)})
    with pytest.raises(TrainingError, match="show no texture of 32 pixels"):
        read_labelled(Path(f"textures:{flat}"), 32, False, 2)
    with pytest.raises(TrainingError, match="no picture"):
        read_labelled(Path(f"textures:{tmp_path / 'nowhere'}"), 32, False, 2)
