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


def test_the_iteration_is_the_published_one_also_where_rows_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optim, "choose_precision", lambda *_: torch.float32)
    matrices = torch.randn(2, 16, 144, generator=torch.Generator().manual_seed(0))
    matrices[:, 0] = 0  # a silent channel
    matrices[:, 1] = matrices[:, 2]
    matrices[:, 8:] *= 1e-3
    x = matrices.double() / matrices.double().norm(dim=(1, 2), keepdim=True)
    for _ in range(5):  # Jordan et al.: a X + b (X X') X + c (X X')^2 X
        gram = x @ x.mT
        x = 3.4445 * x - 4.7750 * gram @ x + 2.0315 * gram @ gram @ x
    assert torch.allclose(orthogonalise(matrices).double(), x, atol=1e-3)


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
