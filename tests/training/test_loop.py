"""The loop learns, resumes to the step, and leaves files that rebuild their own network."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from enhancer.errors import BadOptions, TrainingError, WeightsRefused
from enhancer.networks import Generator, PhotoNetwork, RestorationUNet
from enhancer.training import restoration
from enhancer.training.checkpoint import export
from enhancer.training.damage import Sample
from enhancer.training.data import picture_files
from enhancer.training.feed import Feed, feed
from enhancer.training.judge import EQUAL, Judgement, judge, silent_channels
from enhancer.training.loop import Budget, train
from enhancer.training.recipes import RECIPES, Recipe, changed
from enhancer.training.start import begin, warm_start
from enhancer.training.update import step
from enhancer.training.watchdog import TrainingStopped
from tests.training.tiny import TINY, accelerator, make_tiles


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiles(tmp_path_factory.mktemp("tiles"))


@pytest.fixture(scope="module")
def pairs(tiles: Path) -> Feed:
    return feed(picture_files(tiles), TINY, torch.device("cpu"))


def losses_of(folder: Path) -> dict[int, float]:
    rows = [json.loads(line) for line in (folder / "reports.jsonl").read_text().splitlines()]
    return {row["step"]: row["loss"] for row in rows}


def test_training_learns(pairs: Feed) -> None:
    state = begin(TINY, None, accelerator())
    before = judge(state.network, pairs, bfloat16=True)
    losses = [float(step(state, TINY, pairs, 0.0, accelerator())["loss"]) for _ in range(40)]
    after = judge(state.network, pairs, bfloat16=True)
    assert after.psnr > before.psnr + 0.5
    assert after.haarpsi > before.haarpsi
    assert sum(losses[-10:]) < sum(losses[:10])
    assert len(silent_channels(state.network, pairs)) == 8


@pytest.mark.parametrize("adversarial", [False, True])
def test_a_resumed_run_equals_an_uninterrupted_one(tiles: Path, tmp_path: Path, adversarial: bool) -> None:
    recipe = replace(TINY, report_every=1, decay=0.01)  # rates follow the budget, so that it must not decay before 6
    if adversarial:
        recipe = replace(
            recipe, adversarial=0.1, feature=1.0, artefact=1.0, discriminator="unet", discriminator_width=8
        )
    train(recipe, tiles, tmp_path / "whole", Budget(steps=6))
    for steps in (2, 5, 6):
        train(recipe, tiles, tmp_path / "parts", Budget(steps=steps))
    expected, seen = losses_of(tmp_path / "whole"), losses_of(tmp_path / "parts")
    assert list(seen) == list(range(1, 7))
    assert [seen[n] for n in range(1, 7)] == pytest.approx([expected[n] for n in range(1, 7)], abs=1e-6)


def test_train_leaves_what_a_person_and_export_need(tiles: Path, tmp_path: Path) -> None:
    file = train(TINY, tiles, tmp_path / "run", Budget(steps=15))
    with safe_open(file, "pt") as opened:
        header = opened.metadata()
    assert header["architecture"] == "generator"
    Generator(**json.loads(header["hyperparameters"]))
    names = {"checkpoint.pt", "weights.safetensors", "best.safetensors", "run.json", "reports.jsonl", "samples"}
    assert names <= {f.name for f in file.parent.iterdir()}
    assert not list(file.parent.glob("*.partial"))
    facts = json.loads((file.parent / "run.json").read_text())
    assert (facts["steps"], facts["data"], facts["recipe"]["network"]) == (15, tiles.name, "small")
    assert set(losses_of(file.parent)) == {10, 15}
    with Image.open(file.parent / "samples" / "0000015.png") as sheet:
        assert sheet.size == (3 * 128, 2 * 128)


def test_a_run_for_a_time_ends_on_time(tiles: Path, tmp_path: Path) -> None:
    train(TINY, tiles, tmp_path / "run", Budget(minutes=0.03))
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert facts["steps"] >= 1
    with pytest.raises(TrainingError, match="needs an end"):
        Budget()
    with pytest.raises(TrainingError, match="needs an end"):
        Budget(steps=0)


def test_a_checkpoint_of_another_recipe_is_refused(tiles: Path, tmp_path: Path) -> None:
    train(TINY, tiles, tmp_path, Budget(steps=1))
    with pytest.raises(TrainingError, match="belongs to another recipe"):
        train(replace(TINY, network="fast"), tiles, tmp_path, Budget(steps=2))
    with pytest.raises(TrainingError, match=r"another recipe \(degradation was bicubic, not blind\)"):
        train(replace(TINY, degradation="blind"), tiles, tmp_path, Budget(steps=2))
    with pytest.raises(TrainingError, match=r"hold_out was 4, not 2; judges was"):
        train(replace(TINY, hold_out=2), tiles, tmp_path, Budget(steps=2))
    other = make_tiles(tmp_path / "other")
    (other / "0.png").rename(other / "00.png")
    with pytest.raises(TrainingError, match="judges was"):
        train(TINY, other, tmp_path, Budget(steps=2))


def test_a_run_goes_on_at_the_rates_that_it_is_given(tiles: Path, tmp_path: Path) -> None:
    train(TINY, tiles, tmp_path, Budget(steps=1))
    train(replace(TINY, muon_lr=1e-4, adamw_lr=1e-5), tiles, tmp_path, Budget(steps=2))
    content = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert [content[f"optimiser {n}"]["param_groups"][0]["full_lr"] for n in (0, 1)] == [1e-4, 1e-5]
    facts = json.loads((tmp_path / "run.json").read_text())
    assert (facts["recipe"]["muon_lr"], facts["asked"]) == (1e-4, {"steps": 2})


def test_the_watchdog_remembers_over_a_restart(tiles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poor = Judgement(psnr=5.0, haarpsi=0.1, untouched=30.0, contrast=1.0, drift=0.0)
    monkeypatch.setattr(restoration, "judge", lambda *_: poor)
    for steps in (1, 2, 3):
        train(replace(TINY, report_every=1), tiles, tmp_path, Budget(steps=steps))
    with pytest.raises(TrainingStopped, match="worse than the untouched input"):
        train(replace(TINY, report_every=1), tiles, tmp_path, Budget(steps=4))


def test_one_flat_picture_does_not_hide_that_all_others_turned_grey(tiles: Path) -> None:
    pairs = feed(picture_files(tiles), TINY, torch.device("cpu"))
    flat = torch.full_like(pairs.sharp[:1], 128)
    grey = torch.nn.Module()
    grey.forward = lambda x: torch.rand(1, 3, 2 * x.shape[-2], 2 * x.shape[-1]) * 0.02 + 0.5  # type: ignore[method-assign]
    assert judge(grey, replace(pairs, sharp=torch.cat([pairs.sharp, flat])), bfloat16=False).contrast < 0.1


def test_what_a_run_started_from_is_told(tiles: Path, tmp_path: Path) -> None:
    start = train(TINY, tiles, tmp_path / "first", Budget(steps=1))
    train(TINY, tiles, tmp_path / "second", Budget(steps=1), start)
    assert json.loads((tmp_path / "second" / "run.json").read_text())["start"] == "weights.safetensors"


def test_pictures_without_any_error_leave_the_means_finite(tiles: Path) -> None:
    pairs = replace(feed(picture_files(tiles), TINY, torch.device("cpu")), scale=1, degrade=lambda x, _: Sample(x, x))
    found = judge(torch.nn.Identity(), pairs, bfloat16=False)
    assert (found.psnr, found.untouched) == (EQUAL, EQUAL)


def test_a_folder_that_cannot_be_written_says_so(tiles: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TrainingError, match="cannot be made"):
        train(TINY, tiles, tmp_path / "file" / "run", Budget(steps=1))


def test_a_tail_for_another_scale_starts_from_the_sub_pixels_it_covers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    small = Generator(scale=2, channels=8, depth=1)
    export(small, "generator", {}, tmp_path / "x2.safetensors")
    large = Generator(scale=4, channels=8, depth=1)
    warm_start(large, tmp_path / "x2.safetensors")
    x = torch.rand(1, 3, 6, 6)
    twice = torch.nn.functional.interpolate(small(x), scale_factor=2.0, mode="nearest")
    assert torch.allclose(large(x), twice, atol=2e-3)


def test_blocks_that_the_start_lacks_change_nothing_at_first(tmp_path: Path) -> None:
    torch.manual_seed(0)
    shallow = Generator(scale=2, channels=8, depth=1, blocks=1)
    export(shallow, "generator", {}, tmp_path / "shallow.safetensors")
    deep = Generator(scale=2, channels=8, depth=1, blocks=3)
    warm_start(deep, tmp_path / "shallow.safetensors")
    x = torch.rand(1, 3, 6, 6)
    assert torch.allclose(deep(x), shallow(x), atol=2e-3)
    deep(x).sum().backward()
    added: torch.Tensor = deep.get_parameter("blocks.2.second.weight")
    assert added.grad is not None
    assert added.grad.abs().max() > 0


def test_a_wider_and_deeper_network_begins_where_the_narrow_one_ended(tmp_path: Path) -> None:
    torch.manual_seed(0)
    narrow = RestorationUNet(widths=(8, 12), blocks=(1, 1), planes=1)
    export(narrow, "restoration-unet", {}, tmp_path / "narrow.safetensors")
    wide = RestorationUNet(widths=(16, 20), blocks=(2, 1), planes=1)
    warm_start(wide, tmp_path / "narrow.safetensors")
    x, plane = torch.rand(1, 3, 8, 8), torch.full((1, 1, 8, 8), 0.2)
    assert torch.allclose(wide(x, plane), narrow(x, plane), atol=2e-3)
    assert not torch.allclose(wide(x, plane), x, atol=2e-2)
    wide(x, plane).square().sum().backward()
    for name in ("tail.weight", "middle.0.first.weight", "before.0.1.second.weight", "up.0.weight"):
        gradient = wide.get_parameter(name).grad
        assert gradient is not None
        assert gradient[:, -1].abs().max() > 0, name


def test_the_u_net_of_a_photo_network_grows_too(tmp_path: Path) -> None:
    torch.manual_seed(0)
    narrow = PhotoNetwork(scale=2, channels=8, depth=1, widths=(8, 12), blocks=(1, 1))
    export(narrow, "photo", {}, tmp_path / "narrow.safetensors")
    wide = PhotoNetwork(scale=2, channels=8, depth=1, widths=(16, 20), blocks=(1, 1))
    warm_start(wide, tmp_path / "narrow.safetensors")
    x = torch.rand(1, 3, 16, 16)
    assert torch.allclose(wide(x), narrow(x), atol=2e-3)
    larger = PhotoNetwork(scale=4, channels=8, depth=1, widths=(8, 12), blocks=(1, 1))
    with pytest.raises(WeightsRefused, match=r"(?s)does not fit.*enlarge\.tail"):
        warm_start(larger, tmp_path / "narrow.safetensors")


def test_weights_that_do_not_fit_or_are_spoilt_are_no_start(tmp_path: Path) -> None:
    network = Generator(scale=2, channels=8, depth=1)
    export(Generator(scale=2, channels=16, depth=1), "generator", {}, tmp_path / "wide.safetensors")
    with pytest.raises(WeightsRefused, match="does not fit"):
        warm_start(network, tmp_path / "wide.safetensors")
    weights = network.state_dict() | {"head.bias": torch.full((8,), float("nan"))}
    save_file(weights, tmp_path / "spoilt.safetensors")
    with pytest.raises(WeightsRefused, match=r"head\.bias holds NaN"):
        warm_start(network, tmp_path / "spoilt.safetensors")


def test_the_network_of_a_file_is_trained_at_its_own_scale(tiles: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    start = tmp_path / "start.safetensors"
    export(Generator(scale=2, channels=8, depth=2), "generator", {"scale": 2, "channels": 8, "depth": 2}, start)
    recipe = replace(RECIPES["finetune"], batch=2, patch=16, final_patch=16, hold_out=4, slack=20.0)
    file = train(recipe, tiles, tmp_path / "run", Budget(steps=3), start)
    with safe_open(start, "pt") as before, safe_open(file, "pt") as after:
        assert before.metadata() == after.metadata()
        assert set(before.keys()) == set(after.keys())
        assert not torch.equal(before.get_tensor("tail.weight"), after.get_tensor("tail.weight"))
    with pytest.raises(TrainingError, match=r"enlarges by 2 .+ Give --scale 2"):
        train(replace(recipe, scale=4), tiles, tmp_path / "four", Budget(steps=3), start)
    with pytest.raises(TrainingError, match="give it with --start"):
        train(recipe, tiles, tmp_path / "none", Budget(steps=3))


def test_rates_rise_stay_and_fall_to_zero() -> None:
    recipe = replace(TINY, warmup=10, decay=0.5)
    assert recipe.rate(0, 0.0) == pytest.approx(0.1)
    assert recipe.rate(100, 0.4) == 1
    assert recipe.rate(100, 0.75) == pytest.approx(0.5)
    assert recipe.rate(100, 1.0) == 0


def test_recipes_obey_their_own_limits_and_refuse_unknown_keys() -> None:
    assert all(changed(recipe, {}) == recipe for recipe in RECIPES.values())
    assert changed(RECIPES["sr"], {"scale": "3"}).scale == 3
    with pytest.raises(BadOptions, match="Unknown option 'scael'"):
        changed(Recipe(), {"scael": 4})
    with pytest.raises(BadOptions, match="scale must lie between 1 and 4"):
        changed(Recipe(), {"scale": 5})


@pytest.mark.parametrize("parts", ["body", "head,body"])
def test_frozen_parts_stay_as_they_are_and_the_rest_learns(pairs: Feed, parts: str) -> None:
    recipe = replace(TINY, freeze=parts, muon_lr=0.01)
    state = begin(recipe, None, accelerator())
    before = {name: tensor.clone() for name, tensor in state.network.state_dict().items()}
    for _ in range(3):
        step(state, recipe, pairs, 0.0, accelerator())
    same = {name for name, tensor in state.network.state_dict().items() if torch.equal(tensor, before[name])}
    assert same == {name for name in before if name.startswith(tuple(parts.split(",")))}


@pytest.mark.parametrize("part", ["nothing", "a part that is not there", "head,nothing", "head,body,tail"])
def test_a_part_that_is_not_there_cannot_stay(part: str) -> None:
    with pytest.raises(TrainingError, match="could stay as it is"):
        begin(replace(TINY, freeze=part), None, accelerator())
