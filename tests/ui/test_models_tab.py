"""What the Models tab says when a measurement, or the memory of it, is not to be had."""

from pathlib import Path

import gradio as gr
import pytest

from enhancer.engine import Engine
from enhancer.errors import BadOptions, UnknownModel
from enhancer.models.catalog import HUB_ENTRIES, entry
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.ui.controls import Controls
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.handover import HandOver
from enhancer.ui.models_tab import NONE_HERE, NOT_KEPT, ModelsTab
from enhancer.ui.parts import Toolbar
from enhancer.ui.picture_input import PictureInput
from enhancer.ui.recipe_link import RecipeLink
from tests.ui.finished import on_a_page

CATALOG = (entry("x2-fast"), HUB_ENTRIES[0])
SHOWN = ("", ["bundled", "fetched", "on the Hub"], False, "")


def tab(settings: Settings) -> ModelsTab:
    engine = Engine(Store(settings, CATALOG, catalog_only=True), settings)

    def make() -> ModelsTab:
        with gr.Tabs() as tabs, gr.Tab() as room:
            link = RecipeLink(Controls(), Toolbar("enhance", "Enhance", ""))
            hand_over = HandOver(tabs, link, PictureInput("enhance", settings, CROP))
            return ModelsTab(room, engine, CATALOG, hand_over)

    return on_a_page(make)


def last_words(made: ModelsTab) -> str:
    return str(list(made.measure_shown(0, *SHOWN))[-1][made.toolbar.status])


def test_what_is_not_on_this_disk_is_not_measured(tmp_path: Path) -> None:
    made = tab(Settings(device="cpu", cache=tmp_path))
    with pytest.raises(gr.Error) as caught:
        list(made.measure_shown(0, "", ["on the Hub"], False, ""))
    assert caught.value.message == NONE_HERE
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_said_and_the_others_go_on(tmp_path: Path) -> None:
    told = last_words(tab(Settings(device="cpu", weights=tmp_path, cache=tmp_path)))
    assert "0 of 1 measured." in told
    assert "x2-fast.safetensors is missing" in told


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert NOT_KEPT in last_words(tab(Settings(device="cpu", cache=tmp_path / "file")))


def test_a_model_that_is_not_on_the_page_is_refused(tmp_path: Path) -> None:
    made = tab(Settings(device="cpu", cache=tmp_path))
    with pytest.raises(UnknownModel, match="no model 'x9' on this page"):
        made.use(gr.EventData(None, {"model": "x9"}))


def test_an_order_that_there_is_not_is_refused(tmp_path: Path) -> None:
    made = tab(Settings(device="cpu", cache=tmp_path))
    with pytest.raises(BadOptions, match="cannot be sorted by 'beauty'"):
        made.show("", ["bundled"], False, "beauty", None)
