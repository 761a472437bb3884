"""Turns, cancelling, halving, and errors that stay errors."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from enhancer.engine import Engine
from enhancer.engine.device import bytes_per_pixel, choose_device, choose_precision
from enhancer.errors import Cancelled, OutOfMemory
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.settings import Settings
from tests.engine.test_tiling import Shelf


class Calls(nn.Module):
    """A network that does what the test says, and counts."""

    def __init__(self, behave: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.behave, self.sizes = behave, list[int]()

    def forward(self, x: Tensor) -> Tensor:
        self.sizes.append(x.shape[-1])
        return self.behave(x)


def model(behave: Callable[[Tensor], Tensor] = lambda x: x, channels: int = 3) -> Model:
    return Model("probe", Calls(behave), scale=1, channels=channels, halo=0)


def engine(only: Model) -> Engine:
    built = Engine(Shelf(only), Settings(device="cpu", precision="float32"))
    built._needs[only.network] = 1
    return built


def test_stop_ends_the_work_at_the_next_tile() -> None:
    progress = Progress(lambda p: p.cancel() if p.done == 2 else None)
    probe = model()
    with pytest.raises(Cancelled):
        engine(probe).run(probe, torch.rand(3, 1000, 300), progress)
    assert isinstance(probe.network, Calls)
    assert len(probe.network.sizes) == 2


@pytest.mark.parametrize("words", ["not enough memory", "can't allocate memory"])  # of Windows, and of others
def test_a_tile_that_does_not_fit_is_halved(words: str) -> None:
    def narrow(x: Tensor) -> Tensor:
        if x.shape[-1] > 50:
            raise RuntimeError(f"DefaultCPUAllocator: {words}: you tried to allocate 9 bytes")
        return x

    probe, pixels = model(narrow), torch.rand(3, 150, 130)
    assert torch.equal(engine(probe).run(probe, pixels, Progress()), pixels)


def test_no_tile_fits_is_said() -> None:
    def never(_x: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    probe = model(never)
    with pytest.raises(OutOfMemory, match="smaller model"):
        engine(probe).run(probe, torch.rand(3, 40, 40), Progress())


def test_any_other_error_is_raised_and_frees_the_turn() -> None:
    def broken(_x: Tensor) -> Tensor:
        raise RuntimeError("sizes do not match")

    probe, fine = model(broken), model()
    hall = engine(probe)
    with pytest.raises(RuntimeError, match="sizes do not match"):
        hall.run(probe, torch.rand(3, 40, 40), Progress())
    assert hall.run(fine, torch.rand(3, 8, 8), Progress()).shape == (3, 8, 8)


def test_only_one_tile_runs_at_a_time_and_waiting_can_be_cancelled() -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(x: Tensor) -> Tensor:
        entered.set()
        assert leave.wait(10)
        return x

    probe, other = model(slow), model()
    hall = engine(probe)
    first = threading.Thread(target=hall.run, args=(probe, torch.rand(3, 8, 8), Progress()))
    first.start()
    assert entered.wait(10)
    waiting = Progress(lambda p: p.cancel())
    with pytest.raises(Cancelled):
        hall.run(other, torch.rand(3, 8, 8), waiting)
    assert waiting.note == "waiting for the picture before"
    leave.set()
    first.join(10)
    assert isinstance(other.network, Calls)
    assert other.network.sizes == []


def test_two_pictures_take_turns_and_each_gets_its_own_pixels() -> None:
    order, busy = list[str](), threading.Lock()
    reached, go_on = threading.Event(), threading.Event()
    notes = list[str]()

    def tile(name: str, gain: float) -> Callable[[Tensor], Tensor]:
        def behave(x: Tensor) -> Tensor:
            assert busy.acquire(blocking=False), "two tiles at once"
            order.append(name)
            if order == ["long"]:
                reached.set()
                assert go_on.wait(10)
            busy.release()
            return x * gain

        return behave

    long, short = model(tile("long", 0.5)), model(tile("short", 0.25))
    hall = engine(long)
    hall._needs[short.network] = 1
    pixels, results = torch.rand(3, 2000, 40), dict[str, Tensor]()

    def run(name: str, which: Model, x: Tensor, progress: Progress) -> None:
        results[name] = hall.run(which, x, progress)

    first = threading.Thread(target=run, args=("long", long, pixels, Progress(lambda p: notes.append(p.note))))
    first.start()
    assert reached.wait(10)
    queued = Progress(lambda p: go_on.set())  # its first report says that it waits
    run("short", short, pixels[:, :600], queued)
    first.join(10)
    assert order[:2] == ["long", "short"]  # in between two tiles of the long one
    assert (order.count("long"), order.count("short")) == (hall.tiles(long, 2000, 40), hall.tiles(short, 600, 40))
    assert torch.equal(results["long"], pixels * 0.5)
    assert torch.equal(results["short"], pixels[:, :600] * 0.25)
    assert set(notes) == {"probe"}


def test_the_number_of_tiles_is_known_before() -> None:
    probe = model()
    hall = engine(probe)
    expected = hall.tiles(probe, 1000, 300)
    hall.run(probe, torch.rand(3, 1000, 300), Progress())
    assert isinstance(probe.network, Calls)
    assert len(probe.network.sizes) == expected > 1


def test_other_devices_have_a_largest_core() -> None:
    probe = model()
    hall = Engine(Shelf(probe), Settings(device="meta", precision="float32"))
    hall._needs[probe.network] = 1
    assert hall.tiles(probe, 512, 256) == 2


def test_a_core_is_never_below_twice_the_halo() -> None:
    probe = replace(model(), halo=48)
    hall = engine(probe)
    hall._needs[probe.network] = 2**30
    assert hall.tiles(probe, 96, 192) == 2


def test_another_network_of_the_same_name_is_measured_anew() -> None:
    thin, wide = (Model("n", nn.Conv2d(3, c, 3, padding=1), 1) for c in (4, 64))
    hall = Engine(Shelf(thin), Settings(device="cpu", precision="float32"))
    hall.tiles(thin, 8, 8)
    hall.tiles(wide, 8, 8)
    assert hall._needs[wide.network] > 5 * hall._needs[thin.network]


def test_a_network_that_does_not_even_fit_for_measuring_is_said() -> None:
    def never(_x: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    probe = model(never)
    hall = Engine(Shelf(probe), Settings(device="cpu", precision="float32"))
    for _ in range(2):  # the turn is free again
        with pytest.raises(OutOfMemory, match="smaller model"):
            hall.run(probe, torch.rand(3, 40, 40), Progress())


def test_a_grey_network_sees_three_grey_pictures() -> None:
    probe, pixels = model(lambda x: x / 2, channels=1), torch.rand(3, 20, 30)
    assert torch.allclose(engine(probe).run(probe, pixels, Progress()), pixels / 2)


def test_memory_need_grows_with_the_network() -> None:
    thin, wide = (Model("n", nn.Conv2d(3, c, 3, padding=1), 1) for c in (4, 64))
    assert bytes_per_pixel(wide, torch.float32) > 5 * bytes_per_pixel(thin, torch.float32)


def test_memory_need_counts_the_precision_and_the_batch() -> None:
    layers = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.Conv2d(64, 64, 3, padding=1), nn.Conv2d(64, 3, 1))
    colour = Model("n", layers, 1)
    assert bytes_per_pixel(colour, torch.bfloat16) == bytes_per_pixel(colour, torch.float32) / 2
    grey = Model("n", nn.Conv2d(1, 1, 3, padding=1), 1, channels=1)
    assert bytes_per_pixel(grey, torch.float32) == 3 * 3 * 4 * 2


def test_unknown_device_and_precision_are_refused() -> None:
    with pytest.raises(ValueError, match="precision"):
        choose_precision("int3", torch.device("cpu"))
    with pytest.raises(ValueError, match="no device 'foo'"):
        choose_device("foo")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="no CUDA"):
            choose_device("cuda")
