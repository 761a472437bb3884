"""Chains of convolutions by ncnn, which needs a quarter of the products.

Minimal filtering (Winograd) of Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, eq. 8.
PyTorch has it for no processor. Results differ by some millionths; the memory needed meanwhile is four to five times
what the widest layer takes and gives, with PyTorch's own convolutions two to three times.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

WORKSPACE = 5  # times what the widest layer takes and gives, in bytes: measured 4.4
LEAST = 64**2  # cells; smaller pictures are quick anyhow
KEPT = 20.0  # seconds, in which somebody who tries things out asks again
NO_MEMORY = -100  # as ncnn says it
PLAIN = ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage")  # formats that are not ours
_nets = WeakKeyDictionary[nn.Module, dict[int, "Net"]]()  # of each owner, one for each count of threads


@dataclass(frozen=True)
class Step:
    """A 3x3 convolution of stride 1, and what follows it: a leaky ReLU of some `slope`, or nothing.

    `adds` what went into the step before it, as the second one of a residual block does.
    """

    layer: nn.Conv2d
    slope: float | None = None
    adds: bool = False


def suits(x: Tensor, steps: Sequence[Step]) -> bool:
    """Whether `convolved` may stand for these steps: in float32, on the processor, without gradients.

    Small pictures are left to PyTorch. Who watches a layer by a hook wants to see it at work, and does.
    """
    traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]  # public, but not told as such
    if x.device.type != "cpu" or x.dtype != torch.float32 or torch.is_grad_enabled() or traced:
        return False
    small = x.shape[-2] * x.shape[-1] < LEAST
    return not (small or torch.is_autocast_enabled("cpu") or any(step.layer._forward_hooks for step in steps))


def convolved(x: Tensor, steps: Sequence[Step], owner: nn.Module) -> Tensor:
    """(B, C, H, W) → what the last of `steps` makes of what the others made of it: (B, C', H, W).

    They belong to `owner`, in whose life they must not change. Only where `suits(x, steps)`.
    """
    threads, kept = torch.get_num_threads(), _nets.setdefault(owner, {})
    if threads not in kept:
        kept[threads] = net_of(steps, threads)
    return run(kept[threads], x)


@dataclass(frozen=True)
class Net:
    """A network of ncnn, and how many bytes each cell of its input may cost."""

    net: Any
    cost: int


def version() -> str:
    """The release of ncnn. Raises ImportError where it is not installed."""
    import ncnn

    return str(ncnn.__version__)


def net_of(steps: Sequence[Step], threads: int) -> Net:
    """These steps for `run`. Raises RuntimeError where ncnn does not take them."""
    import ncnn  # here, because who computes in another format or on a GPU needs none of it

    net = ncnn.Net()
    net.opt.num_threads = threads
    for unwanted in PLAIN:
        setattr(net.opt, unwanted, False)
    lines, weights = ["Input first 0 1 in"], bytearray()
    x, kept = "in", ""
    for n, step in enumerate(steps):
        if n + 1 < len(steps) and steps[n + 1].adds:
            lines.append(f"Split s{n} 1 2 {x} x{n} k{n}")
            x, kept = f"x{n}", f"k{n}"
        layer = step.layer
        active = "" if step.slope is None else f" 9=2 -23310=1,{step.slope:e}"
        size = f"0={layer.out_channels} 1=3 4=1 5=1 6={layer.weight.numel()}"
        lines.append(f"Convolution c{n} 1 1 {x} y{n} {size}{active}")
        x = f"y{n}"
        if step.adds:
            lines.append(f"BinaryOp a{n} 2 1 {x} {kept} z{n} 0=0")
            x = f"z{n}"
        bias = torch.zeros(layer.out_channels) if layer.bias is None else layer.bias
        weights += bytes(4) + _raw(layer.weight) + _raw(bias)
    blobs = sum(int(line.split()[3]) for line in lines)
    if net.load_param_mem("\n".join(["7767517", f"{len(lines)} {blobs}", *lines]) + "\n"):
        raise RuntimeError("ncnn does not take these layers")
    net.load_model_mem(bytes(weights))
    return Net(net, WORKSPACE * 4 * max(step.layer.in_channels + step.layer.out_channels for step in steps))


def _raw(x: Tensor) -> bytes:
    return x.detach().float().contiguous().numpy().tobytes()


class _Bench:
    """The memory that ncnn works in: kept for a moment, because having it anew for each tile takes a fifth of the time.

    One picture at a time; what another size has needed is given back at once.
    """

    def __init__(self) -> None:
        self._lock, self._timer = threading.Lock(), threading.Timer(KEPT, self.clear)
        self._shape: tuple[int, ...] = ()
        self._pools: tuple[Any, ...] = ()

    @contextmanager
    def lent(self, shape: tuple[int, ...], needed: int) -> Iterator[tuple[Any, ...]]:
        """Two allocators, for a picture of this shape and so many bytes.

        Raises MemoryError where these cannot be had: ncnn does not look whether it was given what it asked for.
        """
        import ncnn

        with self._lock:
            self._timer.cancel()
            if shape != self._shape:
                self._shape, self._pools = (), ()
                np.empty(needed, np.uint8)
                self._shape, self._pools = shape, (ncnn.PoolAllocator(), ncnn.PoolAllocator())
            try:
                yield self._pools
            finally:
                self._timer = threading.Timer(KEPT, self.clear)
                self._timer.daemon = True
                self._timer.start()

    def clear(self) -> None:
        """Give everything back."""
        with self._lock:
            self._shape, self._pools = (), ()


_bench = _Bench()


def run(net: Net, x: Tensor) -> Tensor:
    """(B, C, H, W) float32 → what the last layer gives. Raises MemoryError, and RuntimeError for all else."""
    return torch.stack([_drawn(net, picture) for picture in x.contiguous().numpy()])


def _drawn(net: Net, picture: NDArray[np.float32]) -> Tensor:
    import ncnn

    with _bench.lent((*picture.shape, net.cost), net.cost * picture[0].size) as (blobs, workspace):
        extractor = net.net.create_extractor()
        extractor.set_blob_allocator(blobs)
        extractor.set_workspace_allocator(workspace)
        extractor.input("in", ncnn.Mat(picture))
        result_of = extractor.extract  # of ncnn; no archive is opened
        failed, result = result_of(net.net.output_names()[0])
        drawn = torch.from_numpy(np.array(result)) if not failed else torch.empty(0)
        del extractor, result_of, result  # before others may take their memory
    if failed == NO_MEMORY:
        raise MemoryError(f"ncnn lacks memory for {picture.shape}")
    if failed:
        raise RuntimeError(f"ncnn could not compute {picture.shape}: {failed}")
    return drawn
