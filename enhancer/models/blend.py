"""Between two models of one network: a faithful one, and a crisp one that was trained on from it."""

import copy
from dataclasses import replace

import torch

from enhancer.errors import WeightsRefused
from enhancer.models.contract import Model, Origin


def between(faithful: Model, crisp: Model, share: float) -> Model:
    """The model whose weights lie `share` of the way from `faithful` to `crisp` (Wang et al., "ESRGAN", 2018, eq. 4).

    Raises ValueError for a share outside [0, 1], WeightsRefused when the two are not of one network.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share must lie between 0 and 1, not {share}")
    start, end = (dict(m.network.named_parameters()) for m in (faithful, crisp))
    if {n: p.shape for n, p in start.items()} != {n: p.shape for n, p in end.items()}:
        raise WeightsRefused(f"{faithful.id} and {crisp.id} are different networks, which cannot be blended.")
    network = copy.deepcopy(crisp.network)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(start[name].to(parameter.device).lerp(parameter, share))
    parts = *_scaled(faithful, 1 - share), *_scaled(crisp, share)
    return replace(crisp, network=network, origins=parts)


def _scaled(model: Model, share: float) -> tuple[Origin, ...]:
    return tuple(replace(origin, share=origin.share * share) for origin in model.origins)
