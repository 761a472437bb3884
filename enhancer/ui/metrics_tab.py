"""The Metrics tab: candidates measured against a reference, with maps that show where they differ."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from enhancer.errors import BadPicture
from enhancer.metrics import rows_to_csv
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.ui.display import run_folder
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.metrics_work import GAIN, Row, maps, measure_file, table
from enhancer.ui.parts import HOUR, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import read
from enhancer.ui.words import bar, empty, said

BEGIN = "Choose the true picture and what you want to compare with it."
LEGEND = (
    f"Error: the lightest colour stands for 1/{GAIN} of full scale or more. "
    "Structure: dark where it is the same, light where it differs."
)
NOTHING = empty("No figures yet", "PSNR, SSIM and more, with error maps and histograms.")
MAX_CANDIDATES = 12


class MetricsTab:
    """Components and handlers of the tab."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.reference = gr.File(label="Reference: the true picture", height=150, elem_id="metrics-reference")
                self.candidates = gr.File(
                    label="Candidates: one or more", file_count="multiple", height=210, elem_id="metrics-candidates"
                )
                gr.HTML(said("All pictures must have the same size. They are measured as decoded, never re-encoded."))
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("metrics", "Measure", BEGIN)
                self.table = gr.HTML(NOTHING, elem_id="metrics-table")
                with gr.Column(elem_id="metrics-more"):
                    self._maps()
        self.measured = gr.State(None, time_to_live=HOUR)
        self._wire()

    def _maps(self) -> None:
        with gr.Row(elem_classes="toolbar"):
            self.which = gr.Dropdown([], label="Where does it differ?", filterable=False, elem_id="metrics-which")
            self.csv = gr.DownloadButton("Download CSV", size="md", scale=0, min_width=150, elem_id="metrics-csv")
        with gr.Row():
            self.error = self._map("Error", "metrics-error")
            self.structure = self._map("Structure (1 − SSIM)", "metrics-ssim")
        gr.HTML(said(LEGEND))
        self.histograms = gr.HTML(elem_id="metrics-histograms")

    def _map(self, label: str, elem_id: str) -> gr.Image:
        return gr.Image(
            type="filepath",
            format="png",
            interactive=False,
            label=label,
            buttons=["fullscreen", "download"],
            elem_id=elem_id,
            min_width=200,
        )

    def _wire(self) -> None:
        bar = self.toolbar
        drawn = {self.error: None, self.structure: None, self.histograms: ""}
        bar.blank = {self.table: NOTHING, self.which: gr.Dropdown([], value=None), self.csv: None, **drawn}
        bar.blank[self.measured] = None
        bar.clears(self.reference, self.candidates)
        asked, parts = [self.reference, self.candidates], [*bar.blank, *bar.parts]
        run = bar.go.click(self.run, asked, parts, **QUIET, **WORK)
        shown = self.which.input(self.show, [self.measured, self.which], parts, **QUIET, **WORK)
        bar.stops(run, shown, saying=bar.stopped, outputs=bar.parts)

    def run(self, reference: str | None, candidates: list[str] | None) -> Iterator[Update]:
        """Measure every candidate against the reference."""
        with run_folder() as place:
            yield from guarded(self._run(reference, candidates or [], place), self.toolbar.failed)

    def _run(self, reference: str | None, candidates: list[str], place: Path) -> Steps:
        if reference is None or not candidates:
            raise BadPicture("Please choose a reference and at least one candidate.")
        if len(candidates) > MAX_CANDIDATES:
            raise BadPicture(f"At most {MAX_CANDIDATES} candidates are measured at once, not {len(candidates)}.")
        yield self.toolbar.running()
        truth = yield from follow(lambda _: read(Path(reference), self.settings), partial(self._working, "Reading"))
        rows: list[Row] = []
        for done, path in enumerate(map(Path, candidates), start=1):
            what = f"{path.name}, {done} of {len(candidates)}"
            work = partial(measure_file, path, truth, self.settings)
            rows.append((yield from follow(work, partial(self._working, what))))
            yield {self.table: table(rows)}
        measured = [r for r in rows if not r.error]
        if not measured:
            raise BadPicture(rows[0].error)
        yield from self._finished(Path(reference), measured, place)

    def _finished(self, reference: Path, rows: list[Row], place: Path) -> Steps:
        file = place / "metrics.csv"
        file.write_text(rows_to_csv((r.name, r.figures) for r in rows), encoding="utf-8")
        names = [(r.name, str(i)) for i, r in enumerate(rows)]
        yield {
            self.csv: str(file),
            self.measured: (reference, [r.path for r in rows]),
            self.which: gr.Dropdown(choices=names, value="0"),
        }
        yield from self._shown(reference, rows[0].path, place)

    def show(self, measured: tuple[Path, list[Path]] | None, which: str) -> Iterator[Update]:
        """Show the maps of another candidate."""
        with run_folder() as place:
            yield from guarded(self._show(measured, which, place), self.toolbar.failed)

    def _show(self, measured: tuple[Path, list[Path]] | None, which: str, place: Path) -> Steps:
        if measured is None:
            raise BadPicture("These pictures are no longer on the server; please press Measure again.")
        yield from self._shown(measured[0], measured[1][int(which)], place)

    def _shown(self, reference: Path, candidate: Path, place: Path) -> Steps:
        error, structure, charts = yield from follow(
            lambda _: maps(candidate, reference, self.settings, place), partial(self._working, "Drawing the maps")
        )
        views = {self.error: error, self.structure: structure, self.histograms: charts}
        yield {**views, self.toolbar.status: said("Done.", "good"), **self.toolbar.ready()}

    def _working(self, what: str, progress: Progress) -> Update:
        return {self.toolbar.status: bar(progress, what)}
