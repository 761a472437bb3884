"""What the page is made of, without a browser: jobs, crops, stored results, forms and words."""

import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import gradio as gr
import pytest
import torch

from enhancer import canvas
from enhancer.engine import Engine
from enhancer.engine.jobs import AT_ONCE
from enhancer.errors import BadPicture, Cancelled
from enhancer.hall import enhance
from enhancer.media import decode
from enhancer.media.picture import Picture
from enhancer.models.catalog import CATALOG, HUB_ENTRIES, entry
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import TASKS
from enhancer.tasks.resize import resize
from enhancer.ui.choice import Choice
from enhancer.ui.controls import SHARED, Controls, models_for, own_options, serving
from enhancer.ui.crop import cut, narrowed
from enhancer.ui.display import Kept, reduced, save_display
from enhancer.ui.enhance_work import OF_THE_WHOLE, enhance_file, side_by_side
from enhancer.ui.jobs import UNEXPECTED, Steps, Update, answered, follow, guarded
from enhancer.ui.options_form import form
from enhancer.ui.picture_input import SafeImage
from enhancer.ui.words import bar, duration, model_card, said
from tests.ui.browser import scene


def test_closing_a_handler_cancels_its_work() -> None:
    ended = threading.Event()

    def work(progress: Progress) -> None:
        try:
            for n in range(1000):
                progress.step(n, 1000)
                time.sleep(0.01)
        except Cancelled:
            ended.set()
            raise

    handler = follow(work, lambda progress: {"done": progress.done})
    next(handler)
    handler.close()
    assert ended.wait(5)


def test_a_job_too_many_waits_says_so_and_can_be_stopped() -> None:
    release, began = threading.Event(), threading.Semaphore(0)

    def work(progress: Progress) -> None:
        began.release()
        release.wait(10)

    def late(progress: Progress) -> None:
        raise AssertionError("it was not its turn")

    handlers = [follow(work, lambda _: {}) for _ in range(AT_ONCE)]
    try:
        for handler in handlers:
            next(handler)
            assert began.acquire(timeout=5)
        waiting = follow(late, lambda progress: {"note": progress.note})
        assert any(next(waiting)["note"] == "waiting for the pictures before" for _ in range(50))
        waiting.close()
    finally:
        release.set()
    for handler in handlers:
        assert list(handler) is not None
    after = follow(lambda _: 7, lambda _: {})
    assert list(after) is not None


def test_the_result_and_the_error_of_the_work_come_back() -> None:
    def collect(work: Callable[[Progress], float]) -> float:
        handler = follow(work, lambda _: {})
        try:
            while True:
                next(handler)
        except StopIteration as stop:
            value: float = stop.value
            return value

    assert collect(lambda _: 7) == 7
    with pytest.raises(ZeroDivisionError):
        collect(lambda _: 1 / 0)


@pytest.mark.parametrize(("error", "sentence"), [(BadPicture("Too dark."), "Too dark."), (KeyError("x"), UNEXPECTED)])
def test_every_error_becomes_a_line_and_no_toast(error: Exception, sentence: str) -> None:
    def steps() -> Steps:
        yield {"a": 1}
        raise error

    seen: list[Update] = []
    with pytest.raises(gr.Error) as caught:
        seen.extend(guarded(steps(), lambda text: {"line": text}))
    assert caught.value.message == sentence
    assert not caught.value.visible
    collected: list[Update] = []
    iterator = guarded(steps(), lambda text: {"line": text})
    collected += [next(iterator), next(iterator)]
    assert collected == [{"a": 1}, {"a": 1, "line": sentence}]
    assert list(answered(steps(), lambda text: {"line": text})) == collected  # and ends in peace


def test_the_last_update_holds_all_that_was_said() -> None:
    def steps() -> Steps:
        yield {"a": 1, "b": 1}
        yield {"a": 2}

    assert list(guarded(steps(), lambda _: {}))[-1] == {"a": 2, "b": 1}


@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.0, 1.0), (0.93, 0.11)])
def test_a_crop_shows_what_stands_in_the_picture(centre: tuple[float, float]) -> None:
    picture = Picture(torch.rand(3, 90, 130))
    crop = cut(picture, centre, (40, 30))
    inner = crop.inner(crop.picture.pixels)
    places = picture.pixels.unfold(1, 30, 1).unfold(2, 40, 1)
    assert inner.shape == (3, 30, 40)
    assert (places == inner[:, None, None]).flatten(3).all(-1).all(0).any()
    assert crop.inner(crop.picture.pixels.repeat_interleave(2, 1).repeat_interleave(2, 2)).shape == (3, 60, 80)


def test_a_picture_smaller_than_the_crop_is_taken_whole() -> None:
    crop = cut(Picture(torch.rand(3, 9, 12)), (0.2, 0.9), (40, 30))
    assert (crop.width, crop.height) == (12, 9)
    assert (narrowed(crop, 3).width, narrowed(crop, 3).height) == (4, 3)


def test_a_kept_result_is_exact_and_can_be_forgotten() -> None:
    picture = Picture(torch.rand(3, 5, 7), torch.rand(1, 5, 7), depth=16, dpi=(300, 300))
    kept = Kept.keep(picture)
    again = kept.load()
    assert torch.equal(again.pixels, picture.pixels)
    assert again.alpha is not None
    assert picture.alpha is not None
    assert torch.equal(again.alpha, picture.alpha)
    assert (again.depth, again.dpi) == (16, (300, 300))
    kept.forget()
    assert not kept.folder.exists()


def test_a_kept_result_that_lies_on_disk_stays_where_it_is(tmp_path: Path) -> None:
    settings = Settings(canvas_memory=20_000, cache=tmp_path)
    large = canvas.empty((3, 50, 70), settings).fill_(0.5)
    kept = Kept.keep(Picture(large, torch.rand(1, 50, 70)))
    assert kept.load().pixels.data_ptr() == large.data_ptr()
    assert sorted(file.name for file in kept.folder.iterdir()) == ["alpha.npy"]
    kept.forget()
    assert not kept.large
    with pytest.raises(FileNotFoundError):
        kept.load()


def test_a_result_that_nobody_waits_for_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress, places = Progress(), list[Path]()

    def keep(picture: Picture) -> Kept:
        progress.cancel()
        places.append(kept_before(picture).folder)
        return Kept(places[-1], picture, {})

    kept_before = Kept.keep
    monkeypatch.setattr(Kept, "keep", keep)
    scene(30, 20).save(tmp_path / "a.png")
    hall = Engine(Store(Settings()), Settings())
    with pytest.raises(Cancelled):
        enhance_file(tmp_path / "a.png", Choice(TASKS["gamma"]), hall, tmp_path, progress)
    assert len(places) == 1
    assert not places[0].exists()


@pytest.mark.parametrize("task_id", [t.id for t in TASKS.values() if t.family == "classical"])
def test_a_preview_is_the_result_but_where_it_says_it_may_not_be(task_id: str) -> None:
    hall = Engine(Store(Settings()), Settings())
    light = torch.linspace(0.1, 0.9, 130).expand(3, 150, 130) * torch.tensor([1.0, 0.8, 0.6])[:, None, None]
    grain = torch.rand(3, 150, 130, generator=torch.Generator().manual_seed(0))
    picture = Picture(light * 0.9 + grain * 0.1)
    crop = cut(picture, (0.8, 0.6), (30, 30))
    whole = cut(enhance(picture, task_id, engine=hall), (0.8, 0.6), (30, 30))
    part = crop.inner(enhance(crop.picture, task_id, engine=hall).pixels)
    apart = float((part - whole.inner(whole.picture.pixels)).abs().max())
    assert (apart > 1e-4) == (task_id in OF_THE_WHOLE)


@pytest.mark.parametrize("purpose", ["upscale", "denoise"])
def test_a_model_of_another_task_gives_way_to_the_first_of_this(purpose: str) -> None:
    able = [model for _, model in models_for(purpose)]
    assert serving("no-such-model", purpose) == able[0]
    assert serving(able[-1], purpose) == able[-1]


def test_a_display_file_is_no_larger_than_asked(tmp_path: Path) -> None:
    _, width, height = save_display(Picture(torch.rand(3, 200, 100)), tmp_path / "a.png", 5000)
    assert width * height <= 5000
    assert height == 2 * width


def test_no_hidden_colour_rims_a_display_file(tmp_path: Path) -> None:
    alpha = torch.zeros(1, 96, 96)
    alpha[:, 30:70, 25:61] = 1
    white, dark = Picture(alpha.expand(3, -1, -1), alpha), round(0.8 * 255)  # the darker squares of the ground
    shrunk, _, _ = save_display(white, tmp_path / "a.png", 2000)
    enlarged, _ = side_by_side(white, Picture(torch.ones(3, 192, 192)), tmp_path)
    for file in (shrunk, enlarged):
        assert decode(Path(file).read_bytes()).pixels.min() * 255 >= dark - 0.5
    small = reduced(white, 2000)
    assert small.pixels.min() > 0.999
    assert small.alpha is not None
    assert torch.equal(small.alpha, resize(alpha, small.height, small.width))


@pytest.mark.parametrize("task_id", TASKS)
def test_every_option_of_every_task_has_a_control(task_id: str) -> None:
    names = [f.name for f in fields(TASKS[task_id].options)]
    assert set(names) <= SHARED | set(own_options(TASKS[task_id]))
    assert list(form(TASKS[task_id], names)) == names


def test_what_comes_from_outside_is_escaped() -> None:
    progress = Progress()
    progress.step(1, 4, "<b>")
    assert "<b>" not in bar(progress, "<b>").replace("<b></b>", "")
    assert said("<script>") == '<p class="said calm">&lt;script&gt;</p>'


def test_a_card_says_whether_commercial_use_is_allowed() -> None:
    card = model_card(entry("x2-fast"))
    assert "Commercial use: yes" in card
    assert "Bundled" in card
    assert "Fetched from the Hub" in model_card(HUB_ENTRIES[0])


@pytest.mark.parametrize(("seconds", "text"), [(0.012, "12 ms"), (3.21, "3.2 s"), (45.4, "45 s"), (300, "5 min")])
def test_durations_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_image_box_decodes_nothing_and_leaves_no_stub_beside_the_source() -> None:
    assert SafeImage.preprocess(SafeImage.__new__(SafeImage), None) is None
    source = Path(__file__).resolve().parents[2] / "enhancer" / "ui"
    assert not list(source.glob("*.pyi"))


def test_what_only_some_models_can_be_told_is_asked_for_those_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told = replace(entry("x2-fast"), id="told", purpose="denoise", hyperparameters={"planes": 1})
    monkeypatch.setattr("enhancer.ui.controls.CATALOG", (told, *CATALOG))
    monkeypatch.setattr("enhancer.ui.controls.entry", {e.id: e for e in (told, *CATALOG)}.__getitem__)
    deaf = next(e for e in HUB_ENTRIES if e.purpose == "denoise")
    values = {"task": "denoise", "strength": 1.0, "best": False, "denoise.noise": 12}
    monkeypatch.setattr(Controls, "named", {"model": None} | values)
    form_of_the_page = Controls.__new__(Controls)  # without its components, which only a page can hold

    def options(model_id: str) -> dict[str, object]:
        (choice,) = form_of_the_page.read([model_id, *values.values()]).choices
        return choice.options

    assert options("told") == {"model": "told", "strength": 1.0, "best": False, "noise": 12}
    assert options(deaf.id) == {"model": deaf.id, "strength": 1.0, "best": False}
