"""Where a community network looks: how far around an output pixel, and on which grid of windows."""

import math

from torch import nn

# DCTLSA, an attention network, still feels pixels 32 away by 1.2 grey levels of 255, and 48 away by 0.13 (measured).
# A multiple of 16 keeps the windows of windowed attention where they are in the whole picture.
ATTENTION = 48
POINTWISE = (
    *(nn.ReLU, nn.LeakyReLU, nn.PReLU, nn.GELU, nn.SiLU, nn.Mish, nn.Sigmoid, nn.Tanh),
    *(nn.BatchNorm2d, nn.Identity, nn.Dropout, nn.PixelShuffle),
)
# Networks that cut the picture into windows, or fold it, counting from its upper left corner, and pad it themselves, so
# that their size requirements do not tell. A name is an attribute of the network, or else of its layers.
WINDOWS: dict[str, int | str] = {
    "ATD": "window_size",
    "DAT": "split_size",
    "DCTLSA": "window_size",
    "DRCT": "window_size",
    "FDAT": "ws",
    "GRL": "pad_size",
    "HAT": "window_size",
    "KBNet": "padder_size",
    "MixDehazeNet": "patch_size",
    "NAFNet": "padder_size",
    "OmniSR": "window_size",
    "RCAN": "downscale_factor",
    "RGT": "split_size",
    "SCUNet": 64,  # windows of 8 on a picture folded three times
    "Swin2SR": "window_size",
    "SwinIR": "window_size",
}


def window_grid(architecture: str, network: nn.Module) -> int:
    """Input pixels after which the windows of a network repeat; 1 where `WINDOWS` knows of none.

    Raises AttributeError where the network lacks the attribute that the table names.
    """
    grid = WINDOWS.get(architecture, 1)
    if isinstance(grid, int):
        return grid
    owners = [network] if hasattr(network, grid) else [m for m in network.modules() if hasattr(m, grid)]
    if not owners:
        raise AttributeError(f"the network {architecture} has no {grid}")
    sides = [getattr(m, grid) for m in owners]
    return math.lcm(*(n for side in sides for n in (side if isinstance(side, tuple | list) else (side,))))


def estimate_halo(network: nn.Module, multiple_of: int) -> int:
    """Input pixels at each side that an output pixel may depend on.

    For a plain stack of convolutions the sum of their radii, exact for a chain and an upper bound for branches.
    For anything else (attention, pooling, strides, windows or folded pixels: `multiple_of` above 1), and for stacks so
    deep that the far pixels no longer count, the stated constant.
    """
    leaves = [m for m in network.modules() if not any(m.children())]
    if multiple_of > 1 or not all(_is_plain(m) for m in leaves):
        return ATTENTION
    return min(ATTENTION, sum(_radius(m) for m in leaves if isinstance(m, nn.Conv2d)))


def _is_plain(module: nn.Module) -> bool:
    if isinstance(module, nn.Conv2d):
        return module.stride == (1, 1)
    return isinstance(module, POINTWISE)


def _radius(convolution: nn.Conv2d) -> int:
    sides = zip(convolution.kernel_size, convolution.dilation, strict=True)
    return max(size // 2 * dilation for size, dilation in sides)
