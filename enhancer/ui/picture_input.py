"""Where a picture enters the page: bytes as they were sent, decoded by `media` and never by a page component."""

import secrets
from abc import ABCMeta
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData

from enhancer.errors import BadPicture
from enhancer.media import decode
from enhancer.media.picture import Picture
from enhancer.settings import Settings
from enhancer.ui.crop import Crop, cut
from enhancer.ui.display import run_folder, save_display
from enhancer.ui.examples import sample_name
from enhancer.ui.jobs import Steps, Update, guarded
from enhancer.ui.words import said, size_of

SHOWN_BY_BROWSERS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif"}
SHOWN_PIXELS = 2_000_000  # of the stand-in for a file that browsers do not show
NO_PICTURE = "Please choose a picture first: drop one, paste one, or take an example."
GONE = "This picture is no longer on the server; please choose it again."


def _path(_image: gr.Image, payload: ImageData | None) -> str | None:
    """The path of the uploaded bytes; that it is an upload was checked before."""
    return None if payload is None else payload.path


# An image input that decodes nothing. Made by hand, because Gradio writes a .pyi file beside every class statement of
# a component; `is_template` keeps the front-end name "image".
SafeImage: type[gr.Image] = ABCMeta.__new__(
    type(gr.Image), "SafeImage", (gr.Image,), {"is_template": True, "preprocess": _path, "__module__": __name__}
)


@dataclass(frozen=True)
class Source:
    """The picture that a visitor chose: its file, its size, what the page shows of it, and the crop that is previewed.

    `facts` is what is said about it, as HTML. `shown` is the name of our stand-in when browsers cannot show the file,
    else None; `shown_width` and `shown_height` are the pixels that a click counts in; `centre` is the looked-at point
    as fractions of width and height.
    """

    path: Path
    width: int
    height: int
    crop: Crop
    facts: str = ""
    centre: tuple[float, float] = (0.5, 0.5)
    shown: str | None = None
    shown_width: int = 0
    shown_height: int = 0


def read(path: Path, settings: Settings) -> Picture:
    """Decode a file. Raises BadPicture when it is not a readable picture, or when the server has cleared it away."""
    if not path.is_file():
        raise BadPicture(GONE)
    return decode(path, settings)


def original(image: str, source: Source | None) -> Path:
    """The uploaded file behind what the image component shows."""
    return source.path if source is not None and is_stand_in(image, source) else Path(image)


def is_stand_in(image: str, source: Source | None) -> bool:
    """Whether the component shows our own picture of a file that browsers cannot show."""
    return source is not None and source.shown is not None and Path(image).name == source.shown


class PictureInput:
    """The picture box of a tab, with the state that remembers what was chosen."""

    def __init__(self, name: str, settings: Settings, crop: tuple[int, int]) -> None:
        self._name, self.settings, self._crop = name, settings, crop
        self.image = SafeImage(
            label="Picture",
            type="filepath",
            image_mode=None,
            sources=["upload", "clipboard", "webcam"],
            height=250,
            buttons=["fullscreen"],
            elem_id=f"{name}-picture",
        )
        self.source = gr.State(None, time_to_live=3600)
        self.resets: Update = {}  # what the tab shows instead of what it said about the picture before
        self.facts = gr.HTML(elem_id=f"{name}-source", elem_classes="hint")

    def samples(self, examples: list[Path]) -> None:
        """Lay out pictures that can be tried with one click."""
        label, elem_id = "Or try one of these", f"{self._name}-samples"
        with gr.Column(elem_classes="samples"):
            gr.Examples([[str(p)] for p in examples], [self.image], label=label, elem_id=elem_id)
            gr.HTML(f"<ul hidden class='sample-names'>{''.join(f'<li>{sample_name(p)}</li>' for p in examples)}</ul>")

    @property
    def outputs(self) -> list[Any]:
        """What `take` may change."""
        return [self.image, self.source, self.facts, *self.resets]

    def take(self, image: str | None, source: Source | None) -> Iterator[Update]:
        """Decode what was chosen once, and remember its size and its middle."""
        with run_folder() as place:
            yield from guarded(self._take(image, source, place), self._refused)

    def _take(self, image: str | None, source: Source | None, place: Path) -> Steps:
        if image is None:
            yield {self.source: None, self.facts: "", **self.resets}
        elif source is not None and original(image, source) == source.path:  # taken before, here or in another tab
            yield {self.source: source, self.facts: source.facts}
        else:
            picture = read(Path(image), self.settings)
            yield {**self._chosen(Path(image), picture, place), **self.resets}

    def _chosen(self, path: Path, picture: Picture, place: Path) -> Update:
        taken = Source(
            path,
            picture.width,
            picture.height,
            cut(picture, (0.5, 0.5), self._crop),
            said(_description(picture)) + "".join(map(said, picture.notes)),
            shown_width=picture.width,
            shown_height=picture.height,
        )
        if path.suffix.lower() in SHOWN_BY_BROWSERS:
            return {self.source: taken, self.facts: taken.facts}
        file, width, height = save_display(picture, place / f"{secrets.token_hex(8)}.png", SHOWN_PIXELS)
        taken = replace(taken, shown=file.name, shown_width=width, shown_height=height)
        return {self.source: taken, self.image: str(file), self.facts: taken.facts}

    def _refused(self, text: str) -> Update:
        return {self.image: None, self.source: None, self.facts: said(text, "bad")}

    def move(self, source: Source | None, event: gr.SelectData) -> Source | None:
        """Look at the point that was clicked."""
        if source is None:
            return None
        return self.looking_at(source, clicked(source, event))

    def looking_at(self, source: Source, centre: tuple[float, float]) -> Source:
        """The same picture with the crop around another point. Raises BadPicture as `read` does."""
        return replace(source, centre=centre, crop=cut(read(source.path, self.settings), centre, self._crop))


def clicked(source: Source, event: gr.SelectData) -> tuple[float, float]:
    """The point of a click as fractions of width and height."""
    return event.index[0] / source.shown_width, event.index[1] / source.shown_height


def _description(picture: Picture) -> str:
    parts = [size_of((picture.width, picture.height))]
    parts += ["16 bits"] * (picture.depth > 8) + ["grey"] * picture.grey
    parts += ["transparent"] * (picture.alpha is not None) + ["colour profile"] * (picture.profile is not None)
    return " · ".join(parts)
