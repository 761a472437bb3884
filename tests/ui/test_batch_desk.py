"""What the Batch tab does with files, without a browser."""

import tempfile
import time
import zipfile
from pathlib import Path

import gradio as gr
import pytest

from enhancer import workplace
from enhancer.batch.order import Order
from enhancer.batch.parcel import Parcel
from enhancer.engine import Engine
from enhancer.settings import Settings
from enhancer.tasks.chain import Step
from enhancer.ui.batch_desk import AS_SENT, BatchDesk
from enhancer.ui.batch_tab import BatchTab
from enhancer.ui.controls import Controls
from enhancer.ui.enhance_tab import enhance_tab
from enhancer.workplace import Workplace
from tests.ui.finished import on_a_page

PICTURES = 3


@pytest.fixture
def desk(hall: Engine) -> BatchDesk:
    def lay_out() -> BatchDesk:
        page = gr.context.Context.root_block
        assert page is not None
        with gr.Tabs() as tabs, gr.Tab() as room:
            enhance_tab(page, hall, [])
            controls = next(f.fn.__self__.controls for f in page.fns.values() if f.name == "look_again")  # type: ignore
            assert isinstance(controls, Controls)
            return BatchTab(room, tabs, hall, controls).desk

    return on_a_page(lay_out)


def test_a_batch_that_lasts_longer_than_files_are_kept_keeps_those_that_wait(
    cat: Path, desk: BatchDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Workplace(tmp_path / "work", Settings(files_seconds=100), clock=lambda: time.time() + 3600)
    uploads = [place.folder / "page" / name / file for name, file in (("one", "many.zip"), ("two", "cat.png"))]
    for upload in uploads:
        upload.parent.mkdir(parents=True)
    with zipfile.ZipFile(uploads[0], "w") as several:
        for number in range(PICTURES):
            several.write(cat, f"{number}.png")
    uploads[1].write_bytes(cat.read_bytes())
    monkeypatch.setattr(workplace, "_here", place)
    monkeypatch.setattr(tempfile, "tempdir", str(place.folder))
    order = Order((Step("gamma", {"gamma": 1.2}),))
    kept: Parcel | None = None
    for update in desk._run([str(upload) for upload in uploads], order, AS_SENT, None):
        kept = update.get(desk.kept, kept)
        place.sweep()
    assert kept is not None
    assert [row.there for row in kept.rows] == [True] * (PICTURES + 1), [row.problem for row in kept.rows]
    place.sweep()
    assert not any(path.is_file() for path in place.folder.rglob("*")), "what has ended is swept in its time"
