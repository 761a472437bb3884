"""One lock, cancelling, halving, and errors that stay errors."""

import threading
from collections.abc import Callable

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
    built._needs[only.id] = 1
    return built


def test_stop_ends_the_work_at_the_next_tile() -> None:
    progress = Progress(lambda p: p.cancel() if p.done == 2 else None)
    probe = model()
    with pytest.raises(Cancelled):
        engine(probe).run(probe, torch.rand(3, 1000, 300), progress)
    assert isinstance(probe.network, Calls)
    assert len(probe.network.sizes) == 2


def test_a_tile_that_does_not_fit_is_halved() -> None:
    def narrow(x: Tensor) -> Tensor:
        if x.shape[-1] > 50:
            raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes")
        return x

    probe, pixels = model(narrow), torch.rand(3, 150, 130)
    assert torch.equal(engine(probe).run(probe, pixels, Progress()), pixels)


def test_no_tile_fits_is_said() -> None:
    def never(_x: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    probe = model(never)
    with pytest.raises(OutOfMemory, match="smaller model"):
        engine(probe).run(probe, torch.rand(3, 40, 40), Progress())


def test_any_other_error_is_raised_and_frees_the_lock() -> None:
    def broken(_x: Tensor) -> Tensor:
        raise RuntimeError("sizes do not match")

    probe, fine = model(broken), model()
    hall = engine(probe)
    with pytest.raises(RuntimeError, match="sizes do not match"):
        hall.run(probe, torch.rand(3, 40, 40), Progress())
    assert hall.run(fine, torch.rand(3, 8, 8), Progress()).shape == (3, 8, 8)


def test_only_one_picture_runs_at_a_time_and_waiting_can_be_cancelled() -> None:
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
    leave.set()
    first.join(10)
    assert isinstance(other.network, Calls)
    assert other.network.sizes == []


def test_a_grey_network_sees_three_grey_pictures() -> None:
    probe, pixels = model(lambda x: x / 2, channels=1), torch.rand(3, 20, 30)
    assert torch.allclose(engine(probe).run(probe, pixels, Progress()), pixels / 2)


def test_memory_need_grows_with_the_network() -> None:
    thin, wide = (Model("n", nn.Conv2d(3, c, 3, padding=1), 1) for c in (4, 64))
    assert bytes_per_pixel(wide) > 5 * bytes_per_pixel(thin)


def test_unknown_device_and_precision_are_refused() -> None:
    with pytest.raises(ValueError, match="precision"):
        choose_precision("int3", torch.device("cpu"))
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="no CUDA"):
            choose_device("cuda")
