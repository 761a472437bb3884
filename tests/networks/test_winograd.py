"""Convolutions by ncnn: the same results, and only where they may be and are faster."""

import gc
import time
from pathlib import Path
from weakref import ref

import pytest
import torch
from torch import Tensor, nn

from enhancer.models.store import Store
from enhancer.networks import Generator, PhotoNetwork, RestorationUNet, winograd
from enhancer.networks.block import ResidualChain
from enhancer.networks.initialise import initialise
from enhancer.networks.trials import Trials
from enhancer.settings import Settings

CLOSE, BUNDLED_CLOSE = 1e-5, 2e-5
NOWHERE = Path("nowhere.json")


def generator(**shape: int) -> Generator:
    network = Generator(**({"scale": 2, "channels": 16, "depth": 3} | shape))
    initialise(network, seed=1)
    network.trials = Trials(NOWHERE)
    return network.eval().requires_grad_(False)


def chains(network: nn.Module) -> list[Generator | ResidualChain]:
    return [module for module in network.modules() if isinstance(module, Generator | ResidualChain)]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shapes that ncnn was given, as if it had been measured to be faster."""
    seen, run = list[tuple[int, ...]](), winograd.run

    def watched(net: winograd.Net, x: Tensor) -> Tensor:
        seen.append(tuple(x.shape))
        return run(net, x)

    monkeypatch.setattr(Trials, "prefer_ncnn", lambda trials, channels: True)
    monkeypatch.setattr(winograd, "run", watched)
    monkeypatch.setattr(winograd, "LEAST", 1)
    return seen


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3), (31, 33), (64, 40)])
@pytest.mark.parametrize(
    "shape", [{}, {"scale": 4}, {"scale": 1, "unshuffle": 2}, {"channels": 20, "depth": 1}, {"depth": 1, "blocks": 2}]
)
def test_the_results_are_those_of_pytorch(
    size: tuple[int, int], shape: dict[str, int], runs: list[tuple[int, ...]]
) -> None:
    network = generator(**shape)
    x = torch.rand(2, 3, *(network.multiple_of * side for side in size), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = network(x)
        network.trials = None
        plain = network(x)
    assert runs == [(2, 3 * network.unshuffle**2, *size)]
    assert found.shape == plain.shape
    assert (found - plain).abs().max() <= CLOSE


def test_a_chain_without_blocks_leaves_everything_as_it_is(runs: list[tuple[int, ...]]) -> None:
    chain, x = ResidualChain(16, 0), torch.rand(1, 16, 8, 8)
    chain.trials = Trials(NOWHERE)
    with torch.inference_mode():
        assert torch.equal(chain(x), x)
    assert runs == []


def test_the_levels_of_a_u_net_are_chains(runs: list[tuple[int, ...]]) -> None:
    network = RestorationUNet(widths=(8, 12), blocks=(2, 1), planes=1)
    initialise(network, seed=1)
    x = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        plain = network(x)
        for chain in chains(network):
            chain.trials = Trials(NOWHERE)
        found = network(x)
    assert runs == [(1, 8, 8, 12), (1, 12, 4, 6), (1, 8, 8, 12)]
    assert (found - plain).abs().max() <= CLOSE


@pytest.mark.parametrize(("model_id", "number"), [("x2-fast", 1), ("photo-x2", 6), ("denoise", 5)])
def test_bundled_weights_give_what_pytorch_gives(model_id: str, number: int, runs: list[tuple[int, ...]]) -> None:
    network = Store(Settings(device="cpu"), catalog_only=True).load(model_id).network
    assert all(float(p.abs().max()) > 0 for name, p in network.named_parameters() if name.endswith("bias"))
    x = torch.rand(1, 3, 40, 56, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = network(x)
        for chain in chains(network):
            chain.trials = None
        plain = network(x)
    assert len(runs) == number
    assert (found - plain).abs().max() <= BUNDLED_CLOSE


def test_gradients_formats_hooks_learning_and_little_are_for_pytorch(
    runs: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x = generator(), torch.rand(1, 3, 8, 8)
    network(x.clone().requires_grad_()).sum().backward()
    with torch.inference_mode():
        with torch.autocast("cpu", torch.bfloat16):
            network(x)
        hook = network.body[-1].register_forward_hook(lambda *_: None)
        network(x)
        hook.remove()
        network.trials = None
        network(x)
        network.trials = Trials(NOWHERE)
        monkeypatch.setattr(winograd, "LEAST", 65)
        network(x)
        assert runs == []
        monkeypatch.setattr(winograd, "LEAST", 64)
        network(x)
    assert runs == [(1, 3, 8, 8)]


def test_memory_is_kept_for_the_next_tile_and_given_back(
    runs: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winograd, "KEPT", 0.2)
    network, bench, pools = generator(), winograd._bench, list[object]()
    with torch.inference_mode():
        for side in (8, 8, 16):
            network(torch.rand(1, 3, side, side))
            pools.append(bench._pools)
    assert pools[0] is pools[1]
    assert pools[1] is not pools[2]
    until = time.monotonic() + 10
    while bench._pools:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_want_of_memory_is_told_before_ncnn_meets_it(
    runs: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winograd, "WORKSPACE", 10**15)
    network = generator()
    with torch.inference_mode(), pytest.raises(MemoryError):
        network(torch.rand(1, 3, 8, 8))


def test_networks_go_when_their_owner_goes(runs: list[tuple[int, ...]]) -> None:
    network, before = generator(), len(winograd._nets)
    with torch.inference_mode():
        network(torch.rand(1, 3, 8, 8))
    assert len(winograd._nets) == before + 1
    gone = ref(network)
    del network
    gc.collect()
    assert gone() is None
    assert len(winograd._nets) == before


def test_weights_that_are_opened_to_be_used_are_settled_and_blends_have_their_own(
    runs: list[tuple[int, ...]],
) -> None:
    store = Store(Settings(device="cpu"), catalog_only=True)
    crisp = store.load("photo-x2")
    assert isinstance(crisp.network, PhotoNetwork)
    assert crisp.network.enlarge.trials
    x = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    whole, half = crisp(x), store.load("photo-x2", crispness=0.5)(x)
    assert len(runs) == 2 * 6
    assert (whole - half).abs().max() > 1e-3


def test_the_threads_change_no_bit(runs: list[tuple[int, ...]]) -> None:
    network, x, before = generator(channels=64), torch.rand(1, 3, 40, 56), torch.get_num_threads()
    found = list[Tensor]()
    try:
        for threads in (1, 2, 4):
            torch.set_num_threads(threads)
            with torch.inference_mode():
                found.append(network(x))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])
