"""The first look at every picture: its hashes, whether it is refused, the figures of its tiles; kept in a journal."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enhancer.errors import BadPicture, TrainingError
from enhancer.training.prepare.files import Entry, unwritable
from enhancer.training.prepare.fingerprint import Bytes, digest, luminance, signs, to_text
from enhancer.training.prepare.measure import Figures, measure
from enhancer.training.prepare.plan import Plan
from enhancer.training.prepare.read import read_picture, shrunken
from enhancer.training.prepare.search import Search


@dataclass(frozen=True)
class Tile:
    """A square of a shrunken picture: its place in pixels, the `digest` of its pixels and its figures."""

    left: int
    top: int
    sha256: str
    figures: Figures


@dataclass(frozen=True)
class Survey:
    """What one file holds. `problem` says why it could not be read, `benchmark` which refused picture it is.

    `width` and `height` are those of the file, upright; `sha256` and `hashed` describe its pixels before shrinking.
    """

    name: str
    problem: str | None = None
    benchmark: str | None = None
    agreement: float = 0.0
    width: int = 0
    height: int = 0
    sha256: str = ""
    hashed: str = ""
    grey: bool = False
    tiles: tuple[Tile, ...] = ()

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


def survey(entry: Entry, plan: Plan, search: Search) -> Survey:
    """Look at one file; whatever is wrong with it stands in the result."""
    try:
        picture = read_picture(entry.path)
    except BadPicture as error:
        return Survey(entry.name, problem=str(error))
    height, width = picture.shape[:2]
    small = shrunken(picture, plan.shrink)
    spots = list(places(small.shape[1], small.shape[0], plan))
    match = search(picture) if spots else search.exact(picture)
    return Survey(
        name=entry.name,
        benchmark=match.name if match else None,
        agreement=match.agreement if match else 0.0,
        width=width,
        height=height,
        sha256=digest(picture),
        hashed=to_text(signs(luminance(picture))),
        grey=bool((picture[..., :1] == picture).all()),
        tiles=() if match else tuple(_tile(small, left, top, plan) for left, top in spots),
    )


def places(width: int, height: int, plan: Plan) -> Iterator[tuple[int, int]]:
    """Left and top of the tiles, in rows, as many as fit, in the middle of the picture."""
    pitch = plan.tile - plan.overlap
    counts = [max(0, (side - plan.tile) // pitch + 1) for side in (width, height)]
    left, top = ((side - (n - 1) * pitch - plan.tile) // 2 for side, n in zip((width, height), counts, strict=True))
    yield from ((left + x * pitch, top + y * pitch) for y in range(counts[1]) for x in range(counts[0]))


def cut(picture: Bytes, left: int, top: int, plan: Plan) -> Bytes:
    """The tile of a shrunken picture at this place. Shape: (tile, tile, 3)."""
    return np.ascontiguousarray(picture[top : top + plan.tile, left : left + plan.tile])


def _tile(picture: Bytes, left: int, top: int, plan: Plan) -> Tile:
    pixels = cut(picture, left, top, plan)
    return Tile(left, top, digest(pixels), measure(pixels, plan.shrink))


class Journal:
    """The surveys made so far, a line each, so that a stopped run goes on. A line that was cut off is made again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, Survey] = {}
        whole = file.read_bytes().rpartition(b"\n")[0].decode() if file.exists() else ""
        try:
            for content in map(json.loads, whole.splitlines()):
                self._known[content["key"]] = _from_json(content["survey"])
        except (ValueError, KeyError, TypeError) as error:
            raise TrainingError(f"{file} is damaged ({error}); please delete it and run the command again.") from error
        self._rewrite(whole + "\n" if whole else "")

    def _rewrite(self, text: str) -> None:
        """Take off a last line that was cut off, or the next one would be joined to it."""
        try:
            self._file.write_text(text, "utf-8")
        except OSError as error:
            raise unwritable(self._file, error) from error

    def get(self, entry: Entry) -> Survey | None:
        """The survey of this file, if it is known and the file is as it was."""
        return self._known.get(_key(entry))

    def add(self, entry: Entry, found: Survey) -> None:
        """Keep a survey. Raises TrainingError where the disk does not take it."""
        try:
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"key": _key(entry), "survey": asdict(found)}) + "\n")
        except OSError as error:
            raise unwritable(self._file, error) from error


def _key(entry: Entry) -> str:
    """Name, size and time of a file, in one word."""
    try:
        state = entry.path.stat()
    except OSError:
        return f"{entry.name}: gone"
    text = f"{entry.name}:{entry.path}:{state.st_size}:{state.st_mtime_ns}:{state.st_mode}"
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def _from_json(content: dict[str, Any]) -> Survey:
    tiles = tuple(Tile(**{**t, "figures": Figures(**t["figures"])}) for t in content.pop("tiles"))
    return Survey(**content, tiles=tiles)
