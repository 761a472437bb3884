"""Pictures past the memory budget: on disk, bit by bit as in memory, gone afterwards, refused without room."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer import canvas, memory
from enhancer.engine import Engine
from enhancer.engine.ensemble import ensemble
from enhancer.errors import BadPicture, Cancelled, DiskFull, OutOfMemory
from enhancer.media import Picture, decode, encode
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import TASKS
from enhancer.tasks.consistent import make_consistent
from enhancer.tasks.resize import bicubic, resize
from tests.engine.test_tiling import Shelf
from tests.media.make import photo, picture, saved

CASES = list(product(["png", "tiff", "jpeg", "webp"], [8, 16], [False, True]))
WISHES: list[dict[str, object]] = [{}, {"strength": 0.3, "scale": 1.7}, {"consistent": True}]


class Twice(nn.Module):
    """Doubles a picture and smooths it."""

    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(F.interpolate(F.pad(x, (1, 1, 1, 1), mode="replicate"), scale_factor=2), 3, 1, 1)[
            ..., 2:-2, 2:-2
        ]


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """Settings under which everything of more than a few rows lies on disk."""
    return Settings(device="cpu", precision="float32", canvas_memory=4000, cache=tmp_path)


def engine(settings: Settings) -> Engine:
    return Engine(Shelf(Model("twice", Twice(), scale=2, halo=8)), settings)


def files(settings: Settings) -> list[str]:
    """The open or named files of canvases, as this process and the folder know them."""
    folder = settings.cache / canvas.FOLDER
    held = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    named = [str(file) for file in folder.iterdir()] if folder.exists() else []
    return named + [link for link in held if link.startswith(str(folder))]


def on_disk(x: Tensor, settings: Settings) -> Tensor:
    copy = canvas.empty(tuple(x.shape), settings)
    assert canvas.settings_of(copy) == settings
    return copy.copy_(x)


def test_a_canvas_lies_on_disk_past_the_budget_and_is_gone_with_its_last_view(small: Settings) -> None:
    assert canvas.settings_of(canvas.empty((1, 10, 100), small)) is None
    large = canvas.empty((1, 10, 101), small).fill_(0.25)
    assert not list((small.cache / canvas.FOLDER).iterdir())
    assert len(files(small)) == 1
    view = large[:, 3:, ::2]
    del large
    canvas.release(view)
    assert canvas.settings_of(view, view.numpy()[..., ::-1]) == small
    assert (view == 0.25).all()
    del view
    assert files(small) == []


def test_released_pages_leave_the_memory(tmp_path: Path) -> None:
    large = canvas.empty((1, 4096, 4096), Settings(canvas_memory=0, cache=tmp_path)).fill_(1)

    def resident() -> int:
        pages = Path("/proc/self/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    canvas.release(large)
    assert resident() < before - 50 * 2**20
    assert large.sum() == 4096**2


@pytest.mark.parametrize("size", [(200, 260), (301, 2777), (140, 111), (97, 2100), (133, 1500)])
def test_resizing_on_disk_gives_the_same_numbers(size: tuple[int, int], small: Settings) -> None:
    x = torch.rand(3, 133, 1301)
    assert torch.equal(bicubic(on_disk(x, small), *size), bicubic(x, *size))
    assert torch.equal(resize(x, *size, small), resize(x, *size))


@pytest.mark.parametrize("options", WISHES, ids=str)
def test_upscaling_on_disk_gives_the_same_bits(options: dict[str, object], small: Settings) -> None:
    task, source = TASKS["upscale"], picture(8, alpha=True, width=571, height=43)
    wishes = task.options(**options)
    there = task.run(source, wishes, engine(small), Progress())
    here = task.run(source, wishes, engine(replace(small, canvas_memory=2**30)), Progress())
    assert canvas.settings_of(there.pixels) == small
    assert canvas.settings_of(here.pixels) is None
    assert torch.equal(there.pixels, here.pixels)
    assert torch.equal(there.alpha, here.alpha)


def test_eight_views_of_a_picture_on_disk(small: Settings) -> None:
    pixels = torch.rand(3, 61, 1100)
    there, here = (
        ensemble(engine(s), engine(s).model("twice"), x, Progress())
        for s, x in ((small, on_disk(pixels, small)), (replace(small, canvas_memory=2**30), pixels))
    )
    assert torch.equal(there.mean, here.mean)
    assert torch.equal(there.spread, here.spread)


def test_making_consistent_leaves_the_picture_on_disk_as_it_was(small: Settings) -> None:
    source, result = torch.rand(3, 40, 700), torch.rand(3, 80, 1400)
    large = on_disk(result, small)
    assert torch.equal(make_consistent(large, on_disk(source, small)), make_consistent(result, source))
    assert torch.equal(large, result)


@pytest.mark.parametrize("task_id", [t.id for t in TASKS.values() if t.family == "classical"])
@pytest.mark.parametrize("alpha", [False, True])
def test_classical_filters_on_disk_give_the_same_bits(task_id: str, alpha: bool, small: Settings) -> None:
    task, here = TASKS[task_id], picture(8, alpha=alpha, width=70, height=50)
    wishes = task.options()
    there = replace(here, pixels=on_disk(here.pixels, small))
    first, second = (task.run(p, wishes, engine(small), Progress()) for p in (there, here))
    assert torch.equal(first.pixels, second.pixels)


@pytest.mark.parametrize(
    ("format", "depth", "alpha"), list(product(["png", "tiff", "jpeg", "webp"], [8, 16], [False, True]))
)
def test_files_are_read_and_written_alike(format: str, depth: int, alpha: bool, small: Settings) -> None:
    here = picture(depth, alpha=alpha, width=61, height=300)
    data = encode(here, format)
    there = decode(data, replace(small, canvas_memory=1000))
    assert canvas.settings_of(there.pixels)
    again = decode(data, Settings())
    assert torch.equal(there.pixels, again.pixels)
    assert (there.alpha is None) == (again.alpha is None)
    assert there.alpha is None or torch.equal(there.alpha, again.alpha)
    assert encode(there, format) == encode(again, format)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_turned_files_are_read_alike(orientation: int, mode: str, small: Settings) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(photo(), "JPEG", mode, exif=exif.tobytes())
    assert torch.equal(decode(data, small).pixels, decode(data, Settings()).pixels)


def test_a_palette_with_transparency_is_read_alike(small: Settings) -> None:
    data = saved(photo(), "PNG", "P", transparency=3)
    there, here = decode(data, small), decode(data, Settings())
    assert torch.equal(there.pixels, here.pixels)
    assert there.alpha is not None
    assert torch.equal(there.alpha, here.alpha)


def stopping(at: int) -> Progress:
    return Progress(lambda p: p.cancel() if p.done == at else None)


def failing(x: Tensor) -> Tensor:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("behave", "progress", "error"), [(failing, Progress(), ZeroDivisionError), (None, stopping(2), Cancelled)]
)
def test_nothing_is_left_after_an_error_or_a_stop(
    behave: Callable[[Tensor], Tensor] | None, progress: Progress, error: type[Exception], small: Settings
) -> None:
    hall = engine(small)
    model = hall.model("twice")
    hall.tiles(model, 9, 9)  # measured before it fails
    if behave:
        model.network.forward = behave  # type: ignore[method-assign]
    with pytest.raises(error) as caught:
        hall.run(model, torch.rand(3, 900, 300), progress)
    del caught
    assert files(small) == []


def test_a_damaged_file_leaves_nothing(small: Settings) -> None:
    data = bytearray(encode(picture(8, width=100, height=100), "tiff"))
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    with pytest.raises(BadPicture):
        decode(bytes(data), small)
    assert files(small) == []


def test_a_full_disk_is_said_before_any_work(small: Settings) -> None:
    free = shutil.disk_usage(small.cache).free
    with pytest.raises(DiskFull, match=r"needs [\d.]+ GB of the disk .* not enough room left; please free some"):
        canvas.empty((1, 2, free // 8 + 1), small)  # without the reserve it would just fit
    assert files(small) == []


def test_a_disk_that_fills_up_meanwhile_is_said(small: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def filled(fd: int, offset: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", filled)
    hall, calls = engine(small), list[Tensor]()
    model = hall.model("twice")
    hall.tiles(model, 9, 9)
    model.network.register_forward_hook(lambda _m, _x, y: calls.append(y))
    with pytest.raises(DiskFull, match="not enough room"):
        hall.run(model, torch.rand(3, 60, 60), Progress())
    assert calls == []
    assert files(small) == []


def test_a_cache_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DiskFull, match="ENHANCER_CACHE"):
        canvas.empty((3, 9, 9), Settings(canvas_memory=0, cache=tmp_path / "file"))


def test_work_on_a_whole_picture_is_refused_where_the_memory_is_not(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: memory.SPARE + 1000)
    task, pixels = TASKS["clahe"], torch.rand(3, 40, 50)
    run = task.run(Picture(pixels), task.options(), engine(small), Progress())
    assert run.pixels.shape == pixels.shape  # small pictures are never refused
    with pytest.raises(OutOfMemory, match=r"whole picture, 0\.0 GB of memory are needed at once, .* smaller picture"):
        task.run(Picture(on_disk(pixels, small)), task.options(), engine(small), Progress())


def test_limits_of_the_process_count_as_memory() -> None:
    found = memory.available()
    assert found is None or 0 < found < 2**50


def test_views_that_run_backwards_arrive_as_they_are(small: Settings) -> None:
    x = torch.rand(2, 70, 1300)
    turned = np.rot90(on_disk(x, small).numpy(), 3, (1, 2))[..., ::-1]
    found = canvas.by_parts(lambda part: part + 1, turned)
    assert canvas.settings_of(found) == small
    assert torch.equal(found, x.rot90(3, (1, 2)).flip(2) + 1)
