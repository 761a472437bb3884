"""Every classical task: neutral settings, living sliders, range, identity, strips, Stop, and what it is good for."""

from dataclasses import Field, fields, replace
from typing import Any, cast

import numpy as np
import pytest
import skimage.data
import torch
from skimage.exposure import equalize_adapthist
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled
from enhancer.media.picture import Picture
from enhancer.metrics import psnr
from enhancer.options import limits_of, parse
from enhancer.progress import Progress
from enhancer.tasks import classical_run
from enhancer.tasks.classical import CLASSICAL
from enhancer.tasks.classical_colour import from_linear, from_ycbcr, luma, to_linear, to_ycbcr
from enhancer.tasks.task import Task

NO_ENGINE = cast(Engine, None)  # classical tasks have no use for one
NEUTRAL: dict[str, dict[str, float]] = {
    "brightness": {"amount": 0},
    "contrast": {"factor": 1},
    "saturation": {"factor": 1},
    "gamma": {"gamma": 1},
    "unsharp": {"amount": 0},
}  # the others have a strength
DENOISERS = {
    "median": 1.5,
    "bilateral": 3.0,
    "nl-means": 4.0,
    "wavelet": 3.5,
    "total-variation": 3.0,
}  # least gain in dB
STRIPPED = ("unsharp", "median", "bilateral", "nl-means")
BY_ID = {task.id: task for task in CLASSICAL}

every_task = pytest.mark.parametrize("task", CLASSICAL, ids=lambda task: task.id)


def photograph(top: int = 60, size: int = 96) -> Tensor:
    """A face (3, size, size) in [0, 1], with a cast of warm light."""
    pixels = torch.from_numpy(skimage.data.astronaut()).permute(2, 0, 1).float() / 255
    return pixels[:, top : top + size, 180 : 180 + size].contiguous()


def noisy(pixels: Tensor, levels: float = 15) -> Tensor:
    grain = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(0))
    return (pixels + grain * levels / 255).clamp(0, 1)


def apply(task: Task | str, picture: Picture | Tensor, **values: Any) -> Picture:
    chosen = BY_ID[task] if isinstance(task, str) else task
    whole = picture if isinstance(picture, Picture) else Picture(picture)
    return chosen.run(whole, parse(chosen.options, values), NO_ENGINE, Progress())


def sliders() -> list[Any]:
    return [pytest.param(task, f, id=f"{task.id}-{f.name}") for task in CLASSICAL for f in fields(task.options)]


def other_values(f: "Field[Any]") -> list[Any]:
    limits = limits_of(f)
    if limits.choices is not None:
        return [c for c in limits.choices if c != f.default]
    return [v for v in (limits.minimum, limits.maximum) if v != f.default]


@every_task
def test_a_neutral_setting_changes_no_pixel(task: Task) -> None:
    picture = Picture(noisy(photograph()))
    assert torch.equal(apply(task, picture, **NEUTRAL.get(task.id, {"strength": 0})).pixels, picture.pixels)


@pytest.mark.parametrize(("task", "field"), sliders())
def test_every_option_does_something_at_every_end(task: Task, field: "Field[Any]") -> None:
    picture = Picture(noisy(photograph()))
    usual = apply(task, picture).pixels
    for value in other_values(field):
        changed = apply(task, picture, **{field.name: value}).pixels
        assert (changed - usual).abs().max() > 1e-3, f"{field.name} = {value} changes nothing"


@pytest.mark.parametrize(("task", "field"), sliders())
def test_every_option_is_described_and_its_default_lies_on_its_range(task: Task, field: "Field[Any]") -> None:
    limits, default = limits_of(field), cast(Any, field.default)
    assert len(limits.help) > 10
    if limits.choices is not None:
        assert default in limits.choices
    else:
        assert limits.minimum is not None
        assert limits.maximum is not None
        assert limits.step is not None
        assert limits.minimum <= default <= limits.maximum
        with pytest.raises(BadOptions, match=field.name):
            parse(task.options, {field.name: limits.maximum + 1})


@every_task
def test_pixels_stay_in_range_and_the_source_stays_as_it_was(task: Task) -> None:
    picture = Picture(noisy(photograph(), 60))
    before = picture.pixels.clone()
    for f in fields(task.options):
        for value in other_values(f):
            changed = apply(task, picture, **{f.name: value}).pixels
            assert changed.dtype == torch.float32
            assert changed.shape == before.shape
            assert changed.min() >= 0
            assert changed.max() <= 1
    assert torch.equal(picture.pixels, before)


@every_task
def test_alpha_depth_and_identity_are_kept(task: Task) -> None:
    alpha = torch.rand(1, 96, 96, generator=torch.Generator().manual_seed(1))
    picture = Picture(photograph(), alpha, 16, False, b"profile", b"exif", (300.0, 300.0), ("a note",))
    changed = apply(task, picture)
    assert changed.alpha is not None
    assert torch.equal(changed.alpha, alpha)
    same = replace(changed, pixels=picture.pixels, alpha=None)
    assert same == replace(picture, alpha=None)


@every_task
def test_hidden_colours_neither_leak_nor_change(task: Task) -> None:
    alpha = torch.ones(1, 96, 96)
    alpha[:, :, 60:] = 0
    one, other = photograph(), photograph().clone()
    other[:, :, 60:] = torch.tensor([0.0, 1.0, 0.0])[:, None, None]
    a, b = (apply(task, Picture(pixels, alpha)).pixels for pixels in (one, other))
    assert torch.equal(a[:, :, :60], b[:, :, :60])
    assert torch.equal(b[:, :, 60:], other[:, :, 60:])


@every_task
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2), (3, 40)])
@pytest.mark.parametrize("content", ["black", "white", "random"])
def test_tiny_and_plain_pictures_survive(task: Task, size: tuple[int, int], content: str) -> None:
    pixels = {
        "black": torch.zeros(3, *size),
        "white": torch.ones(3, *size),
        "random": torch.rand(3, *size, generator=torch.Generator().manual_seed(0)),
    }[content]
    changed = apply(task, pixels).pixels
    assert changed.shape == pixels.shape
    assert changed.isfinite().all()


@every_task
def test_a_grey_picture_stays_grey(task: Task) -> None:
    grey = noisy(photograph())[:1].expand(3, -1, -1)
    changed = apply(task, grey).pixels
    assert (changed - changed[:1]).abs().max() < 1e-5


@pytest.mark.parametrize("task_id", ["brightness", "contrast", "saturation", "gamma", "equalise", "clahe", "unsharp"])
def test_16_bit_steps_are_not_lost(task_id: str) -> None:
    ramp = (torch.arange(16384) / 65535 + 0.4).view(1, 128, 128).expand(3, 128, 128)
    changed = apply(task_id, ramp).pixels
    assert len(np.unique(changed[0].numpy())) > 0.95 * 16384


@every_task
def test_progress_runs_from_nothing_to_all(task: Task) -> None:
    seen: list[tuple[int, int]] = []
    progress = Progress(lambda p: seen.append((p.done, p.total)))
    task.run(Picture(photograph()), task.options(), NO_ENGINE, progress)
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] > 0
    assert seen == sorted(seen)


@every_task
def test_stop_is_heard_before_and_within(task: Task) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        task.run(Picture(photograph()), task.options(), NO_ENGINE, progress)
    progress = Progress(lambda p: p.cancel() if p.done else None)
    with pytest.raises(Cancelled):
        task.run(Picture(photograph()), task.options(), NO_ENGINE, progress)


@pytest.mark.parametrize("task_id", STRIPPED)
@pytest.mark.parametrize("rows", [1, 32, 41])
def test_strips_equal_the_whole(task_id: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = noisy(photograph())
    whole = apply(task_id, pixels).pixels
    monkeypatch.setattr(classical_run, "STRIP_ROWS", rows)
    assert (apply(task_id, pixels).pixels - whole).abs().max() < 1e-5


@pytest.mark.parametrize(("task_id", "least"), DENOISERS.items())
def test_denoisers_come_closer_to_the_clean_picture(task_id: str, least: float) -> None:
    clean = photograph(0, 256)
    grainy = noisy(clean, 20)
    assert psnr(apply(task_id, grainy, **({"noise": 20} if task_id == "nl-means" else {})).pixels, clean) > (
        psnr(grainy, clean) + least
    )


def test_the_wavelet_finds_the_noise_by_itself() -> None:
    clean = photograph(0, 256)
    grainy = noisy(clean, 20)
    told, guessed = (psnr(apply("wavelet", grainy, noise=levels).pixels, clean) for levels in (20, 0))
    assert guessed == pytest.approx(told, abs=0.3)


def test_the_median_removes_single_specks() -> None:
    grey = torch.full((3, 20, 20), 0.4)
    specks = grey.clone()
    specks[:, 3::5, 3::5] = 1
    assert torch.equal(apply("median", specks).pixels, grey)


@pytest.mark.parametrize(("y", "x"), [(40, 50), (0, 0), (95, 3)])
@pytest.mark.parametrize("tolerance", [15, 60])
def test_the_bilateral_filter_is_the_weighted_mean_of_the_paper(y: int, x: int, tolerance: float) -> None:
    grainy = noisy(photograph())
    padded = np.pad(grainy.double().numpy(), ((0, 0), (5, 5), (5, 5)), mode="edge")
    window = padded[:, y : y + 11, x : x + 11]
    across = np.arange(-5, 6)
    away = (across[:, None] ** 2 + across**2) / 2**2
    different = ((window - window[:, 5:6, 5:6]) ** 2).sum(0) / (tolerance / 255) ** 2
    weights = np.exp(-(away + different) / 2) * (away <= 5**2 / 2**2)
    expected = (window * weights).sum((1, 2)) / weights.sum()
    ours = apply("bilateral", grainy, radius=2, tolerance=tolerance).pixels[:, y, x]
    assert ours.tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_local_contrast_rises_and_agrees_in_kind_with_scikit_image() -> None:
    dull = photograph(0, 256) * 0.4 + 0.3
    ours = luma(apply("clahe", dull, clip=2.56).pixels)
    assert local_contrast(ours) > 1.2 * local_contrast(luma(dull))
    theirs = equalize_adapthist(luma(dull)[0].double().numpy(), clip_limit=0.01)
    assert np.corrcoef(theirs.ravel(), ours.numpy().ravel())[0, 1] > 0.9


def local_contrast(plane: Tensor) -> float:
    return float(plane.unfold(1, 16, 16).unfold(2, 16, 16).std((-2, -1)).mean())


def test_a_higher_clip_limit_raises_local_contrast_further() -> None:
    dull = photograph(0, 256) * 0.4 + 0.3
    raised = [local_contrast(luma(apply("clahe", dull, clip=clip).pixels)) for clip in (1, 2, 4, 8)]
    assert raised == sorted(raised)
    assert raised[-1] > 1.5 * raised[0]


def test_equalising_spreads_luma_evenly_over_the_whole_range() -> None:
    ramp = (torch.rand(3, 1, 4000, generator=torch.Generator().manual_seed(0))[:1] ** 2).expand(3, 1, 4000)
    ranks = apply("equalise", ramp).pixels[0, 0].sort().values
    assert (ranks - torch.linspace(0, 1, 4000)).abs().max() < 0.02


@pytest.mark.parametrize("method", ["grey world", "white patch"])
def test_white_balance_takes_a_cast_of_light_away(method: str) -> None:
    surfaces = torch.rand(1, 64, 64, generator=torch.Generator().manual_seed(0)).expand(3, 64, 64) * 0.6
    cast_light = torch.tensor([1.3, 1.0, 0.6])[:, None, None]
    yellow = from_linear(surfaces * cast_light)
    balanced = to_linear(apply("white-balance", yellow, method=method).pixels)
    assert (balanced - balanced.mean(0)).abs().max() < 1e-3
    assert luma(balanced).mean() == pytest.approx(float(luma(surfaces * cast_light).mean()), rel=1e-3)


def test_tone_moves_the_way_its_name_says() -> None:
    pixels = photograph()
    assert apply("brightness", pixels, amount=0.2).pixels.mean() > pixels.mean()
    assert apply("brightness", pixels, amount=-0.2).pixels.mean() < pixels.mean()
    assert apply("gamma", pixels, gamma=2).pixels.mean() > pixels.mean()
    assert apply("contrast", pixels, factor=1.5).pixels.std() > pixels.std()
    assert torch.equal(apply("contrast", pixels, factor=0, pivot=0.25).pixels, torch.full_like(pixels, 0.25))
    flat = apply("saturation", pixels, factor=0).pixels
    assert (flat - luma(pixels)).abs().max() < 1e-6
    more = apply("saturation", pixels, factor=1.5).pixels
    assert (more - more.mean(0)).abs().mean() > (pixels - pixels.mean(0)).abs().mean()


def test_sharpening_leaves_faint_grain_under_the_threshold_alone() -> None:
    grainy = noisy(torch.full((3, 64, 64), 0.5), 2)
    assert (apply("unsharp", grainy, threshold=15).pixels - grainy).abs().max() == 0
    assert apply("unsharp", grainy).pixels.std() > 1.2 * grainy.std()


def test_colour_transforms_invert_each_other() -> None:
    pixels = photograph()
    assert (from_linear(to_linear(pixels)) - pixels).abs().max() < 1e-6
    assert (from_ycbcr(to_ycbcr(pixels)) - pixels).abs().max() < 1e-6
    assert to_linear(torch.tensor(0.5)) == pytest.approx(0.21404114, abs=1e-6)
    assert to_ycbcr(torch.ones(3, 1, 1)).flatten().tolist() == pytest.approx([1, 0, 0], abs=1e-6)
