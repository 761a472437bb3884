"""Between a faithful and a crisp model of one network."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.errors import UnknownModel, WeightsRefused
from enhancer.models.blend import between
from enhancer.models.contract import Model
from enhancer.models.entry import Bundled
from enhancer.models.fetch import digest
from enhancer.models.store import Store
from enhancer.networks import Generator
from enhancer.networks.initialise import initialise
from enhancer.settings import Settings
from enhancer.training.checkpoint import export
from tests.models.conftest import make_entry

SHAPE = {"scale": 2, "channels": 8, "depth": 2}


def network(seed: int) -> Generator:
    made = Generator(scale=2, channels=8, depth=2)
    initialise(made, seed)
    return made


def model(seed: int) -> Model:
    return Model(f"m{seed}", network(seed), 2)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_weights_lie_between(share: float) -> None:
    ends = model(0), model(1)
    kernels = [m.network.get_parameter("body.0.weight").clone() for m in ends]
    made = between(*ends, share)
    assert torch.allclose(made.network.get_parameter("body.0.weight"), kernels[0].lerp(kernels[1], share))
    assert made.id == "m1"
    assert torch.equal(ends[1].network.get_parameter("body.0.weight"), kernels[1])  # the crisp one stays as it was


def test_strangers_and_impossible_shares_are_refused() -> None:
    with pytest.raises(WeightsRefused, match="different networks"):
        between(replace(model(0), network=Generator(scale=2, channels=16, depth=2)), model(1), 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        between(model(0), model(1), 1.5)


def test_the_store_blends_a_model_with_its_twin(tmp_path: Path) -> None:
    entries = []
    for seed, (name, twin) in enumerate([("calm", ""), ("crisp", "calm")]):
        file = tmp_path / f"{name}.safetensors"
        export(network(seed), "generator", SHAPE, file)
        entries.append(replace(make_entry(Bundled(file.name), digest(file)), id=name, twin=twin))
    store = Store(Settings(weights=tmp_path), tuple(entries))
    x = torch.rand(1, 3, 9, 9)
    calm, half, crisp = (
        store.load("crisp", crispness=0)(x),
        store.load("crisp", crispness=0.5)(x),
        store.load("crisp")(x),
    )
    assert torch.equal(calm, store.load("calm")(x))
    assert not torch.equal(half, crisp)
    assert not torch.equal(half, calm)
    assert store.load("crisp", crispness=0.5) is store.load("crisp", crispness=0.5)
    named = [(o.id, o.sha256, o.share) for o in store.load("crisp", crispness=0.25).origins]
    assert named == [(e.id, e.sha256, share) for e, share in zip(entries, (0.75, 0.25), strict=True)]
    with pytest.raises(UnknownModel, match="no faithful twin of 'calm'"):
        store.load("calm", crispness=0.5)
