"""One start for every network: seeded, and true to the names of the layers."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from enhancer.networks import (
    ARCHITECTURES,
    Autoencoder,
    Classifier,
    Critic,
    Generator,
    Painter,
    PatchDiscriminator,
    PhotoNetwork,
    PlainClassifier,
    RecurrentUNet,
    RepairUNet,
    RestorationUNet,
    SequenceClassifier,
    ToneNetwork,
    UNetDiscriminator,
)
from enhancer.networks.initialise import GAINS, initialise

NETWORKS: list[Callable[[], nn.Module]] = [
    lambda: Generator(scale=2, channels=8, depth=2),
    lambda: Generator(scale=1, channels=8, depth=2, unshuffle=2, blocks=2),
    lambda: RestorationUNet(widths=[8, 8], blocks=[1, 1], planes=1),
    lambda: PhotoNetwork(scale=2, channels=8, depth=2, widths=[8, 8], blocks=[1, 1]),
    lambda: RecurrentUNet(widths=[8, 8], blocks=[1, 1], memory=4),
    lambda: RepairUNet(widths=[8, 8], blocks=[1, 1]),
    lambda: ToneNetwork(widths=[8, 8], blocks=[1, 1]),
    lambda: Classifier(classes=4, side=32, widths=[8, 16]),
    lambda: PlainClassifier(classes=4, side=32, width=8, dense=8),
    lambda: SequenceClassifier(features=5, hidden=8),
    lambda: Painter(side=32, width=8),
    lambda: Critic(side=32, width=8),
    lambda: Autoencoder(side=32, width=8, noise=4),
    lambda: PatchDiscriminator(channels=8),
    lambda: UNetDiscriminator(channels=8),
]

SHAPES: dict[type[nn.Module], tuple[int, ...]] = {Painter: (1, 100), SequenceClassifier: (1, 4, 5)}  # no pictures


def test_every_architecture_is_tried() -> None:
    """But for the detector, which gives boxes: see test_detector."""
    assert {type(make()) for make in NETWORKS} == {kind for kind in ARCHITECTURES.values() if isinstance(kind, type)}


@pytest.mark.parametrize("make", NETWORKS)
def test_the_seed_decides_the_start(make: Callable[[], nn.Module]) -> None:
    x = torch.rand(SHAPES.get(type(make()), (1, 3, 32, 32)))
    first, second, other = (make() for _ in range(3))
    for network, seed in ((first, 3), (second, 3), (other, 4)):
        initialise(network, seed)
    trained = {k for k, _ in first.named_parameters()}
    assert all(torch.equal(t, second.state_dict()[k]) for k, t in first.state_dict().items() if k in trained)
    assert any(not torch.equal(t, other.state_dict()[k]) for k, t in first.state_dict().items())
    found = first.eval()(x)
    assert bool(torch.isfinite(found[0] if isinstance(found, tuple) else found).all())


def test_layers_start_as_their_names_say() -> None:
    network = RestorationUNet()
    initialise(network, seed=0)
    spread = {n: float(p.detach().std()) * p[0].numel() ** 0.5 for n, p in network.named_parameters() if p.ndim == 4}
    he = (2 / 1.01) ** 0.5
    for name, value in spread.items():
        if name != "blind":
            layer = name.removesuffix(".weight").rstrip(".0123456789").rpartition(".")[2]
            assert value == pytest.approx(he * GAINS.get(layer, 1.0), rel=0.06), name
    assert all(not p.any() for n, p in network.named_parameters() if n.endswith("bias"))


def test_a_spectral_norm_knows_its_new_kernel() -> None:
    network = UNetDiscriminator(channels=8)
    initialise(network, seed=0)
    for layer in network.down:
        assert isinstance(layer, nn.Conv2d)
        assert float(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)) == pytest.approx(1, abs=0.05)
