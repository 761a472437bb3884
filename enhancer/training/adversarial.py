"""The adversarial game: what the discriminator minimises, and what it makes the generator minimise."""

import torch
from torch import Tensor
from torch.nn import functional as F

WINDOW = 7  # pixels a side over which local variances are taken
EVEN = 3 / 255  # standard deviation in it up to which ground is smooth; from three times as much it is all texture


def shown(truth: Tensor, output: Tensor) -> Tensor:
    """What a judge gets to see of an output: the truth itself wherever that is smooth, the output where it is not.

    So the game is about edges and texture. Else a network that has no dice draws strokes on smooth ground, because the
    grain of true photographs is missing there. Shape: two (B, 3, H, W), sides at least 4 → the same.
    """
    grey = truth.mean(1, keepdim=True)
    deviation = _variance(grey).sqrt()
    texture = F.avg_pool2d(F.pad((deviation / EVEN - 1) / 2, (WINDOW // 2,) * 4, mode="reflect").clamp(0, 1), WINDOW, 1)
    return truth + texture * (output - truth)


def judge_loss(real: Tensor, fake: Tensor, relativistic: bool) -> Tensor:
    """½[mean (D(x) − 1)² + mean D(G)²] (Mao et al., "LSGAN", ICCV 2017, eq. 9).

    With `relativistic`, scores count against the mean of the other side, and the targets are ±1
    (Jolicoeur-Martineau, ICLR 2019, RaLSGAN). Shape: two tensors of raw scores → a scalar.
    """
    if relativistic:
        return ((real - fake.mean() - 1).square().mean() + (fake - real.mean() + 1).square().mean()) / 2
    return ((real - 1).square().mean() + fake.square().mean()) / 2


def fool_loss(real: Tensor, fake: Tensor, relativistic: bool) -> Tensor:
    """Mean (D(G) − 1)² (LSGAN); with `relativistic`, the mirror image of `judge_loss`.

    Shape: two tensors of raw scores → a scalar.
    """
    if relativistic:
        return judge_loss(fake, real, relativistic=True)
    return (fake - 1).square().mean()


def feature_distance(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Mean over layers of the L1 distance between discriminator features (Wang et al., "pix2pixHD", eq. 4).

    Shape: two lists of feature maps, pairwise alike → a scalar; no gradient flows into `real`.
    """
    return torch.stack([F.l1_loss(f, r.detach()) for r, f in zip(real, fake, strict=True)]).mean()


def artefact_map(target: Tensor, output: Tensor, average: Tensor) -> Tensor:
    """Weights that are large where the output invents structure (Liang et al., "LDL", CVPR 2022, eq. 4-6).

    The local variance of the residual, times its variance over the whole picture to the power 1/5, and zero wherever
    the averaged weights do worse than the present ones.
    Shape: three (B, 3, H, W) → (B, 1, H, W).
    """
    residual = (target - output).abs().sum(1, keepdim=True)
    steadier = (target - average).abs().sum(1, keepdim=True)
    whole = residual.var((1, 2, 3), keepdim=True) ** 0.2
    return torch.where(residual < steadier, 0.0, whole * _variance(residual))


def _variance(x: Tensor) -> Tensor:
    """Over the window around each pixel: (B, 1, H, W) → the same."""
    padded = F.pad(x, (WINDOW // 2,) * 4, mode="reflect")
    mean = F.avg_pool2d(padded, WINDOW, stride=1)
    return (F.avg_pool2d(padded.square(), WINDOW, stride=1) - mean.square()).clamp_min(0)


def artefact_loss(target: Tensor, output: Tensor, average: Tensor) -> Tensor:
    """L1 weighed by the artefact map (LDL, eq. 7). Shape: three (B, 3, H, W) → a scalar."""
    weights = artefact_map(target, output.detach(), average.detach())
    return (weights * (output - target).abs()).mean()
