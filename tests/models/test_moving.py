"""A network that remembers gives the engine what it gives its lesson, in one piece, in tiles and in a process apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.engine import Engine
from enhancer.engine.apart import StoreApart
from enhancer.errors import BadOptions
from enhancer.models.moving import COLOURS, carried_on, evened
from enhancer.models.store import Store, open_model
from enhancer.networks import followed
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.choose import open_model as chosen
from enhancer.video.draw import Remembered
from tests.video.make import tiny

SETTINGS = Settings(device="cpu", precision="float32")


def drawn(engine: Engine, file: Path, frames: Tensor) -> list[Tensor]:
    model, result, found = engine.model(str(file)), None, list[Tensor]()
    for frame in map(evened, frames):
        plane = None if result is None else carried_on(result, frame, model.scale)
        result = engine.run(model, frame, Progress(), plane)
        found.append(result[:COLOURS])
    return found


def passing(count: int, height: int, width: int) -> Tensor:
    """Frames of soft hills that pass by, so that their movement is clear: (T, 3, H, W)."""
    rows, columns = torch.arange(height)[:, None], torch.arange(width)
    hills = [torch.sin((columns + 3 * n) / 7) * torch.cos((rows - 2 * n) / 9) for n in range(count)]
    return torch.stack([(0.5 + 0.4 * hill).expand(3, height, width) for hill in hills])


def lesson(file: Path, frames: Tensor) -> Iterator[Tensor]:
    """As it is run while it learns."""
    network, state = open_model(file, "tiny").network.network, None
    with torch.no_grad():
        for frame in frames:
            picture, state = network(frame[None], None if state is None else followed(state, frame[None]))
            yield picture[0].clamp(0, 1)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_as_the_lesson_runs_it(scale: int, tmp_path: Path) -> None:
    file, frames = tiny(tmp_path / "tiny.safetensors", scale), passing(4, 24, 32)
    made = drawn(Engine(Store(SETTINGS), SETTINGS), file, frames)
    assert all(float((a - b).abs().max()) < 1e-5 for a, b in zip(lesson(file, frames), made, strict=True))


@pytest.mark.parametrize("scale", [1, 2])
def test_odd_sides_are_drawn_as_if_they_were_even(scale: int, tmp_path: Path) -> None:
    file, frames = tiny(tmp_path / "tiny.safetensors", scale), passing(4, 23, 31)
    drawer = Remembered(str(file), Engine(Store(SETTINGS), SETTINGS), Progress())
    for frame, wanted in zip(frames, lesson(file, F.pad(frames, (0, 1, 0, 1), mode="replicate")), strict=True):
        found = drawer.draw(frame, Progress())
        assert found.shape == (3, scale * 23, scale * 31)
        assert float((found - wanted[:, : scale * 23, : scale * 31]).abs().max()) < 1e-5


def test_tiles_and_sides_of_any_length(tmp_path: Path) -> None:
    file, frames = tiny(tmp_path / "tiny.safetensors", 2), passing(3, 100, 133)
    engine = Engine(Store(SETTINGS), SETTINGS)
    whole = drawn(engine, file, frames)
    engine.tile_side(engine.model(str(file)))
    small = Engine(Store(SETTINGS), Settings(device="cpu", precision="float32", tile_memory=1))
    assert small.tiles(small.model(str(file)), 100, 133) > 1
    tiled = drawn(small, file, frames)
    assert whole[0].shape == (3, 200, 268)
    assert all(float((a - b).abs().max()) < 1e-5 for a, b in zip(whole, tiled, strict=True))


def test_in_a_process_apart(tmp_path: Path) -> None:
    file, frames = tiny(tmp_path / "tiny.safetensors"), torch.rand(3, 3, 16, 16)
    here, there = drawn(Engine(Store(SETTINGS), SETTINGS), file, frames), StoreApart(SETTINGS)
    try:
        again = drawn(Engine(there, SETTINGS), file, frames)
    finally:
        there.worker.close()
    assert all(float((a - b).abs().max()) < 1e-5 for a, b in zip(here, again, strict=True))


def test_a_single_picture_is_not_for_it(tmp_path: Path) -> None:
    engine = Engine(Store(SETTINGS), SETTINGS)
    with pytest.raises(BadOptions, match="is for video"):
        chosen(engine, Progress(), str(tiny(tmp_path / "tiny.safetensors")), "mend")
