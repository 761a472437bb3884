"""Why the recogniser named a picture so: Grad-CAM, and integrated gradients, by the library captum."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import BadOptions
from enhancer.models.recogniser import Recogniser, square

GRAD_CAM, INTEGRATED = "grad-cam", "integrated-gradients"
METHODS = (GRAD_CAM, INTEGRATED)
STEPS = 64  # of the integral; with these the parts of a bundled answer add up to within 2 %


@dataclass(frozen=True)
class Reasons:
    """`seen` (1, side, side) as the network sees the picture, `weight` alike: what speaks for `name` is above 0.

    Grad-CAM knows nothing below 0. `missing` is the share of the answer that the integral did not find; None for
    Grad-CAM, which promises no sum.
    """

    name: str
    seen: Tensor
    weight: Tensor
    missing: float | None = None


def reasons(recogniser: Recogniser, pixels: Tensor, method: str, name: str = "") -> Reasons:
    """What in (3, H, W) speaks for and against a class, by default for the likeliest.

    Raises BadOptions for a class or method that there is not.
    """
    network: Any = recogniser.network
    name = name or recogniser(pixels, 1)[0].name
    if name not in recogniser.names or method not in METHODS:
        raise BadOptions(f"There is no {method} for {name!r}; known are {', '.join((*METHODS, *recogniser.names))}.")
    seen = square(pixels, network.side, network.channels)
    target = recogniser.names.index(name)
    explain = _looked_at if method == GRAD_CAM else _counted
    weight, missing = explain(network, seen, target)
    return Reasons(name, seen[0], weight[0].sum(0, keepdim=True), missing)


def _looked_at(network: Any, seen: Tensor, target: int) -> tuple[Tensor, None]:
    """Grad-CAM of the last features (Selvaraju et al., ICCV 2017), enlarged to the picture."""
    from captum.attr import LayerGradCam  # slow to import, and only needed here

    coarse = LayerGradCam(network, network.features[-1]).attribute(seen.clone(), target, relu_attributions=True)
    return F.interpolate(coarse.detach(), seen.shape[-2:], mode="bilinear", align_corners=False), None


def _counted(network: Any, seen: Tensor, target: int) -> tuple[Tensor, float]:
    """Integrated gradients from a black picture on (Sundararajan, Taly, Yan, ICML 2017)."""
    from captum.attr import IntegratedGradients  # slow to import, and only needed here

    found, delta = IntegratedGradients(network).attribute(
        seen.clone(), torch.zeros_like(seen), target, n_steps=STEPS, return_convergence_delta=True
    )
    whole = float(found.sum())
    return found.detach().float(), abs(float(delta)) / max(abs(whole), 1e-6)
