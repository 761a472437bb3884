"""The Synthesise tab of the Lab: digits drawn from a seed, on the way to another, and a digit of one's own again."""

import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from enhancer.errors import BadOptions, BadPicture
from enhancer.lab.bundled import artist
from enhancer.lab.drawing import CODER, DRAWN, HIGHEST_SEED, DrawOptions, drawn, redrawn, sheet
from enhancer.media import save_picture
from enhancer.media.picture import Picture
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.ui.display import data_uri, run_folder
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.lab_words import ABOUT_GAN, ABOUT_VAE, SEED_HELP, TRUNCATION_HELP
from enhancer.ui.parts import LOOK, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import NO_PICTURE, PictureInput, Source, original, read
from enhancer.ui.words import bar, empty, said

BEGIN = "Choose what to draw. Everything here is invented by a network."
SAMPLE, WAY, AGAIN = "sample", "way", "again"
WISHES = [("From a seed", SAMPLE), ("From one to another", WAY), ("Your digit again", AGAIN)]
NETWORKS = [("GAN, crisp", DRAWN[0]), ("Autoencoder, soft", CODER)]
DIGITS = [(digit, digit) for digit in "0123456789"]
IN_TURN, RECOGNISED, SAME = ("All in turn", ""), ("As it is recognised", ""), ("The same digit", "")
COUNT = 30
BESIDE = "Left what the network sees of your digit, right what it draws from its 12 numbers."


class SynthesiseTab:
    """Components and handlers of the tab."""

    def __init__(self, settings: Settings, digits: list[Path]) -> None:
        self.settings = settings
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side", elem_id="synthesise-form"):
                self.wish = gr.Radio(
                    WISHES, value=SAMPLE, show_label=False, container=False, elem_id="draw-wish", elem_classes="joined"
                )
                self._network()
                with gr.Column(visible=False) as self.own:
                    self.entry = PictureInput("again", settings, CROP)
                    self.entry.samples(digits)
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("draw", "Draw", BEGIN)
                gr.HTML(empty("Nothing drawn yet", "Press Draw."), elem_classes="blank")
                self.sheet = gr.HTML(elem_id="draw-sheet")
                self.download = gr.DownloadButton("Download the sheet", size="md", elem_id="draw-download")
        self._wire()

    def _network(self) -> None:
        with gr.Group(elem_classes="options"):
            self.model = gr.Dropdown(
                NETWORKS, value=DRAWN[0], label="Network", info=ABOUT_GAN, filterable=False, elem_id="draw-model"
            )
            self.name = gr.Dropdown([IN_TURN, *DIGITS], value="", label="Digit", filterable=False, elem_id="draw-name")
            with gr.Row(elem_classes="seeds"):
                self.seed = _seed("Seed", 1, "draw-seed", SEED_HELP)
                self.dice = gr.Button("Another", size="md", scale=0, min_width=90, elem_id="draw-dice")
            with gr.Row(visible=False) as self.end:
                self.to = _seed("Seed at the end", 2, "draw-to", "")
                self.to_name = gr.Dropdown(
                    [SAME, *DIGITS], value="", label="Digit at the end", filterable=False, elem_id="draw-to-name"
                )
            self.truncation = gr.Slider(
                0, 1, 1, step=0.05, label="Truncation", info=TRUNCATION_HELP, buttons=[], elem_id="draw-truncation"
            )
            self.count = gr.Slider(10, 100, COUNT, step=10, label="Drawings", buttons=[], elem_id="draw-count")

    def _wire(self) -> None:
        bar, entry = self.toolbar, self.entry
        form = [self.own, self.name, self.end, self.truncation, self.count, self.dice, self.seed, self.model]
        self.wish.change(self.wished, self.wish, form, queue=False, **QUIET)
        self.model.change(self.described, self.model, self.model, queue=False, **QUIET)
        self.dice.click(lambda: secrets.randbelow(HIGHEST_SEED), None, self.seed, queue=False, **QUIET)
        entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        wishes = [self.wish, self.model, self.name, self.seed, self.to, self.to_name, self.truncation, self.count]
        run = bar.go.click(
            self.run,
            [entry.image, entry.source, *wishes],
            [self.sheet, self.download, *bar.parts],
            **QUIET,
            **WORK,
        )
        bar.stops(run, saying=bar.stopped, outputs=bar.parts)

    def wished(self, wish: str) -> Update:
        """What belongs to this wish."""
        seeded = wish != AGAIN
        return {
            self.own: gr.Column(visible=not seeded),
            self.name: gr.Dropdown(choices=[IN_TURN if seeded else RECOGNISED, *DIGITS], value=""),
            self.end: gr.Row(visible=wish == WAY),
            self.truncation: gr.Slider(visible=wish == SAMPLE),
            self.count: gr.Slider(visible=seeded),
            self.dice: gr.Button(visible=seeded),
            self.seed: gr.Number(visible=seeded),
            self.model: gr.Dropdown(visible=seeded),
        }

    def described(self, model: str) -> gr.Dropdown:
        """The network in a sentence."""
        return gr.Dropdown(info=ABOUT_VAE if model == CODER else ABOUT_GAN)

    def run(
        self,
        image: str | None,
        source: Source | None,
        wish: str,
        model: str,
        name: str,
        seed: float | None,
        to: float | None,
        to_name: str,
        truncation: float,
        count: float,
    ) -> Iterator[Update]:
        """Draw what is wished."""
        options: dict[str, object] = {"model": model, "name": name, "seed": seed, "count": count}
        options |= {"to": to, "to_name": to_name} if wish == WAY else {"truncation": truncation}
        with run_folder() as place:
            work = partial(self._again, image, source, name) if wish == AGAIN else partial(self._drawn, options)
            yield from guarded(self._run(work, wish, place), self.toolbar.failed)

    def _run(self, work: partial[Picture], wish: str, place: Path) -> Steps:
        yield self.toolbar.running()
        picture = yield from follow(work, lambda p: {self.toolbar.status: bar(p, "Drawing")}, quick=True)
        file = place / "drawings.png"
        save_picture(picture, file)
        told = f"<p class='said'>{BESIDE}</p>" if wish == AGAIN else ""
        shown = f"<img class='coarse' src='{data_uri(picture)}' alt='What the network drew'>"
        yield {
            self.sheet: f"<div class='drawings {wish}'>{shown}</div>{told}",
            self.download: str(file),
            self.toolbar.status: said("Drawn.", "good"),
            **self.toolbar.ready(),
        }

    def _drawn(self, options: dict[str, object], progress: Progress) -> Picture:
        if options["seed"] is None or options.get("to", 0) is None:
            raise BadOptions("Please give a whole number as the seed.")
        parsed = parse(DrawOptions, options)
        return sheet(drawn(artist(self.settings, parsed.model), parsed))

    def _again(self, image: str | None, source: Source | None, name: str, progress: Progress) -> Picture:
        if image is None:
            raise BadPicture(NO_PICTURE)
        return sheet(redrawn(read(original(image, source), self.settings), name, self.settings))


def _seed(label: str, value: int, elem_id: str, info: str) -> gr.Number:
    return gr.Number(
        value, precision=0, minimum=0, maximum=HIGHEST_SEED, label=label, info=info or None, elem_id=elem_id
    )
