"""How steady a video is: what changes from one frame to the next beyond what moves (warped difference)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.metrics.planes import LUMA_601, mix

SIDE = 240  # pixels of the longer side that frames are shrunk to: noise that is seen at that size is what flickers
RADIUS = 7  # of the window in which movement is taken for one
SAME = 0.1  # of the scale; what differs by more after the movement was covered or uncovered, and does not count
LEVELS = 255


def small(frame: Tensor, side: int = SIDE) -> Tensor:
    """Luminance (1, 1, h, w) of a frame (3, H, W) in [0, 1], its longer side shrunk to `side`."""
    factor = side / max(frame.shape[1:])
    size = [max(16, round(factor * n)) for n in frame.shape[1:]]
    return F.interpolate(mix(frame, LUMA_601)[None, None].float(), size, mode="area")


def movement(before: Tensor, after: Tensor) -> Tensor:
    """Where each pixel of `after` was, as a grid for `grid_sample`: both (1, 1, h, w) → (1, h, w, 2).

    Le Besnerais and Champagnat, "Dense optical flow by iterative local window registration", ICIP 2005.
    """
    from skimage.registration import optical_flow_ilk  # slow to import, and only needed here

    down, right = optical_flow_ilk(after[0, 0].numpy(), before[0, 0].numpy(), radius=RADIUS)
    height, width = after.shape[2:]
    rows = torch.arange(height)[:, None] + torch.from_numpy(down)
    columns = torch.arange(width)[None] + torch.from_numpy(right)
    return torch.stack([2 * columns / (width - 1) - 1, 2 * rows / (height - 1) - 1], -1)[None].float()


def warped_difference(before: Tensor, after: Tensor, way: Tensor, seen: Tensor) -> float:
    """The mean change of two frames, (1, 1, h, w), that `way` does not explain, in grey levels, where `seen` (h, w)."""
    moved = F.grid_sample(before, way, "bilinear", "border", align_corners=True)
    change = (after - moved).abs()[0, 0][seen]
    return float(change.mean() * LEVELS) if change.numel() else 0.0


def unsteadiness(source: tuple[Tensor, Tensor], result: tuple[Tensor, Tensor]) -> tuple[float, float]:
    """The warped difference of two frames that follow each other, in the source and in the result, all (3, H, W).

    Movement is found in the source, and serves for both; sizes may differ.
    """
    before, after = (small(frame) for frame in source)
    way = movement(before, after)
    moved = F.grid_sample(before, way, "bilinear", "border", align_corners=True)
    seen = (after - moved).abs()[0, 0] < SAME
    drawn = [F.interpolate(small(frame), before.shape[2:], mode="area") for frame in result]
    return warped_difference(before, after, way, seen), warped_difference(drawn[0], drawn[1], way, seen)
