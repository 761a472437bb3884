"""Networks opened to be trained on: one step, saved, opened again by the store and by spandrel."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from enhancer.errors import WeightsRefused
from enhancer.models.finetune import Trainable, open_for_training
from enhancer.models.store import Store, open_model
from enhancer.networks import Generator
from enhancer.networks.trials import Trials
from enhancer.settings import Settings
from tests.models.test_community import CHECKPOINTS, PUBLIC, network_of, saved


def one_step(opened: Trainable, side: int = 24) -> float:
    """Plain gradient descent on two random pairs; the loss before it."""
    source = torch.Generator().manual_seed(0)
    model = opened.model
    x = torch.rand(2, model.channels, side, side, generator=source)
    sharp = torch.rand(2, model.channels, side * model.scale, side * model.scale, generator=source)
    loss = (model.network(x) - sharp).abs().mean()
    torch.autograd.backward(loss)
    torch.optim.SGD(model.network.parameters(), 0.01).step()
    return float(loss.detach())


def picture(channels: int) -> Tensor:
    """(1, C, 21, 19): a size that needs padding."""
    return torch.rand(1, channels, 21, 19, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_public_checkpoint_is_trained_saved_and_opened_again(
    shared: Path, tmp_path: Path, name: str, settings: Settings
) -> None:
    before = open_model(shared / PUBLIC / name, name)
    opened = open_for_training(shared / PUBLIC / name)
    assert (opened.model.scale, opened.model.channels) == CHECKPOINTS[name][:2]
    assert {p.dtype for p in opened.model.network.parameters()} == {torch.float32}
    assert opened.model.network.training
    one_step(opened)
    assert all(p.grad is not None for p in opened.model.network.parameters())
    file = tmp_path / "tuned.safetensors"
    opened.save(file)
    after = Store(settings).load(str(file))
    assert replace(after, id=before.id, network=before.network, origins=()) == before
    x = picture(before.channels)
    opened.model.network.eval()
    assert float((after(x) - opened.model(x)).abs().max()) < 1e-5
    assert float((after(x) - before(x)).abs().max()) > 1e-4


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_the_saved_names_are_those_of_the_opened_file(shared: Path, tmp_path: Path, name: str) -> None:
    found = torch.load(shared / PUBLIC / name, map_location="cpu", weights_only=True)
    original = found.get("params", found)
    file = tmp_path / "copy.safetensors"
    open_for_training(shared / PUBLIC / name).save(file)
    written = load_file(file)
    assert written.keys() == original.keys()
    assert all(torch.equal(t, original[k]) and t.dtype == original[k].dtype for k, t in written.items())


def test_training_starts_from_what_the_store_runs(shared: Path) -> None:
    """Without padding and clamping, a whole batch at once."""
    file = shared / PUBLIC / "DCTLSA_x2.pt"
    network, model = open_for_training(file).model.network, open_model(file, "whole")
    x = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        found = network.eval()(x).clamp(0, 1)
    assert float((found - model(x)).abs().max()) < 0.1 / 255  # a batch is summed in another order


@pytest.mark.filterwarnings("ignore:torch.meshgrid", "ignore:'saved_variables'")  # HAT's and NAFNet's own code
@pytest.mark.parametrize("architecture", ["HAT", "SPAN", "NAFNet", "ESRGAN", "PLKSR"])
def test_other_architectures_come_back_alike(tmp_path: Path, architecture: str) -> None:
    opened = open_for_training(saved(architecture, tmp_path))
    before = copy.deepcopy(opened.model.network.state_dict())
    one_step(opened, side=64)
    file = tmp_path / "tuned.safetensors"
    opened.save(file)
    opened.model.network.eval()
    x = picture(3)
    assert torch.allclose(open_model(file, "tuned")(x), opened.model(x), atol=1e-6)
    assert any(not torch.equal(t, before[k]) for k, t in opened.model.network.state_dict().items())


def test_a_network_with_a_noise_map_takes_batches(tmp_path: Path) -> None:
    from spandrel.architectures.DnCNN import DnCNN

    file = tmp_path / "fdncnn.safetensors"
    save_file(DnCNN(in_nc=4, out_nc=3, nc=8, nb=20, act_mode="R", mode="FDnCNN").state_dict(), file)
    opened = open_for_training(file)
    assert one_step(opened) > 0


def test_one_of_ours_keeps_its_header(exported: Path, network: Generator, tmp_path: Path) -> None:
    opened = open_for_training(exported)
    one_step(opened)
    file = tmp_path / "tuned.safetensors"
    opened.save(file, precision=torch.float16)
    after = open_model(file, "tuned")
    assert isinstance(after.network, Generator)
    assert {t.dtype for t in load_file(file).values()} == {torch.float16}
    x = picture(3)
    assert float((after(x) - opened.model(x)).abs().max()) < 2e-3
    assert not torch.equal(after(x), open_model(exported, "before")(x))


def test_what_was_learned_shows_at_once(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trials, "prefer_ncnn", lambda trials, channels: True)
    opened = open_for_training(exported)
    x = torch.rand(1, 3, 160, 160, generator=torch.Generator().manual_seed(1))
    before = opened.model(x)
    one_step(opened)
    assert not torch.equal(opened.model(x), before)


def test_the_average_is_saved_in_place_of_the_network(tmp_path: Path) -> None:
    opened = open_for_training(saved("Compact", tmp_path))
    average = copy.deepcopy(opened.model.network)
    one_step(opened)
    file = tmp_path / "average.safetensors"
    opened.save(file, average)
    assert all(torch.equal(t, average.get_submodule("inner").state_dict()[k]) for k, t in load_file(file).items())


def test_spoilt_weights_are_never_written(tmp_path: Path) -> None:
    opened = open_for_training(saved("Compact", tmp_path))
    file = tmp_path / "spoilt.safetensors"
    parameter = next(opened.model.network.parameters())
    nn.init.constant_(parameter, 1e6)
    with pytest.raises(WeightsRefused, match="holds NaN or infinity"):
        opened.save(file, precision=torch.float16)
    with pytest.raises(ValueError, match=r"saved as \.safetensors"):
        opened.save(tmp_path / "a.pth")
    assert [f.name for f in tmp_path.iterdir()] == ["Compact.safetensors"]


def test_what_the_store_refuses_is_refused_here(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused):
        open_for_training(shared / PUBLIC / "must-refuse" / "pickled_module.pth")
    file = tmp_path / "strange.safetensors"
    save_file({"a": torch.zeros(2)}, file)
    with pytest.raises(WeightsRefused, match="not known here"):
        open_for_training(file)
    tensors = {k: t * float("nan") for k, t in network_of("Compact").state_dict().items()}
    save_file(tensors, file)
    with pytest.raises(WeightsRefused, match="holds NaN or infinity"):
        open_for_training(file)
