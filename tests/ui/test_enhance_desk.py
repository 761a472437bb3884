"""What the Enhance tab answers, without a browser."""

from pathlib import Path

import gradio as gr
import pytest

from enhancer.engine import Engine
from enhancer.media import decode
from enhancer.progress import Progress
from enhancer.ui.crop import cut
from enhancer.ui.enhance_desk import CROP, EnhanceDesk
from enhancer.ui.enhance_tab import enhance_tab
from enhancer.ui.enhance_work import enhance_file
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


def test_a_late_change_does_not_hide_the_result_that_it_led_to(
    cat: Path, hall: Engine, desk: EnhanceDesk, tmp_path: Path
) -> None:
    values = [component.value for component in desk.controls.inputs]
    place = tmp_path / "run"
    place.mkdir()
    done = enhance_file(cat, desk.controls.read(values), hall, place, Progress())
    picture = decode(cat)
    source = Source(cat, picture.width, picture.height, cut(picture, (0.5, 0.5), CROP))
    other = Source(tmp_path / "dog.png", *(source.width, source.height, source.crop))

    def stages(kept: object, seen: Source) -> set[str]:
        updates = list(desk.look_again(kept, seen, frozenset(), *values))  # type: ignore[arg-type]
        assert any(desk.preview in update for update in updates)
        return {update[desk.stage] for update in updates if desk.stage in update}

    assert stages(None, source) == {"Preview"}
    assert stages(done, source) == set()
    assert stages(done, other) == {"Preview"}
