"""Tiled equals untiled, over awkward sizes, formats and tile sizes."""

from dataclasses import replace

import pytest
import torch

from enhancer.engine import Engine
from enhancer.engine.tiling import spans
from enhancer.models.contract import Model
from enhancer.networks import Generator, PhotoNetwork
from enhancer.networks.initialise import initialise
from enhancer.progress import Progress
from enhancer.settings import Settings


def generator(scale: int, unshuffle: int = 1, blocks: int = 0) -> Model:
    network = Generator(scale=scale, channels=16, depth=3, unshuffle=unshuffle, blocks=blocks)
    initialise(network, seed=1)
    with torch.no_grad():  # a tail strong enough for a wrong pixel to show
        network.tail.weight.mul_(20)
    return Model("probe", network.eval(), scale, multiple_of=unshuffle, halo=network.halo)


def photo() -> Model:
    network = PhotoNetwork(scale=2, channels=8, depth=2, widths=[8, 16], blocks=[1, 1])
    initialise(network, seed=1)
    fold = network.multiple_of
    return Model("photo", network.eval(), 2, multiple_of=fold, minimum=fold, halo=network.halo, trims=True)


class Shelf:
    """A store of one model."""

    def __init__(self, model: Model) -> None:
        self.only = model

    def load(self, model_id: str, progress: Progress | None = None, crispness: float = 1.0) -> Model:
        return self.only


def engine(model: Model, precision: str, tile: int) -> Engine:
    built = Engine(Shelf(model), Settings(device="cpu", precision=precision))
    built._largest_core = lambda model: tile  # type: ignore[method-assign]  # the test chooses the tile
    return built


SIZES = [(1, 1), (1, 97), (97, 1), (2, 3), (31, 33), (32, 32), (33, 31), (65, 64), (63, 100), (5, 200)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "model", [generator(2), generator(4), generator(1, unshuffle=2), generator(3, blocks=2), photo()]
)
def test_tiled_equals_untiled_in_float32(size: tuple[int, int], model: Model) -> None:
    pixels = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))
    tiled = engine(model, "float32", 32).run(model, pixels, Progress())
    whole = engine(model, "float32", 4096).run(model, pixels, Progress())
    assert tiled.shape == (3, model.scale * size[0], model.scale * size[1])
    assert (tiled - whole).abs().max() <= 1e-5


@pytest.mark.parametrize("size", SIZES)
def test_tiled_is_within_one_level_in_bfloat16(size: tuple[int, int]) -> None:
    model = generator(2)
    pixels = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))
    tiled = engine(model, "bfloat16", 32).run(model, pixels, Progress())
    whole = engine(model, "bfloat16", 4096).run(model, pixels, Progress())
    assert (tiled - whole).abs().max() <= 1 / 255


def test_a_halo_below_the_receptive_field_shows() -> None:
    """The negative control: the comparison above would notice a halo that is too small."""
    model = replace(generator(2), halo=1)
    pixels = torch.rand(3, 65, 64, generator=torch.Generator().manual_seed(0))
    tiled = engine(model, "float32", 32).run(model, pixels, Progress())
    whole = engine(model, "float32", 4096).run(model, pixels, Progress())
    assert (tiled - whole).abs().max() > 1e-3


@pytest.mark.parametrize("extent", [1, 15, 16, 17, 31, 64, 97, 200, 1001])
@pytest.mark.parametrize(("halo", "multiple"), [(0, 1), (14, 1), (13, 2), (30, 24)])
def test_spans_cover_every_pixel_once_and_see_enough(extent: int, halo: int, multiple: int) -> None:
    plan = spans(extent, 64, halo, multiple)
    assert [p for s in plan for p in range(s.start, s.stop)] == list(range(extent))
    for s in plan:
        assert s.low <= max(0, s.start - halo)
        assert s.high >= min(extent, s.stop + halo)
        assert s.low % multiple == 0


@pytest.mark.parametrize("multiple", [1, 2, 24])
@pytest.mark.parametrize("tile", [5, 32, 97, 250])
def test_a_picture_of_the_side_of_a_tile_is_one_tile(multiple: int, tile: int) -> None:
    model = replace(generator(1, unshuffle=2), multiple_of=multiple)
    hall = engine(model, "float32", tile)
    side = hall.tile_side(model)
    assert hall.tiles(model, side, side) == 1
    assert hall.tiles(model, side, side + 1) == 2


@pytest.mark.parametrize("extent", [257, 1001, 6700])
@pytest.mark.parametrize("multiple", [1, 8, 24])
def test_cores_are_alike_and_windows_end_at_their_halo(extent: int, multiple: int) -> None:
    plan = spans(extent, 256, 14, multiple)
    cores = [s.stop - s.start for s in plan]
    assert max(cores) - min(cores) <= 2 * 24
    assert max(cores) <= 256
    assert all(s.high - s.stop < 14 + 2 * multiple for s in plan)
    assert all(s.start - s.low < 14 + multiple for s in plan)
