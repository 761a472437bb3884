"""Scores of both judges, and what they see on the way."""

import pytest
import torch

from enhancer.networks import PatchDiscriminator, UNetDiscriminator


@pytest.mark.parametrize("size", [(64, 48), (37, 50)])
def test_the_patch_judge_scores_patches(size: tuple[int, int]) -> None:
    judge = PatchDiscriminator(channels=8)
    x = torch.rand(2, 3, *size)
    assert judge(x).shape == (2, 1, size[0] // 8, size[1] // 8)
    assert [len(f[0]) for f in judge.features(x)] == [8, 16, 32]


@pytest.mark.parametrize("size", [(64, 48), (37, 50), (8, 8)])
def test_the_unet_judge_scores_every_pixel(size: tuple[int, int]) -> None:
    judge = UNetDiscriminator(channels=8)
    x = torch.rand(2, 3, *size)
    assert judge(x).shape == (2, 1, *size)
    seen = judge.features(x)
    assert [tuple(f.shape[1:]) for f in seen] == [
        (8 * 2**level, size[0] >> level, size[1] >> level) for level in range(4)
    ]


@pytest.mark.parametrize("judge", [PatchDiscriminator(channels=8), UNetDiscriminator(channels=8)])
def test_features_and_scores_are_one_pass(judge: PatchDiscriminator | UNetDiscriminator) -> None:
    judge.eval()
    x = torch.rand(1, 3, 32, 32, requires_grad=True)
    seen = judge.features(x)
    assert torch.equal(judge.scores(seen), judge(x))
    torch.autograd.backward([f.mean() for f in seen])
    assert x.grad is not None
    assert float(x.grad.abs().sum()) > 0


@pytest.mark.parametrize("make", [PatchDiscriminator, UNetDiscriminator])
def test_the_spectral_norm_bounds_the_kernels(make: type[PatchDiscriminator | UNetDiscriminator]) -> None:
    judge = make(channels=8)
    for layer in judge.down:
        with torch.no_grad():
            layer.get_parameter("parametrizations.weight.original").mul_(100)
    for _ in range(30):
        judge(torch.rand(1, 3, 32, 32))
    for layer in judge.down:
        weight = layer.weight
        assert isinstance(weight, torch.Tensor)
        assert float(torch.linalg.matrix_norm(weight.detach().flatten(1), 2)) == pytest.approx(1, abs=0.05)
