"""The Recognise tab of the Lab: what digit a picture shows, with probabilities that mean what they say."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import gradio as gr

from enhancer.errors import BadPicture
from enhancer.lab.bundled import recogniser
from enhancer.lab.paper import Found, digit_in
from enhancer.media.picture import Picture
from enhancer.models.recogniser import Guess, square
from enhancer.settings import Settings
from enhancer.ui.display import data_uri
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.jobs import Steps, Update, answered, follow, guarded
from enhancer.ui.lab_words import ABOUT_DIGITS, CALIBRATED
from enhancer.ui.parts import LOOK, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import NO_PICTURE, PictureInput, Source, original, read
from enhancer.ui.words import bar, empty, said

BEGIN = "Choose a picture of one digit, written or printed."
SURE, UNSURE = 0.9, 0.6  # from which an answer is called sure, below which unsure
SEEN = "What the network sees of it, 8 by 8 pixels"


class RecogniseTab:
    """Components and handlers of the tab."""

    def __init__(self, settings: Settings, digits: list[Path]) -> None:
        self.settings = settings
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.entry = PictureInput("recognise", settings, CROP)
                self.entry.samples(digits)
                gr.HTML(ABOUT_DIGITS)
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("recognise", "Recognise", BEGIN)
                gr.HTML(empty("No answer yet", "Five guesses appear here, the likeliest first."), elem_classes="blank")
                self.answer = gr.HTML(elem_id="recognise-answer")
        self.toolbar.blank = {self.answer: ""}
        self._wire()

    def _wire(self) -> None:
        entry, bar = self.entry, self.toolbar
        told = [self.answer, *bar.parts]
        taken = entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        asked = [entry.image, entry.source]
        seen = taken.success(self.look, asked, told, trigger_mode="always_last", **QUIET, **LOOK)
        run = bar.go.click(self.run, asked, told, **QUIET, **WORK)
        bar.stops(run, seen, saying=bar.stopped, outputs=bar.parts)

    def look(self, image: str | None, source: Source | None) -> Iterator[Update]:
        """Answer as soon as a picture is there; the answer to the one before goes first."""
        yield self.toolbar.cleared()
        if image is not None:
            yield from answered(self._run(image, source), self.toolbar.failed)

    def run(self, image: str | None, source: Source | None) -> Iterator[Update]:
        """Name the digit on the picture."""
        yield from guarded(self._run(image, source), self.toolbar.failed)

    def _run(self, image: str | None, source: Source | None) -> Steps:
        if image is None:
            raise BadPicture(NO_PICTURE)
        path = original(image, source)
        yield self.toolbar.running()
        found, guesses = yield from follow(
            lambda _: named(path, self.settings),
            lambda p: {self.toolbar.status: bar(p, "Recognising")},
            quick=True,
        )
        yield {
            self.answer: answer(found, guesses),
            self.toolbar.status: said(verdict(guesses), "good" if guesses[0].probability >= SURE else "calm"),
            **self.toolbar.ready(),
        }


def named(path: Path, settings: Settings) -> tuple[Found, tuple[Guess, ...]]:
    """The digit that was found on a picture, and five guesses. Raises BadPicture."""
    found = digit_in(read(path, settings))
    return found, recogniser(settings)(found.pixels)


def verdict(guesses: Sequence[Guess]) -> str:
    """The answer in one sentence."""
    first, second = guesses[:2]
    if first.probability >= SURE:
        return f"This is a {first.name}."
    if first.probability >= UNSURE:
        return f"This is probably a {first.name}, perhaps a {second.name}."
    return f"The network cannot tell: a {first.name}, or a {second.name}?"


def answer(found: Found, guesses: Sequence[Guess]) -> str:
    """The guesses as bars, beside what the network sees."""
    rows = "".join(_row(guess) for guess in guesses)
    turned = "<p class='said'>It was dark on light, and was turned round for the network.</p>" if found.turned else ""
    return (
        f"<div class='answer'><ol class='guesses' title='{escape(CALIBRATED)}'>{rows}</ol>"
        f"<figure><img class='coarse' src='{seen(found)}' alt='{SEEN}'><figcaption>{SEEN}</figcaption></figure></div>"
        f"{turned}<details class='more'><summary>What these figures mean</summary><p>{CALIBRATED}</p></details>"
    )


def seen(found: Found) -> str:
    """What the network sees, as a link that holds it."""
    return data_uri(Picture(square(found.pixels, 8, 1)[0].expand(3, -1, -1)))


def _row(guess: Guess) -> str:
    share = f"{100 * guess.probability:.1f}"
    return (
        f"<li><b>{escape(guess.name)}</b><span class='track'><i style='width:{share}%'></i></span>"
        f"<span class='figure'>{share} %</span></li>"
    )
