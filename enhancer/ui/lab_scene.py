"""The Medical and Satellite tabs of the Lab: one file each, enlarged with its tags, its units and its evidence."""

from functools import partial
from pathlib import Path

import gradio as gr
from gradio.processing_utils import save_file_to_cache

from enhancer.errors import BadPicture
from enhancer.lanes.lane import MEDICAL, SATELLITE, Lane
from enhancer.lanes.wish import Wish
from enhancer.settings import MIB, Settings
from enhancer.ui.display import run_folder
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.parts import QUIET, WORK, Toolbar, before_after
from enhancer.ui.words import bar, empty, said

FACTORS = ("2", "3", "4")
WHERE = "Where is it guessing?"
GUESSING = "Writes the error to expect at every pixel into a second file; takes eight times as long."
MIDDLE = "The middle of the first layer, before and after."
BLANK = "Before and after stand here, one over the other."


BEGIN = {
    MEDICAL.name: "Choose a DICOM file. Its tags, bits, units and place in the patient are kept.",
    SATELLITE.name: "Choose a GeoTIFF. All of its bands, its tags and its place on Earth are kept.",
}


class SceneTab:
    """Components and handlers of one of the tabs."""

    def __init__(self, lane: Lane, settings: Settings) -> None:
        self.lane, self.settings, name = lane, settings, lane.name
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.file = gr.File(label=lane.file, file_count="single", height=180, elem_id=f"{name}-file")
                gr.HTML(_limits(settings), elem_id=f"{name}-limits")
                with gr.Group(elem_classes="options"):
                    self.factor = gr.Dropdown(
                        FACTORS, value=FACTORS[0], label="Factor", filterable=False, elem_id=f"{name}-factor"
                    )
                    self.doubt = gr.Checkbox(True, label=WHERE, info=GUESSING, elem_id=f"{name}-doubt")
                gr.HTML(said(lane.notice), elem_id=f"{name}-notice")
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar(name, "Enlarge", BEGIN[name])
                gr.HTML(empty("No scene yet", BLANK), elem_classes="blank")
                self.pair = before_after(f"{name}-result")
                self.facts = gr.HTML(elem_id=f"{name}-facts")
                with gr.Row(elem_classes="take-scene"):
                    self.errors = gr.DownloadButton("Errors", size="md", elem_id=f"{name}-errors")
                    self.download = gr.DownloadButton("Download", variant="primary", elem_id=f"{name}-download")
        self.toolbar.blank = {self.pair: None, self.facts: "", self.errors: None, self.download: None}
        asked, outputs = [self.file, self.factor, self.doubt], [*self.toolbar.blank, *self.toolbar.parts]
        run = self.toolbar.go.click(self.run, asked, outputs, **QUIET, **WORK)
        self.toolbar.stops(run, saying=self.toolbar.stopped, outputs=self.toolbar.parts)
        self.toolbar.clears(*asked)

    def run(self, upload: str | None, factor: str, doubt: bool) -> Steps:
        """Enlarge the file; reading, drawing and writing are done in a process apart."""
        yield from guarded(self._run(upload, Wish(int(factor), uncertainty=doubt)), self.toolbar.failed)

    def _run(self, upload: str | None, wish: Wish) -> Steps:
        from enhancer.lanes.apart import Asked, enhance_apart
        from enhancer.lanes.told import told

        if upload is None:
            raise BadPicture("Please choose a file first.")
        yield {**self.toolbar.blank, **self.toolbar.running()}
        source = Path(upload)
        with run_folder(source.parent) as place:
            target = place / f"{source.stem}-x{wish.scale}{self.lane.suffix}"
            work = partial(enhance_apart, Asked(self.lane, source, target, wish), self.settings)
            shown = yield from follow(work, lambda p: {self.toolbar.status: bar(p, "Enlarging", "%")})
            made, kept = shown.made, {"errors": self._served(shown.made.errors), "file": self._served(shown.made.file)}
            pair = tuple(self._served(file) for file in shown.pair)
        words = [MIDDLE, *told(made, wish), self.lane.notice]
        update: Update = {self.pair: pair, self.facts: "".join(said(line) for line in words)}
        yield update | {self.errors: kept["errors"], self.download: kept["file"]} | self.toolbar.ready()
        width, height = made.size
        yield {self.toolbar.status: said(f"Done: {width} × {height} pixels.", "good")}

    def _served(self, file: Path | None) -> str | None:
        return None if file is None else str(save_file_to_cache(file, self.download.GRADIO_CACHE))


def _limits(settings: Settings) -> str:
    size, pixels = settings.max_scene_bytes / MIB, settings.max_scene_pixels / 1e6
    return said(f"At most {size:g} MiB, and {pixels:g} million pixels in all bands or frames.")
