"""A chain does its steps in order, with one progress bar, one Stop, and errors that name the step."""

import pytest
import torch

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled, OutOfMemory
from enhancer.media.picture import Picture
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.tasks.chain import PARTS, Step, run_chain
from tests.engine.test_tiling import Shelf, generator

SETTINGS = Settings(device="cpu", precision="float32")
CHAIN = (Step("gamma", {"gamma": 2.0}), Step("upscale", {"scale": 2, "model": "probe"}), Step("median"))


def hall(scale: int = 2) -> Engine:
    return Engine(Shelf(generator(scale)), SETTINGS)


def picture() -> Picture:
    return Picture(torch.rand(3, 40, 60, generator=torch.Generator().manual_seed(0)), dpi=(300, 300))


def test_a_chain_equals_its_steps_done_one_by_one() -> None:
    expected, engine = picture(), hall()
    for step in CHAIN:
        found = task(step.task_id)
        expected = found.run(expected, parse(found.options, step.options), engine, Progress())
    result = run_chain(picture(), CHAIN, engine, Progress())
    assert torch.equal(result.pixels, expected.pixels)
    assert (result.width, result.height, result.dpi) == (120, 80, (300, 300))


def test_no_steps_change_nothing() -> None:
    source, seen = picture(), list[int]()
    assert run_chain(source, (), hall(), Progress(lambda p: seen.append(p.done))) is source
    assert seen == [PARTS]


def test_one_bar_runs_over_all_steps_by_the_pixels_they_draw() -> None:
    seen: list[tuple[int, int, str]] = []
    run_chain(picture(), CHAIN, hall(), Progress(lambda p: seen.append((p.done, p.total, p.note))))
    done = [d for d, _, _ in seen]
    assert done == sorted(done)
    assert done[-1] == PARTS
    assert {total for _, total, _ in seen} == {PARTS}
    first = {name: min(d for d, _, note in seen if note.startswith(name)) for name in ("Gamma", "Upscale", "Median")}
    assert first == {"Gamma": 0, "Upscale": round(PARTS / 9), "Median": round(PARTS * 5 / 9)}


def test_stop_is_heard_within_a_later_step() -> None:
    seen: list[str] = []

    def stop(progress: Progress) -> None:
        seen.append(progress.note)
        if progress.note.startswith("Upscale"):
            progress.cancel()

    with pytest.raises(Cancelled, match=r"^Stopped\.$"):
        run_chain(picture(), CHAIN, hall(), Progress(stop))
    assert not any(note.startswith("Median") for note in seen)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Step("gamma", {"gamma": 99}), r"Step 2 \(Gamma\): gamma must lie between"),
        (Step("gamma", {"strength": 1}), r"Step 2 \(Gamma\): Unknown option 'strength'"),
        (Step("polish"), r"Step 2 \(polish\): There is no task 'polish'"),
        (Step("upscale", {"long_side": 30_000}), r"Step 2 \(Upscale\): .*16 times"),
    ],
)
def test_wrong_steps_are_named_before_any_work(wrong: Step, message: str) -> None:
    seen: list[str] = []
    with pytest.raises(BadOptions, match=message):
        run_chain(picture(), (Step("median"), wrong), hall(), Progress(lambda p: seen.append(p.note)))
    assert seen == []


def test_a_failure_at_work_names_its_step_and_keeps_its_kind() -> None:
    with pytest.raises(BadOptions, match=r"Step 2 \(Upscale\): probe keeps the size"):
        run_chain(picture(), (Step("median"), Step("upscale", {"model": "probe"})), hall(scale=1), Progress())


def test_the_limit_of_the_result_holds_for_the_whole_chain() -> None:
    """Each step alone would fit; the second starts from what the first drew."""
    twice = (Step("upscale", {"scale": 4}), Step("upscale", {"scale": 4}))
    small = Engine(Shelf(generator(2)), Settings(device="cpu", max_output_pixels=100_000))
    with pytest.raises(BadOptions, match=r"Step 2 \(Upscale\): The result would have 960x640 pixels"):
        run_chain(picture(), twice, small, Progress())


def test_an_error_of_memory_stays_one() -> None:
    class Full(Engine):
        def model(self, *_args: object, **_more: object) -> None:  # type: ignore[override]  # it never returns
            raise OutOfMemory("Not even the smallest tile fits.")

    with pytest.raises(OutOfMemory, match=r"Step 1 \(Upscale\): Not even"):
        run_chain(
            picture(),
            (Step("upscale", {"model": "probe"}), Step("median")),
            Full(Shelf(generator(2)), SETTINGS),
            Progress(),
        )
