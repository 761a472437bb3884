"""What the Enhance tab answers, without a browser."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from enhancer.engine import Engine
from enhancer.media import decode
from enhancer.models.catalog import entry
from enhancer.progress import Progress
from enhancer.ui.crop import cut
from enhancer.ui.enhance_desk import CROP, EnhanceDesk
from enhancer.ui.enhance_tab import enhance_tab
from enhancer.ui.enhance_work import Finished, enhance_file
from enhancer.ui.jobs import Steps, Update
from enhancer.ui.picture_input import Source
from tests.ui.finished import on_a_page


@pytest.fixture
def desk(hall: Engine) -> EnhanceDesk:
    def lay_out() -> EnhanceDesk:
        page = gr.context.Context.root_block
        assert page is not None
        enhance_tab(page, hall, [])
        answers = [function.fn for function in page.fns.values() if function.name == "look_again"]
        found = answers[0].__self__  # type: ignore[union-attr]
        assert isinstance(found, EnhanceDesk)
        return found

    return on_a_page(lay_out)


def filled(desk: EnhanceDesk, **values: Any) -> list[Any]:
    """What the form holds at first, but for these."""
    named = {component: values.get(name, component.value) for name, component in desk.controls.named.items()}
    return [named.get(component, component.value) for component in desk.controls.inputs]


def source_of(file: Path) -> Source:
    picture = decode(file)
    return Source(file, picture.width, picture.height, cut(picture, (0.5, 0.5), CROP))


@pytest.fixture
def tiny(cat: Path) -> Path:
    Image.open(cat).crop((0, 0, 24, 16)).save(cat)
    return cat


@pytest.mark.parametrize(
    ("scale", "model"), [(2.0, "photo-x2"), (2.5, "photo-x4-faithful"), (4.0, "photo-x4-faithful")]
)
def test_automatic_previews_and_enlarges_at_every_factor(
    tiny: Path, desk: EnhanceDesk, scale: float, model: str
) -> None:
    values, source = filled(desk, scale=scale), source_of(tiny)
    *_, looked = desk.look(source, frozenset(), *values)
    assert entry(model).title in looked[desk.controls.card]
    assert looked[desk.controls.crispness].constructor_args == {"visible": bool(entry(model).twin)}
    *_, ran = desk.run(str(tiny), "png", False, source, None, frozenset(), *values)
    done = ran[desk.kept]
    assert (done.size[0], done.model) == (24 * scale, model)


def test_the_slider_of_crispness_follows_the_factor_before_there_is_a_picture(desk: EnhanceDesk) -> None:
    for scale, seen in ((2.0, True), (3.0, False)):
        *_, looked = desk.look(None, frozenset(), *filled(desk, scale=scale))
        assert looked[desk.controls.crispness].constructor_args == {"visible": seen}


def test_a_late_change_does_not_hide_the_result_that_it_led_to(
    cat: Path, hall: Engine, desk: EnhanceDesk, tmp_path: Path
) -> None:
    values = [component.value for component in desk.controls.inputs]
    place = tmp_path / "run"
    place.mkdir()
    done = enhance_file(cat, desk.controls.read(values), hall, place, Progress())
    source = source_of(cat)
    other = Source(tmp_path / "dog.png", *(source.width, source.height, source.crop))

    def stages(kept: object, seen: Source) -> set[str]:
        updates = list(desk.look_again(kept, seen, frozenset(), *values))  # type: ignore[arg-type]
        assert any(desk.preview in update for update in updates)
        return {update[desk.stage] for update in updates if desk.stage in update}

    assert stages(None, source) == {"Preview"}
    assert stages(done, source) == set()
    assert stages(done, other) == {"Preview"}


def ran(desk: EnhanceDesk, file: Path, kept: Finished | None, **values: Any) -> Steps:
    yield from desk.run(str(file), "png", False, source_of(file), kept, frozenset(), *filled(desk, **values))


def test_a_run_that_ends_early_leaves_the_earlier_result(tiny: Path, desk: EnhanceDesk) -> None:
    *_, last = ran(desk, tiny, None)
    first = last[desk.kept]
    held = {desk.result, desk.facts, desk.kept, desk.stage, desk.trust.receipt, desk.trust.proof}
    steps = ran(desk, tiny, first, scale=1.5)
    assert not held & set(next(steps))
    steps.close()  # as Stop does
    failing = ran(desk, tiny, first, size_by="Exact", width=30_000)
    seen = list[Update]()
    with pytest.raises(gr.Error, match="16 times"):
        seen.extend(failing)
    assert not any(held & set(update) for update in seen)
    assert first.kept.load().width == 48
    *_, last = ran(desk, tiny, first, scale=1.5)
    assert last[desk.kept].size == (36, 24)
    with pytest.raises(FileNotFoundError):
        first.kept.load()


def test_the_end_of_a_run_shows_its_result_beside_its_own_picture_alone(
    tiny: Path, desk: EnhanceDesk, tmp_path: Path
) -> None:
    *_, last = ran(desk, tiny, None)
    done, other = last[desk.kept], replace(source_of(tiny), path=tmp_path / "dog.png")
    assert desk.arrived(source_of(tiny), done) == {desk.stage: "Result"}
    for source in (other, None):
        assert list(desk.arrived(source, done)) == [desk.toolbar.status]


def test_what_is_remembered_says_so_with_what_it_took_the_first_time(tiny: Path, desk: EnhanceDesk) -> None:
    *_, first = ran(desk, tiny, None, scale=1.3)
    *_, second = ran(desk, tiny, None, scale=1.3)
    drawn, known = first[desk.kept].took, second[desk.kept].took
    assert not drawn.remembered
    assert "remembered" not in first[desk.toolbar.status]
    assert known.remembered
    assert known.seconds > 0.5 * drawn.seconds
    assert " the first time, and remembered." in second[desk.toolbar.status]
    assert ", remembered" in second[desk.facts]
