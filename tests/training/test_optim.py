"""Muon steps in orthogonal directions."""

import pytest
import torch
from torch import nn

from enhancer.networks import Generator
from enhancer.training import optim
from enhancer.training.optim import Muon, optimisers, orthogonalise


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float32])
def test_orthogonalised_rows_are_nearly_orthonormal(precision: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optim, "choose_precision", lambda *_: precision)
    x = orthogonalise(torch.randn(2, 16, 144, generator=torch.Generator().manual_seed(0))).float()
    singular = torch.linalg.svdvals(x)
    assert singular.min() > 0.6
    assert singular.max() < 1.3


def test_muon_moves_against_the_gradient() -> None:
    p = nn.Parameter(torch.zeros(4, 8, 3, 3))
    p.grad = torch.randn(4, 8, 3, 3, generator=torch.Generator().manual_seed(0))
    Muon([p], lr=0.1).step()
    assert (p.detach() * p.grad).sum() < 0


def test_every_parameter_has_exactly_one_optimiser() -> None:
    network = Generator(scale=2, channels=8, depth=2)
    muon, adamw = optimisers(network, 0.005, 0.001)
    ids = [id(p) for o in (muon, adamw) for g in o.param_groups for p in g["params"]]
    assert sorted(ids) == sorted(id(p) for p in network.parameters())
    assert len(muon.param_groups[0]["params"]) == 2
