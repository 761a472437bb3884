"""Sizes, targets, strength and alpha of the learned tasks, with a small network in place of a trained one."""

from dataclasses import replace

import pytest
import torch

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.media.picture import Picture
from enhancer.models.catalog import entry
from enhancer.models.contract import Model
from enhancer.models.entry import CRISPNESS
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.choose import choose_model, crisp_share
from enhancer.tasks.consistent import make_consistent
from enhancer.tasks.resize import bleed, resize
from enhancer.tasks.restore_options import RESTORE, RestoreOptions
from enhancer.tasks.task import Task
from enhancer.tasks.upscale import upscale
from enhancer.tasks.upscale_options import UpscaleOptions, target_size
from tests.engine.test_tiling import Shelf, generator

LIMIT = Settings().max_output_pixels
FLOAT = Settings(device="cpu", precision="float32")
DENOISE = next(t for t in RESTORE if t.id == "denoise")


def hall(scale: int) -> Engine:
    return Engine(Shelf(generator(scale)), FLOAT)


def picture(width: int = 20, height: int = 12, alpha: bool = False) -> Picture:
    source = torch.Generator().manual_seed(0)
    pixels = torch.rand(3, height, width, generator=source)
    return Picture(pixels, torch.rand(1, height, width, generator=source) if alpha else None, dpi=(300, 300))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (40, 24)),
        ({"scale": 1}, (20, 12)),
        ({"scale": 1.5}, (30, 18)),
        ({"scale": 4}, (80, 48)),
        ({"long_side": 50}, (50, 30)),
        ({"megapixels": 0.06}, (316, 190)),
        ({"width": 60}, (60, 36)),
        ({"height": 36}, (60, 36)),
        ({"width": 33, "height": 44}, (33, 44)),
    ],
)
def test_the_result_has_the_size_that_was_asked_for(options: dict[str, float], expected: tuple[int, int]) -> None:
    result = upscale(picture(), parse(UpscaleOptions, options), hall(2), Progress())
    assert (result.width, result.height) == expected
    assert result.dpi == (300, 300)
    assert 0 <= result.pixels.min() <= result.pixels.max() <= 1


def test_two_targets_are_refused() -> None:
    with pytest.raises(BadOptions, match="scale and long_side"):
        target_size(20, 12, UpscaleOptions(scale=2, long_side=50), LIMIT)


def test_a_result_over_the_limit_is_refused_before_any_work() -> None:
    with pytest.raises(BadOptions, match="limit is 1 megapixels"):
        target_size(1000, 1000, UpscaleOptions(scale=2), 1_000_000)


def test_a_target_far_beyond_the_source_is_refused() -> None:
    with pytest.raises(BadOptions, match="16 times"):
        target_size(20, 12, UpscaleOptions(long_side=400), LIMIT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 0.5},
        {"scale": float("nan")},
        {"scale": "x"},
        {"sharpness": 1},
        {"long_side": float("inf")},
        {"long_side": 99.5},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadOptions):
        parse(UpscaleOptions, wrong)


def test_a_network_that_would_draw_too_much_on_the_way_is_refused() -> None:
    """The result is small, the network's own picture is not: the limit holds for both."""
    small = Engine(Shelf(generator(4)), Settings(device="cpu", precision="float32", max_output_pixels=3000))
    assert upscale(picture(12, 12), UpscaleOptions(scale=1), small, Progress()).width == 12
    with pytest.raises(BadOptions, match="smaller scale"):
        upscale(picture(20, 12), UpscaleOptions(scale=1), small, Progress())


def test_a_model_that_keeps_the_size_is_refused() -> None:
    with pytest.raises(BadOptions, match="keeps the size"):
        upscale(picture(), UpscaleOptions("probe"), hall(1), Progress())


def test_strength_blends_from_the_plain_resize_to_the_network() -> None:
    options = [UpscaleOptions(strength=s) for s in (0, 0.5, 1)]
    plain, half, full = (upscale(picture(), o, hall(2), Progress()).pixels for o in options)
    assert torch.equal(plain, resize(picture().pixels, 24, 40))
    assert (full - plain).abs().max() > 0.05
    assert torch.allclose(half, (plain + full) / 2, atol=1e-6)


def test_a_consistent_result_is_the_plain_run_corrected_to_the_last_bit() -> None:
    """So the page may correct a finished result, and the recipe that says so still gives the same."""
    seen = picture(alpha=True)
    assert seen.alpha is not None
    source = bleed(seen.pixels, seen.alpha)
    options = UpscaleOptions(scale=2.5, strength=0.7)
    free = upscale(seen, options, hall(2), Progress()).pixels
    fitted = upscale(seen, replace(options, consistent=True), hall(2), Progress()).pixels
    assert torch.equal(fitted, make_consistent(free, source))
    assert (resize(fitted, 12, 20) - source).abs().max() < (resize(free, 12, 20) - source).abs().max()


def test_a_result_that_is_not_larger_is_refused_before_any_work() -> None:
    with pytest.raises(BadOptions, match="Only an enlarged picture"):
        upscale(picture(), UpscaleOptions("none", scale=1, consistent=True), hall(2), Progress(_never))


def _never(_: Progress) -> None:
    raise AssertionError("work was done")


def test_alpha_is_enlarged_and_hidden_colours_do_not_leak() -> None:
    """What stands under full transparency must not change a visible pixel."""
    seen = picture(alpha=True)
    assert seen.alpha is not None
    alpha = (torch.arange(20) < 10).float().expand(1, 12, 20)
    results = []
    for hidden in (0.0, 1.0):
        pixels = torch.where(alpha > 0, seen.pixels, hidden)
        results.append(upscale(Picture(pixels, alpha), UpscaleOptions(), hall(2), Progress()))
    first, second = results
    assert first.alpha is not None
    assert first.alpha.shape == (1, 24, 40)
    assert torch.equal(first.pixels, second.pixels)


def test_bleeding_takes_the_nearest_visible_colour() -> None:
    pixels = torch.tensor([[[0.1, 0.9, 0.9, 0.5]]]).expand(3, 1, 4)
    alpha = torch.tensor([[[1.0, 0.0, 0.0, 1.0]]])
    assert bleed(pixels, alpha)[0, 0].tolist() == pytest.approx([0.1, 0.1, 0.5, 0.5])


def test_auto_takes_the_smallest_sufficient_bundled_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enhancer.tasks.choose.CATALOG", (entry("x2-fast"), entry("x4-fast")))
    assert choose_model("auto", "upscale", 1.5) == "x2-fast"
    assert choose_model("auto", "upscale", 2.5) == "x4-fast"
    assert choose_model("auto", "upscale", 9.0) == "x4-fast"
    assert choose_model("other", "upscale", 9.0) == "other"


def test_auto_without_a_bundled_model_names_what_can_be_fetched() -> None:
    with pytest.raises(BadOptions, match="choose one from the Hub"):
        choose_model("auto", "deblur")


def test_auto_prefers_models_for_photographs_and_their_crisp_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = entry("x2-fast")
    shelf = (clean, *(replace(clean, id=n, blind=True, scale=2, twin=t) for n, t in (("calm", ""), ("crisp", "calm"))))
    monkeypatch.setattr("enhancer.tasks.choose.CATALOG", shelf)
    assert choose_model("auto", "upscale", 4) == "crisp"
    assert [crisp_share("crisp", asked) for asked in (None, 0.2)] == [CRISPNESS, 0.2]
    assert crisp_share("calm", None) == 1
    with pytest.raises(BadOptions, match="no faithful twin"):
        crisp_share("calm", 0.2)


def test_a_crispness_means_nothing_to_a_model_without_a_twin_that_auto_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = replace(entry("x4-fast"), id="calm", twin="")
    monkeypatch.setattr("enhancer.tasks.choose.CATALOG", (calm,))
    plain, told = UpscaleOptions(scale=3.0), UpscaleOptions(scale=3.0, crispness=0.7)
    results = [upscale(picture(8, 8), options, hall(4), Progress()).pixels for options in (plain, told)]
    assert torch.equal(*results)
    with pytest.raises(BadOptions, match="calm has no faithful twin"):
        upscale(picture(8, 8), replace(told, model="calm"), hall(4), Progress())


def told_of(task_id: str, **options: float) -> torch.Tensor:
    """What the network of a task is told of the damage, at the first pixel."""
    heard = []

    class Listener(torch.nn.Module):
        def forward(self, x: torch.Tensor, plane: torch.Tensor | None = None) -> torch.Tensor:
            heard.append(torch.tensor(-1.0) if plane is None else plane[0, 0, 0, 0])
            return x

    model = Model("listener", Listener(), 1, planes=1, halo=0)
    task = next(t for t in RESTORE if t.id == task_id)
    task.run(picture(), task.options("listener", **options), Engine(Shelf(model), FLOAT), Progress())
    return heard[-1]


def test_what_people_know_of_the_damage_reaches_the_network() -> None:
    assert told_of("denoise", noise=51.0) == pytest.approx(0.2)
    assert told_of("deblock", quality=30) == pytest.approx(0.7)
    assert told_of("denoise") == told_of("deblock") == -1
    with pytest.raises(BadOptions, match="judges by itself"):
        DENOISE.run(picture(), DENOISE.options("probe", noise=5.0), hall(1), Progress())


@pytest.mark.parametrize("task", RESTORE, ids=lambda t: t.id)
def test_restoring_keeps_the_size_and_obeys_strength(task: Task) -> None:
    def done(strength: float) -> torch.Tensor:
        result = task.run(picture(alpha=True), task.options("probe", strength), hall(1), Progress())
        assert result.alpha is not None
        assert torch.equal(result.alpha, picture(alpha=True).alpha)
        pixels: torch.Tensor = result.pixels
        return pixels

    assert torch.equal(done(0), picture(alpha=True).pixels)
    assert (done(1) - done(0)).abs().max() > 0.05
    assert torch.allclose(done(0.5), (done(0) + done(1)) / 2, atol=1e-6)


def test_best_takes_the_mean_of_eight() -> None:
    """Turning the picture turns the result, which a single pass of a network does not promise."""
    turned = picture().with_pixels(picture().pixels.rot90(1, (1, 2)))
    for best in (True, False):
        for work, options in ((upscale, UpscaleOptions(best=best)), (DENOISE.run, DENOISE.options("probe", best=best))):
            place = hall(2 if work is upscale else 1)
            first, second = (work(p, options, place, Progress()).pixels for p in (picture(), turned))
            assert torch.allclose(first.rot90(1, (1, 2)), second, atol=1e-5) == best


def test_restoring_refuses_a_model_that_enlarges() -> None:
    with pytest.raises(BadOptions, match="Use Upscale"):
        RESTORE[0].run(picture(), RestoreOptions("probe"), hall(2), Progress())
