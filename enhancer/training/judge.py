"""How good a network is on pictures that it never saw."""

import math
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.metrics import haarpsi, psnr
from enhancer.networks.block import ResidualBlock
from enhancer.networks.generator import Generator
from enhancer.training.damage import Sample
from enhancer.training.feed import Feed

EQUAL = 60.0  # dB; more cannot be seen, and one infinite figure would spoil a mean
SEED = 20_000  # of the degradations of held-out pictures, alike in every run


@dataclass(frozen=True)
class Judgement:
    """Means over the held-out pictures; see `watchdog.Report` for the units."""

    psnr: float
    haarpsi: float
    untouched: float
    contrast: float
    drift: float


LOST = Judgement(*(math.nan,) * 5)


def run(network: nn.Module, sample: Sample, bfloat16: bool) -> Tensor:
    """The network's output, float32: (B, 3, scale·H, scale·W)."""
    small = sample.small.to(memory_format=torch.channels_last)
    with torch.autocast(small.device.type, torch.bfloat16, enabled=bfloat16):
        output: Tensor = network(small) if sample.plane is None else network(small, sample.plane)
    return output.float()


def judged(network: nn.Module, sample: Sample, bfloat16: bool) -> Tensor:
    """The same for a held-out picture: only a network that is of no use without its map is given it."""
    told = sample.plane if getattr(network, "needs_plane", False) else None
    return run(network, Sample(sample.small, sample.sharp, told), bfloat16)


@torch.inference_mode()
def judge(network: nn.Module, unseen: Feed, bfloat16: bool) -> Judgement:
    """Run every held-out picture whole, round to 8 bits, shave `scale` pixels, compare with the truth (RGB).

    A network that puts out NaN or infinity gives NaN in every figure.
    """
    rows, spreads = [], []
    for sample in unseen.whole(SEED):
        output = judged(network, sample, bfloat16)
        if not bool(torch.isfinite(output).all()):
            return LOST
        resized = F.interpolate(sample.small, scale_factor=unseen.scale, mode="bicubic")
        truth, found, plain = (_eight_bit(x[0], unseen.scale) for x in (sample.sharp, output, resized))
        found_off, plain_off = (float((x - truth).mean((1, 2)).abs().max()) * 255 for x in (found, plain))
        spreads.append((float(found.std()), float(truth.std())))
        reached, untouched = (min(psnr(x, truth), EQUAL) for x in (found, plain))
        rows.append((reached, haarpsi(found, truth), untouched, found_off - plain_off))
    reached, likeness, untouched, drift = (fmean(column) for column in zip(*rows, strict=True))
    made, true = (sum(column) for column in zip(*spreads, strict=True))  # a flat picture alone tells nothing of it
    return Judgement(reached, likeness, untouched, made / max(true, 1e-6), drift)


def _eight_bit(x: Tensor, shave: int) -> Tensor:
    """(3, H, W) rounded as a file would hold it, without its border."""
    return ((x.clamp(0, 1) * 255).round() / 255)[..., shave:-shave, shave:-shave]


@torch.inference_mode()
def silent_channels(network: nn.Module, unseen: Feed) -> tuple[int, ...]:
    """Channels that a hidden layer leaves negative on all but 0.1 % of a held-out picture, layer by layer.

    Only for our own generators: elsewhere the answer is empty.
    """
    if not isinstance(network, Generator):
        return ()
    counts: list[int] = []

    def watch(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        counts.append(int(((output > 0).float().mean((0, 2, 3)) < 1e-3).sum()))

    hidden = [*network.body, *(m.first for m in network.blocks.modules() if isinstance(m, ResidualBlock))]
    hooks = [m.register_forward_hook(watch) for m in hidden]
    try:
        network(next(unseen.whole(SEED)).small)
    finally:
        for hook in hooks:
            hook.remove()
    return tuple(counts)
