"""What is done to a sequence so that there is something to notice: flicker, frames repeated or taken out."""

import torch
from torch import Tensor

STRETCH = (10, 40)  # frames that flicker
GAIN = (0.04, 0.25)  # by how much of their light
FROZEN = (3, 12)  # frames in the place of which the one before is shown
GONE = (4, 15)  # frames that are taken out
MOVING = 0.004  # mean change from frame to frame from which on a scene moves: where it stands, nobody can tell
CODED = 0.0004  # spread of what coding changes in a frame that is repeated
JUMP = 2.5  # times the usual change of a scene that a gap must show


def flickered(x: Tensor, source: torch.Generator) -> tuple[Tensor, Tensor]:
    """A stretch of (T, 3, h, w) whose light changes from frame to frame, and where it does, (T,)."""
    start, length = _stretch(len(x), STRETCH, source)
    low, high = GAIN
    strength = low + (high - low) * torch.rand((), generator=source)
    gains = torch.ones(len(x))
    gains[start : start + length] += (2 * torch.rand(length, generator=source) - 1) * strength
    told = torch.zeros(len(x))
    told[start : start + length] = 1
    return (x * gains[:, None, None, None]).clamp(0, 1), told


def frozen(x: Tensor, cut: Tensor, source: torch.Generator) -> tuple[Tensor, Tensor]:
    """Some frames replaced by the one before them, within a scene that moves; and where, (T,)."""
    start, length = _stretch(len(x), FROZEN, source)
    told, around = torch.zeros(len(x)), slice(max(1, start - 4), start + length)
    if start < 2 or cut[around].any() or _change(x)[around].mean() < MOVING:
        return x, told
    held = x[start - 1] + CODED * torch.randn(length, *x.shape[1:], generator=source)
    told[start : start + length] = 1
    return torch.cat([x[:start], held.clamp(0, 1), x[start + length :]]), told


def shortened(x: Tensor, cut: Tensor, source: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """(T, ...), with its cuts, less some frames of a scene that moves: what is left, its cuts, and where the gap is."""
    start, length = _stretch(len(x), GONE, source)
    around = slice(max(1, start - 4), start + length + 2)
    change, told = _change(x), torch.zeros(len(x))
    seen = (x[start + length :][:1] - x[start - 1]).abs().mean() if start else torch.tensor(0.0)
    if start < 2 or cut[around].any() or change[around].mean() < MOVING or seen < JUMP * change[around].mean():
        return x, cut, told
    told[start] = 1
    keep = torch.cat([torch.arange(start), torch.arange(start + length, len(x))])
    return x[keep], cut[keep], told[: len(keep)]


def _change(x: Tensor) -> Tensor:
    """(T,) mean change since the frame before; 0 for the first."""
    return torch.cat([x.new_zeros(1), (x[1:] - x[:-1]).abs().mean((1, 2, 3))])


def _stretch(whole: int, lengths: tuple[int, int], source: torch.Generator) -> tuple[int, int]:
    length = min(whole - 3, int(torch.randint(lengths[0], lengths[1] + 1, (1,), generator=source)))
    return int(torch.randint(1, whole - length, (1,), generator=source)), length
