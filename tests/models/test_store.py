"""Ids become models: our own files, what is kept, what is refused, and from where it may come."""

import json
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from enhancer.errors import Cancelled, UnknownModel, WeightsRefused, WeightsUnavailable
from enhancer.models import store as store_module
from enhancer.models.contract import Model, Origin
from enhancer.models.entry import Bundled, Hub
from enhancer.models.fetch import digest, on_disk
from enhancer.models.store import KEPT, Store, open_model
from enhancer.networks import Generator
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.training.checkpoint import export
from tests.models.conftest import HYPERPARAMETERS, make_entry
from tests.models.fake_hub import COMMIT, FakeHub


@pytest.fixture
def bundled(settings: Settings, exported: Path) -> Store:
    """A store whose only entry `tiny` is a bundled file."""
    (settings.weights / "tiny.safetensors").write_bytes(exported.read_bytes())
    return Store(settings, (make_entry(Bundled("tiny.safetensors"), digest(exported)),))


def rewritten(file: Path, header: dict[str, str], drop: str = "", spoil: float | None = None) -> Path:
    """A copy of a weight file with another header, without a tensor, or with a spoilt one."""
    tensors = {k: t for k, t in load_file(file).items() if k != drop}
    if spoil is not None:
        tensors["tail.bias"][0] = spoil
    copy = file.with_name("copy.safetensors")
    save_file(tensors, copy, metadata=header)
    return copy


def test_a_file_of_ours_rebuilds_its_network(bundled: Store, network: Generator) -> None:
    model = bundled.load("tiny")
    assert (model.id, model.scale, model.channels, model.multiple_of, model.halo) == ("tiny", 2, 3, 1, network.halo)
    assert not model.network.training
    assert not any(p.requires_grad for p in model.network.parameters())
    assert {p.dtype for p in model.network.parameters()} == {torch.float32}
    x = torch.rand(1, 3, 13, 17)
    expected = network.half().float()(x).clamp(0, 1)
    torch.testing.assert_close(model(x), expected, rtol=0, atol=1e-6)


def test_a_network_that_folds_pixels_states_its_multiple(tmp_path: Path) -> None:
    file = tmp_path / "folding.safetensors"
    shape = {"scale": 1, "channels": 8, "depth": 2, "unshuffle": 2, "blocks": 2}
    export(Generator(scale=1, channels=8, depth=2, unshuffle=2, blocks=2), "generator", shape, file)
    model = open_model(file, "folding")
    assert (model.scale, model.multiple_of) == (1, 2)
    assert model(torch.rand(1, 3, 5, 7)).shape == (1, 3, 5, 7)


def test_a_model_names_the_bytes_that_it_came_from(bundled: Store, exported: Path) -> None:
    """A local file by its name alone: where it lies is nobody else's business."""
    assert bundled.load("tiny").origins == (Origin("tiny", digest(exported)),)
    assert bundled.load(str(exported)).origins == (Origin("tiny.safetensors", digest(exported)),)


def test_the_same_id_gives_the_same_model(bundled: Store) -> None:
    assert bundled.load("tiny") is bundled.load("tiny")


def test_only_the_last_few_are_kept(settings: Settings, exported: Path) -> None:
    store = Store(settings)
    files = [exported.with_name(f"m{i}.safetensors") for i in range(KEPT + 1)]
    for file in files:
        file.write_bytes(exported.read_bytes())
    first = store.load(str(files[0]))
    for file in files[1:KEPT]:
        store.load(str(file))
    assert store.load(str(files[0])) is first
    second = store.load(str(files[1]))
    store.load(str(files[KEPT]))
    assert store.load(str(files[1])) is second
    store.load(str(files[2]))
    assert store.load(str(files[0])) is not first


def test_a_local_file_written_anew_is_opened_anew(settings: Settings, exported: Path) -> None:
    store = Store(settings)
    before = store.load(str(exported))
    export(Generator(scale=3, channels=8, depth=2), "generator", {**HYPERPARAMETERS, "scale": 3}, exported)
    assert (before.scale, store.load(str(exported)).scale) == (2, 3)


def test_threads_that_want_one_model_open_it_once(bundled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, together, models = [], threading.Barrier(8), []

    def slowly(file: Path, model_id: str) -> Model:
        opened.append(model_id)
        threading.Event().wait(0.3)
        return open_model(file, model_id)

    def work() -> None:
        together.wait()
        models.append(bundled.load("tiny"))

    monkeypatch.setattr(store_module, "open_model", slowly)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == ["tiny"]
    assert len({id(m) for m in models}) == 1


def test_whoever_waits_for_a_model_can_be_cancelled(bundled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slowly(file: Path, model_id: str) -> Model:
        begun.set()
        finish.wait(10)
        return open_model(file, model_id)

    monkeypatch.setattr(store_module, "open_model", slowly)
    thread = threading.Thread(target=bundled.load, args=("tiny",))
    thread.start()
    begun.wait(10)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        bundled.load("tiny", progress)
    finish.set()
    thread.join()


@pytest.mark.parametrize("name", ["x9", "no/such.safetensors", "a/../../b/c.safetensors", "a" * 5000, "a\0b", ""])
def test_an_unknown_id_is_answered_with_what_is_known(settings: Settings, name: str) -> None:
    with pytest.raises(UnknownModel, match=r"known are .*x2-fast, .*a local file ending in .safetensors.*on the Hub"):
        Store(settings).load(name)


def test_strangers_may_be_held_to_the_catalogue(settings: Settings, exported: Path, hub: FakeHub) -> None:
    store = Store(settings, catalog_only=True)
    for name in (str(exported), "somebody/networks/a.safetensors"):
        with pytest.raises(UnknownModel, match=r"known are .*x2-fast"):
            store.load(name)
    assert not hub.requests


def test_a_hub_file_by_name(settings: Settings, exported: Path, hub: FakeHub) -> None:
    hub.serve("somebody/networks", "sub/a.safetensors", exported.read_bytes())
    name = "somebody/networks/sub/a.safetensors"
    assert Store(settings).load(name).scale == 2
    hub.stop()
    assert Store(settings).load(name).id == name


def test_bad_weights_are_never_opened(
    settings: Settings, exported: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = exported.read_bytes()
    source = Hub("somebody/networks", "a.safetensors", COMMIT)
    sha256 = hub.serve(source.repo_id, source.filename, bytes(len(good)), declared=good)
    reached: list[Path] = []
    monkeypatch.setattr(store_module, "open_model", lambda file, _: reached.append(file))
    store = Store(settings, (make_entry(source, sha256),))
    with pytest.raises(WeightsRefused, match="wrong bytes"):
        store.load("tiny")
    assert not reached
    assert not on_disk(source, settings)


def test_a_file_that_went_bad_on_the_disk_is_not_opened_again(bundled: Store, settings: Settings) -> None:
    (settings.weights / "tiny.safetensors").write_bytes(b"\0" * 2000)
    with pytest.raises(WeightsRefused, match="wrong bytes"):
        bundled.load("tiny")
    (settings.weights / "tiny.safetensors").unlink()
    with pytest.raises(WeightsUnavailable, match="missing"):
        bundled.load("tiny")


def test_an_entry_that_promises_another_scale_is_refused(settings: Settings, exported: Path) -> None:
    (settings.weights / "tiny.safetensors").write_bytes(exported.read_bytes())
    store = Store(settings, (make_entry(Bundled("tiny.safetensors"), digest(exported), scale=4),))
    with pytest.raises(WeightsRefused, match="should enlarge by 4, its file does by 2"):
        store.load("tiny")


@pytest.mark.parametrize(
    ("architecture", "hyperparameters", "sentence"),
    [
        ("unheard-of", HYPERPARAMETERS, "needs the network 'unheard-of'"),
        ("generator", {**HYPERPARAMETERS, "scale": 9}, "scale must be 1, 2, 3 or 4"),
        ("generator", {**HYPERPARAMETERS, "colour": 1}, "unexpected keyword"),
        ("generator", {**HYPERPARAMETERS, "depth": 3}, "does not fit the network"),
        ("generator", {**HYPERPARAMETERS, "channels": 16}, "does not fit the network"),
        ("generator", {**HYPERPARAMETERS, "depth": 10**9}, "above the limit of 4096"),
        ("generator", [1, 2], "does not fit the network"),
    ],
)
def test_a_header_that_lies_is_refused(
    exported: Path, architecture: str, hyperparameters: object, sentence: str
) -> None:
    header = {"architecture": architecture, "hyperparameters": json.dumps(hyperparameters)}
    with pytest.raises(WeightsRefused, match=sentence):
        open_model(rewritten(exported, header), "copy")


def test_missing_or_spoilt_tensors_are_refused(exported: Path) -> None:
    header = {"architecture": "generator", "hyperparameters": json.dumps(HYPERPARAMETERS)}
    assert open_model(rewritten(exported, header), "copy").scale == 2
    with pytest.raises(WeightsRefused, match=r"Missing key.*tail\.bias"):
        open_model(rewritten(exported, header, drop="tail.bias"), "copy")
    for value in (float("nan"), float("inf")):
        with pytest.raises(WeightsRefused, match=r"tail\.bias holds NaN or infinity"):
            open_model(rewritten(exported, header, spoil=value), "copy")
    with pytest.raises(WeightsRefused, match="does not fit the network 'generator'"):
        open_model(rewritten(exported, {**header, "hyperparameters": "{"}), "copy")


def test_a_network_that_makes_no_pictures_is_refused(tmp_path: Path) -> None:
    from enhancer.networks import PatchDiscriminator

    file = tmp_path / "judge.safetensors"
    export(PatchDiscriminator(channels=4), "patch-discriminator", {"channels": 4}, file)
    with pytest.raises(WeightsRefused, match="does not give out pictures"):
        open_model(file, "judge")
