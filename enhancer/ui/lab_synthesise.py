"""The Synthesise tab of the Lab: drawn from a seed, on the way to another, and what is one's own again."""

import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from enhancer.errors import BadOptions, BadPicture
from enhancer.lab.bundled import artist
from enhancer.lab.drawing import HIGHEST_SEED, DrawOptions, drawn, redrawn, sheet
from enhancer.media import save_picture
from enhancer.media.picture import Picture
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.ui.display import data_uri, run_folder
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.lab_words import ABOUT_DRAWN, BESIDE, SEED_HELP, TRUNCATION_HELP
from enhancer.ui.numbers import SafeSlider
from enhancer.ui.parts import LOOK, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import NO_PICTURE, PictureInput, Source, original, read
from enhancer.ui.words import bar, empty, said

BEGIN = "Choose what to draw. Everything here is invented by a network."
SAMPLE, WAY, AGAIN = "sample", "way", "again"
WISHES = [("From a seed", SAMPLE), ("From one to another", WAY), ("Yours again", AGAIN)]
GAN, VAE = "gan", "vae"
NETWORKS = [("GAN, crisp", GAN), ("Autoencoder, soft", VAE)]
OF_DIGITS, OF_TEXTURES = "digits", "textures"
SUBJECTS = [("Digits", OF_DIGITS), ("Textures", OF_TEXTURES)]
DIGITS = [(digit, digit) for digit in "0123456789"]
IN_TURN, SAME = ("All in turn", ""), ("The same one", "")
RECOGNISED, UNSAID = ("As it is recognised", ""), ("Not said", "")
COUNT = 30


class SynthesiseTab:
    """Components and handlers of the tab."""

    def __init__(self, settings: Settings, samples: list[Path]) -> None:
        self.settings = settings
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side", elem_id="synthesise-form"):
                self.wish = gr.Radio(
                    WISHES, value=SAMPLE, show_label=False, container=False, elem_id="draw-wish", elem_classes="joined"
                )
                self._network()
                with gr.Column(visible=False) as self.own:
                    self.entry = PictureInput("again", settings, CROP)
                    self.entry.samples(samples)
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("draw", "Draw", BEGIN)
                gr.HTML(empty("Nothing drawn yet", "Press Draw."), elem_classes="blank")
                self.sheet = gr.HTML(elem_id="draw-sheet")
                self.download = gr.DownloadButton("Download the sheet", size="md", elem_id="draw-download")
        self.toolbar.blank = {self.sheet: "", self.download: None}
        self._wire()

    def _network(self) -> None:
        with gr.Group(elem_classes="options"):
            self.subject = gr.Dropdown(
                SUBJECTS, value=OF_DIGITS, label="What is drawn", filterable=False, elem_id="draw-subject"
            )
            self.model = gr.Dropdown(
                NETWORKS,
                value=GAN,
                label="Network",
                info=ABOUT_DRAWN[GAN, OF_DIGITS],
                filterable=False,
                elem_id="draw-model",
            )
            self.name = gr.Dropdown([IN_TURN, *DIGITS], value="", label="Which", filterable=False, elem_id="draw-name")
            with gr.Row(elem_classes="seeds"):
                self.seed = _seed("Seed", 1, "draw-seed", SEED_HELP)
                self.dice = gr.Button("Another", size="md", scale=0, min_width=90, elem_id="draw-dice")
            with gr.Row(visible=False) as self.end:
                self.to = _seed("Seed at the end", 2, "draw-to", "")
                self.to_name = gr.Dropdown(
                    [SAME, *DIGITS], value="", label="Which at the end", filterable=False, elem_id="draw-to-name"
                )
            self.truncation = SafeSlider(
                0, 1, 1, step=0.05, label="Truncation", info=TRUNCATION_HELP, buttons=[], elem_id="draw-truncation"
            )
            self.count = SafeSlider(10, 100, COUNT, step=10, label="Drawings", buttons=[], elem_id="draw-count")

    def _wire(self) -> None:
        bar, entry = self.toolbar, self.entry
        wishes = [self.wish, self.subject, self.model, self.name]
        wishes += [self.seed, self.to, self.to_name, self.truncation, self.count]
        bar.clears(entry.image, *wishes)
        entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        form = [self.own, self.name, self.to_name, self.end, self.truncation, self.count, self.dice, self.seed]
        for choice in (self.wish, self.subject):
            choice.change(self.wished, [self.wish, self.subject], [*form, self.model], queue=False, **QUIET)
        for choice in (self.model, self.subject):
            choice.change(self.described, [self.model, self.subject], self.model, queue=False, **QUIET)
        self.dice.click(lambda: secrets.randbelow(HIGHEST_SEED), None, self.seed, queue=False, **QUIET)
        run = bar.go.click(
            self.run,
            [entry.image, entry.source, *wishes],
            [*bar.blank, *bar.parts],
            **QUIET,
            **WORK,
        )
        bar.stops(run, saying=bar.stopped, outputs=bar.parts)

    def wished(self, wish: str, subject: str) -> Update:
        """What belongs to this wish."""
        seeded, names = wish != AGAIN, self._names(subject)
        unsaid = IN_TURN if seeded else RECOGNISED if subject == OF_DIGITS else UNSAID
        return {
            self.own: gr.Column(visible=not seeded),
            self.name: gr.Dropdown(choices=[unsaid, *names], value=""),
            self.to_name: gr.Dropdown(choices=[SAME, *names], value=""),
            self.end: gr.Row(visible=wish == WAY),
            self.truncation: gr.Slider(visible=wish == SAMPLE),
            self.count: gr.Slider(visible=seeded),
            self.dice: gr.Button(visible=seeded),
            self.seed: gr.Number(visible=seeded),
            self.model: gr.Dropdown(visible=seeded),
        }

    def described(self, kind: str, subject: str) -> gr.Dropdown:
        """The network in a sentence."""
        return gr.Dropdown(info=ABOUT_DRAWN[kind, subject])

    def _names(self, subject: str) -> list[tuple[str, str]]:
        names = artist(self.settings, f"{GAN}-{subject}").names
        return [(name.capitalize(), name) for name in names]

    def run(
        self,
        image: str | None,
        source: Source | None,
        wish: str,
        subject: str,
        kind: str,
        name: str,
        seed: float | None,
        to: float | None,
        to_name: str,
        truncation: float,
        count: float,
    ) -> Iterator[Update]:
        """Draw what is wished."""
        options: dict[str, object] = {"model": f"{kind}-{subject}", "name": name, "seed": seed, "count": count}
        options |= {"to": to, "to_name": to_name} if wish == WAY else {"truncation": truncation}
        with run_folder() as place:
            drawing = partial(self._drawn, options)
            work = partial(self._again, image, source, subject, name) if wish == AGAIN else drawing
            yield from guarded(self._run(work, BESIDE[subject] if wish == AGAIN else "", place), self.toolbar.failed)

    def _run(self, work: partial[Picture], beside: str, place: Path) -> Steps:
        yield self.toolbar.running()
        picture = yield from follow(work, lambda p: {self.toolbar.status: bar(p, "Drawing")}, quick=True)
        file = place / "drawings.png"
        save_picture(picture, file)
        told = f"<p class='said'>{beside}</p>" if beside else ""
        shown = f"<img class='coarse' src='{data_uri(picture)}' alt='What the network drew'>"
        yield {
            self.sheet: f"<div class='drawings{' again' if beside else ''}'>{shown}</div>{told}",
            self.download: str(file),
            self.toolbar.status: said("Drawn.", "good"),
            **self.toolbar.ready(),
        }

    def _drawn(self, options: dict[str, object], progress: Progress) -> Picture:
        if options["seed"] is None or options.get("to", 0) is None:
            raise BadOptions("Please give a whole number as the seed.")
        parsed = parse(DrawOptions, options)
        return sheet(drawn(artist(self.settings, parsed.model), parsed))

    def _again(self, image: str | None, source: Source | None, subject: str, name: str, progress: Progress) -> Picture:
        if image is None:
            raise BadPicture(NO_PICTURE)
        picture = read(original(image, source), self.settings)
        return sheet(redrawn(picture, name, self.settings, f"{VAE}-{subject}"))


def _seed(label: str, value: int, elem_id: str, info: str) -> gr.Number:
    return gr.Number(
        value, precision=0, minimum=0, maximum=HIGHEST_SEED, label=label, info=info or None, elem_id=elem_id
    )
