"""What may never be trained on: a list of hashes of benchmark pictures, made, kept and read."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from enhancer.errors import BadPicture, TrainingError
from enhancer.training.prepare.files import COPIES, listing, write_atomic
from enhancer.training.prepare.fingerprint import Box, Bytes, Plane, digest, from_text, luminance, signs, to_text
from enhancer.training.prepare.read import read_picture

log = logging.getLogger(__name__)

BUILT_IN = Path(__file__).with_name("benchmarks.json")
VERSION = 1
# Nine overlapping quarters: whatever keeps three quarters of either side of a picture holds one of them whole.
PART, PLACES = 0.5, (0.0, 0.25, 0.5)


@dataclass(frozen=True)
class Refusal:
    """A picture known by hashes alone: `sha256` of its pixels, its size, its hash and those of nine parts of it."""

    name: str
    sha256: str
    width: int
    height: int
    whole: Plane
    parts: tuple[Plane, ...]

    @property
    def aspect(self) -> float:
        """Width by height."""
        return self.width / self.height


def refusal(name: str, picture: Bytes) -> Refusal:
    """The hashes of (H, W, 3) uint8."""
    image = luminance(picture)
    height, width = picture.shape[:2]
    parts = tuple(signs(image, box) for box in _boxes(image))
    return Refusal(name, digest(picture), width, height, signs(image), parts)


def _boxes(image: Image.Image) -> Iterable[Box]:
    for top in PLACES:
        for left in PLACES:
            width, height = image.size
            yield left * width, top * height, (left + PART) * width, (top + PART) * height


def hash_folders(folders: Sequence[Path]) -> list[Refusal]:
    """The hashes of every picture in folders and the folders in them. Raises TrainingError where there is none.

    Raises BadPicture, with its name, for a picture that cannot be read, for it could not be refused.
    """
    found = [refusal(entry.name, _read(entry.path)) for entry in listing(folders, skips=COPIES).entries]
    return sorted(found, key=lambda r: r.name)


def _read(file: Path) -> Bytes:
    try:
        return read_picture(file)
    except BadPicture as error:
        raise BadPicture(f"{file} cannot be told from others: {error}") from error


def write_refusals(file: Path, refusals: Sequence[Refusal]) -> None:
    """Write a list of hashes. Raises TrainingError where it cannot be written."""
    pictures = [
        {
            "name": r.name,
            "sha256": r.sha256,
            "size": [r.width, r.height],
            "whole": to_text(r.whole),
            "parts": [to_text(p) for p in r.parts],
        }
        for r in refusals
    ]
    lines = ",\n".join(json.dumps(p) for p in pictures)
    write_atomic(file, f'{{"version": {VERSION}, "pictures": [\n{lines}\n]}}\n'.encode())
    log.info("the hashes of %d pictures were written to %s", len(refusals), file)


def read_refusals(file: Path) -> list[Refusal]:
    """Read a list of hashes. Raises TrainingError where it is none."""
    try:
        content = json.loads(file.read_text("utf-8"))
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']}")
        return [_read_one(entry) for entry in content["pictures"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{file} is not a list of hashes ({error}); please make one with `hash-folder`,"
            " or name a folder of pictures."
        ) from error


def _read_one(entry: dict[str, object]) -> Refusal:
    size, parts = entry["size"], entry["parts"]
    if not isinstance(size, list) or not isinstance(parts, list) or len(parts) != len(PLACES) ** 2:
        raise ValueError(f"the entry {entry.get('name')} has no size or not nine parts")
    return Refusal(
        name=str(entry["name"]),
        sha256=str(entry["sha256"]),
        width=int(size[0]),
        height=int(size[1]),
        whole=from_text(str(entry["whole"])),
        parts=tuple(from_text(str(p)) for p in parts),
    )


def gather(refuse: Sequence[Path]) -> list[Refusal]:
    """The built-in benchmarks, and what is in further folders of pictures or lists of hashes."""
    lists = [BUILT_IN, *(p for p in refuse if p.is_file())]
    folders = [p for p in refuse if not p.is_file()]
    return [r for file in lists for r in read_refusals(file)] + (hash_folders(folders) if folders else [])
