"""Where everything was a frame ago, and carrying there what a network for video remembers."""

import torch
from torch import Tensor
from torch.nn import functional as F

LUMA = (0.299, 0.587, 0.114)
SEARCH = ((8, 3, 2), (4, 2, 2), (2, 1, 3))  # share of the resolution, steps looked for each way, radius of the window
STEPS = 2  # of least squares at full resolution, after one at each share
UNSURE = 0.001  # mean grey difference, of the scale, that one step away from what was expected must save
STIFF = 1e-3  # squared slope below which ground says nothing of its movement
FINE = 2  # pixels a side that have one movement


@torch.no_grad()
def motion(before: Tensor, after: Tensor) -> Tensor:
    """Where each 2x2 pixels of `after` were in `before`: right and down, in pixels of the frames.

    Windows are compared from coarse to fine, up to about 30 pixels each way, each time refined by least squares (Lucas
    and Kanade, "An Iterative Image Registration Technique", IJCAI 1981). `before` may be the cleaner of the two.
    Shape: two (B, 3, H, W) in [0, 1], sides even → (B, 2, H/2, W/2). Raises ValueError for odd sides.
    """
    height, width = after.shape[-2:]
    if height % FINE or width % FINE:
        raise ValueError(f"sides must be even, not {height} and {width}")
    missing = (0, -width % SEARCH[0][0], 0, -height % SEARCH[0][0])
    old, new = (F.pad(_luma(frame), missing, mode="replicate") for frame in (before, after))
    way = new.new_zeros(len(new), 2, 1, 1)
    for share, reach, radius in SEARCH:
        way = share * _searched(_shrunk(old, share), _shrunk(new, share), way / share, reach, radius)
    for _ in range(STEPS):
        way = way + _least_squares(old, new, way, FINE, 1)
    return way[..., : height // FINE, : width // FINE]


def carried(x: Tensor, way: Tensor) -> Tensor:
    """`x` moved to where things are now, along the `way` that `motion` found; past the border its last pixels go on.

    Shape: (B, C, h, w), frames of any scale, and (B, 2, H/2, W/2) → (B, C, h, w), float32.
    """
    grown = x.shape[-1] / (FINE * way.shape[-1])  # pixels of x for one of the frames
    return _moved(x.float(), grown * _sized(way, x), "bicubic")


def _luma(x: Tensor) -> Tensor:
    return (x.float() * x.new_tensor(LUMA, dtype=torch.float32)[:, None, None]).sum(1, keepdim=True)


def _searched(old: Tensor, new: Tensor, way: Tensor, reach: int, radius: int) -> Tensor:
    """The best of all whole steps around `way`, (B, 2, any, any), and what it lacks of the best place: (B, 2, H, W)."""
    height, width = new.shape[-2:]
    way = _sized(way, new)
    wide = F.pad(_moved(old, way), (reach,) * 4, mode="replicate")
    many = 2 * reach + 1
    places = [(down, right) for down in range(many) for right in range(many)]
    costs = torch.cat([(wide[..., y : y + height, x : x + width] - new).abs() for y, x in places], 1)
    far = new.new_tensor([((y - reach) ** 2 + (x - reach) ** 2) ** 0.5 for y, x in places])
    best = _lowest(_window(costs, radius) + UNSURE * far[:, None, None])
    way = way + torch.cat([best % many - reach, best // many - reach], 1)
    return _window(way + _least_squares(old, new, way, 1, radius), radius)


def _least_squares(old: Tensor, new: Tensor, way: Tensor, share: int, radius: int) -> Tensor:
    """What `way` (B, 2, H/share, W/share) lacks, at most a pixel: the slopes in a window say what fits best."""
    moved = _moved(old, _sized(way, new))
    wide = F.pad(moved, (1, 1, 1, 1), mode="replicate")
    across = (wide[..., 1:-1, 2:] - wide[..., 1:-1, :-2]) / 2
    along = (wide[..., 2:, 1:-1] - wide[..., :-2, 1:-1]) / 2
    change = new - moved
    products = [across * across, across * along, along * along, across * change, along * change]
    xx, xy, yy, x, y = _window(_shrunk(torch.cat(products, 1), share), radius).unbind(1)
    xx, yy = xx + STIFF, yy + STIFF
    step = torch.stack([yy * x - xy * y, xx * y - xy * x], 1) / (xx * yy - xy * xy)[:, None]
    return step.clamp(-1, 1)


def _sized(way: Tensor, x: Tensor) -> Tensor:
    """`way`, in the pixels that it had, with a vector for each place of `x`."""
    return F.interpolate(way, x.shape[-2:], mode="bilinear", align_corners=False)


def _moved(x: Tensor, way: Tensor, mode: str = "bilinear") -> Tensor:
    """(B, C, H, W) taken from places that lie (B, 2, H, W) pixels away; past the border its last pixels go on."""
    height, width = x.shape[-2:]
    columns = torch.arange(width, device=x.device) + way[:, 0]
    rows = torch.arange(height, device=x.device)[:, None] + way[:, 1]
    where = torch.stack([(2 * columns + 1) / width - 1, (2 * rows + 1) / height - 1], -1)
    return F.grid_sample(x, where, mode, "border", align_corners=False)


def _lowest(costs: Tensor) -> Tensor:
    """The channel of the lowest cost, the first of equal ones: (B, C, H, W) → (B, 1, H, W).

    As `argmin`, which is slow on processors over channels that lie far apart.
    """
    least, place = costs[:, :1], torch.zeros_like(costs[:, :1])
    for channel in range(1, costs.shape[1]):
        cost = costs[:, channel : channel + 1]
        place = torch.where(cost < least, channel, place)
        least = torch.minimum(cost, least)
    return place


def _shrunk(x: Tensor, share: int) -> Tensor:
    """Means of squares of `share` pixels, a power of two. By slices: pooling is slow on processors."""
    while share > 1:
        x = (x[..., ::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, ::2] + x[..., 1::2, 1::2]) / 4
        share //= 2
    return x


def _window(x: Tensor, radius: int) -> Tensor:
    """Means of the squares of 2·radius + 1 pixels around each. By slices, for the same reason."""
    side, (height, width) = 2 * radius + 1, x.shape[-2:]
    wide = F.pad(x, (radius,) * 4, mode="replicate")
    across = _added([wide[..., n : n + width] for n in range(side)])
    return _added([across[..., n : n + height, :] for n in range(side)]) / side**2


def _added(parts: list[Tensor]) -> Tensor:
    total = parts[0] + parts[1]
    for part in parts[2:]:
        total += part
    return total
