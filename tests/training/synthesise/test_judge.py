"""What drawings are judged by: distances that are known, copies that are found."""

import pytest
import torch

from enhancer.models.recogniser import Recogniser
from enhancer.networks import Classifier
from enhancer.training.synthesise.judge import features, frechet, likeness, nearest

SOURCE = torch.Generator().manual_seed(0)
RECOGNISER = Recogniser(
    Classifier(classes=3, side=8, channels=1, widths=[4, 6]).eval().requires_grad_(False), ("a", "b", "c"), 1.0
)


def pictures(count: int) -> torch.Tensor:
    return torch.rand(count, 1, 8, 8, generator=SOURCE)


def test_frechet_of_known_normals() -> None:
    one = torch.randn(200_000, 2, generator=SOURCE).double()
    two = 3 * torch.randn(200_000, 2, generator=SOURCE).double() + torch.tensor([2.0, 0.0])
    assert frechet(one, two) == pytest.approx(4 + 2 * (1 + 9 - 2 * 3), rel=0.02)
    assert frechet(one, one) == pytest.approx(0, abs=1e-6)


def test_features_are_what_the_last_layer_is_given() -> None:
    found = features(pictures(5), RECOGNISER)
    assert found.shape == (5, 6)
    assert not RECOGNISER.network.judge._forward_pre_hooks


def test_distance_to_the_nearest() -> None:
    others = torch.zeros(3, 1, 8, 8)
    others[1] = 0.5
    assert nearest(torch.full((1, 1, 8, 8), 0.6), others).item() == pytest.approx(0.1, abs=1e-5)


def test_copies_are_found() -> None:
    seen, unseen = pictures(200), pictures(100)
    copies = (seen[:50] + 0.001).clamp(0, 1)
    assert likeness(copies, seen, unseen, RECOGNISER).copied == 1
    fresh = likeness(pictures(100), seen, unseen, RECOGNISER)
    assert fresh.copied < 0.1
    assert fresh.variety == pytest.approx(1, abs=0.2)


def test_one_drawing_again_and_again_has_no_variety() -> None:
    seen, unseen = pictures(50), pictures(50)
    same = pictures(1).expand(50, -1, -1, -1)
    assert likeness(same, seen, unseen, RECOGNISER).variety == pytest.approx(0, abs=1e-3)
