"""Blur: out of focus, moved, or sharpened until it rings; a kernel of its own for every sample."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.training.degradations.bicubic import quantise
from enhancer.training.degradations.contract import (
    Degradation,
    Params,
    Range,
    Share,
    Weights,
    chance,
    choose,
    pick,
    uniform,
)
from enhancer.training.degradations.grid import extend, full_sizes
from enhancer.training.degradations.kernels import SIDE, gaussian, motion, plateau, sinc

NAMES = ("Gauss", "Gauss aniso", "gen. Gauss", "gen. aniso", "plateau", "plateau aniso", "motion", "sinc")
ISO, ANISO, GENERAL_ISO, GENERAL_ANISO, PLATEAU_ISO, PLATEAU_ANISO, MOTION, SINC = range(len(NAMES))
ROUND = (ISO, GENERAL_ISO, PLATEAU_ISO)


@dataclass(frozen=True)
class BlurParams(Params):
    """Kind of kernel and its numbers; samples that are not `blurred` stay as they are."""

    blurred: Tensor
    kind: Tensor
    wide: Tensor  # standard deviation along `angle`, pixels; round kernels have it in all directions
    narrow: Tensor
    angle: Tensor  # radians, from the columns towards the rows
    shape: Tensor  # exponent of generalised kernels
    length: Tensor  # of a motion, pixels
    cutoff: Tensor  # of a sinc, radians a pixel
    reach: Tensor  # of a sinc, pixels
    eight_bit: bool

    def label(self, sample: int) -> str:
        """What befell one sample."""
        if not self.blurred[sample]:
            return ""
        kind, turn = int(self.kind[sample]), f"{math.degrees(self.angle[sample]):.0f}°"
        if kind == SINC:
            return f"sinc {self.cutoff[sample] / math.pi:.2f} Nyquist"
        if kind == MOTION:
            return f"motion {self.length[sample]:.1f} px {turn}"
        if kind in ROUND:
            return f"{NAMES[kind]} {self.wide[sample]:.2f}"
        return f"{NAMES[kind]} {self.wide[sample]:.2f}x{self.narrow[sample]:.2f} {turn}"


@dataclass(frozen=True)
class Blur(Degradation[BlurParams]):
    """One of eight kinds of kernel, 21x21 (Real-ESRGAN, Wang et al., ICCVW 2021, section 3.1, and straight motion)."""

    blurred: Share = 1.0
    kinds: Weights = (0.3, 0.2, 0.1, 0.05, 0.05, 0.05, 0.15, 0.1)
    sigma: Range = (0.2, 3.0)
    general: Range = (0.5, 4.0)
    plateau: Range = (1.0, 2.0)
    length: Range = (2.0, 18.0)
    cutoff: Range = (math.pi / 3, math.pi)
    reach: Range = (3.0, 10.0)
    eight_bit: bool = True

    def draw(self, batch: int, source: torch.Generator) -> BlurParams:
        """The parameters of `batch` samples; the wider of two widths is the one along the angle."""
        kind = choose(batch, self.kinds, source)
        one, two = uniform(batch, self.sigma, source), uniform(batch, self.sigma, source)
        same = sum((kind == k for k in ROUND), torch.zeros(batch, dtype=torch.bool)).bool()
        general, flat = uniform(batch, self.general, source), uniform(batch, self.plateau, source)
        usual = torch.ones(batch)
        shape = torch.where((kind == GENERAL_ISO) | (kind == GENERAL_ANISO), general, usual)
        return BlurParams(
            blurred=chance(batch, self.blurred, source),
            kind=kind,
            wide=torch.where(same, one, torch.maximum(one, two)),
            narrow=torch.where(same, one, torch.minimum(one, two)),
            angle=uniform(batch, (0, math.pi), source),
            shape=torch.where((kind == PLATEAU_ISO) | (kind == PLATEAU_ANISO), flat, shape),
            length=uniform(batch, self.length, source),
            cutoff=uniform(batch, self.cutoff, source),
            reach=uniform(batch, self.reach, source).round(),
            eight_bit=self.eight_bit,
        )

    def _degrade(self, x: Tensor, params: BlurParams) -> Tensor:
        blurred = convolve(x, params, full_sizes(x))
        return quantise(blurred) if params.eight_bit else blurred


def kernels(params: BlurParams) -> Tensor:
    """The kernel of each sample, (B, SIDE, SIDE) float32 of sum 1."""
    p = {n: getattr(params, n).double() for n in ("wide", "narrow", "angle", "shape", "length", "cutoff", "reach")}
    oval = p["wide"], p["narrow"], p["angle"], p["shape"]
    kind = params.kind[:, None, None]
    out = torch.where((kind == PLATEAU_ISO) | (kind == PLATEAU_ANISO), plateau(*oval), gaussian(*oval))
    out = torch.where(kind == MOTION, motion(p["length"], p["angle"]), out)
    return torch.where(kind == SINC, sinc(p["cutoff"], p["reach"]), out).float()


def convolve(x: Tensor, params: BlurParams, sizes: Tensor) -> Tensor:
    """Blur samples of `sizes` (B, 2) on a canvas (B, 3, H, W), mirrored at their borders; not rounded."""
    here = torch.nonzero(params.blurred)[:, 0]
    if not len(here):
        return x
    on = here.to(x.device)
    wide = extend(x[on], sizes[here], SIDE // 2, mirror=True)
    weights = kernels(pick(params, here)).to(x.device).repeat_interleave(3, 0)[:, None]
    out = x.clone()
    out[on] = F.conv2d(wide.flatten(0, 1)[None], weights, groups=len(weights))[0].view(-1, *x.shape[1:])
    return out
