"""How good drawn pictures are: their Fréchet distance to real ones, what a recogniser makes of them, and copies."""

from dataclasses import dataclass

import torch
from torch import Tensor

from enhancer.models.recogniser import Recogniser

SURE = 0.9
NEAR = 0.01  # quantile of the distances of unseen pictures below which one is as good as copied
BATCH = 512


@dataclass(frozen=True)
class Likeness:
    """Of drawn pictures.

    `frechet` is the distance to real ones on the recogniser's features; `sure` the share that it names with a
    confidence above 0.9; `variety` the mean distance between two of them, over that of real ones; `copied` the share
    that lies nearer to a training picture than all but 1 % of real unseen pictures do.
    """

    frechet: float
    sure: float
    variety: float
    copied: float


def likeness(drawn: Tensor, seen: Tensor, unseen: Tensor, recogniser: Recogniser) -> Likeness:
    """Compare (N, C, S, S) in [0, 1] with pictures that were trained on and others that were not."""
    found, real = features(drawn, recogniser), features(unseen, recogniser)
    limit = nearest(unseen, seen).quantile(NEAR)
    confidence = torch.cat([_confidence(part, recogniser) for part in torch.split(drawn, BATCH)])
    return Likeness(
        frechet=frechet(found, real),
        sure=float((confidence > SURE).float().mean()),
        variety=_variety(found) / _variety(real),
        copied=float((nearest(drawn, seen) < limit).float().mean()),
    )


@torch.inference_mode()
def features(pictures: Tensor, recogniser: Recogniser) -> Tensor:
    """(N, C, S, S) in [0, 1] → (N, F): what the recogniser's last layer is given, float64."""
    kept, last = list[Tensor](), recogniser.network.get_submodule("judge")
    hook = last.register_forward_pre_hook(lambda _m, given: kept.append(given[0]))
    try:
        for part in torch.split(pictures, BATCH):
            recogniser.network(part)
    finally:
        hook.remove()
    return torch.cat(kept).double()


def frechet(one: Tensor, two: Tensor) -> float:
    """|m1 - m2|² + tr(C1 + C2 - 2·√(C1·C2)) of two sets of features (N, F) (Heusel et al., NeurIPS 2017)."""
    means, spreads = [x.mean(0) for x in (one, two)], [torch.cov(x.T) for x in (one, two)]
    values, vectors = torch.linalg.eigh(spreads[0])
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T  # tr √(C1·C2) = tr √(√C1·C2·√C1), which is symmetric
    shared = torch.linalg.eigvalsh(root @ spreads[1] @ root).clamp(min=0).sqrt().sum()
    return float((means[0] - means[1]).square().sum() + spreads[0].trace() + spreads[1].trace() - 2 * shared)


def nearest(pictures: Tensor, others: Tensor) -> Tensor:
    """Root mean square distance of each picture to the nearest of `others`, (N,)."""
    flat = others.flatten(1)
    distances = [torch.cdist(part.flatten(1), flat).min(1).values for part in torch.split(pictures, BATCH)]
    found: Tensor = torch.cat(distances) / flat.shape[1] ** 0.5
    return found


def _variety(found: Tensor) -> float:
    return float(torch.pdist(found).mean())


@torch.inference_mode()
def _confidence(pictures: Tensor, recogniser: Recogniser) -> Tensor:
    best: Tensor = (recogniser.network(pictures) / recogniser.temperature).softmax(1).max(1).values
    return best
