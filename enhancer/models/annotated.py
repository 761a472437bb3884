"""Pictures with the boxes of what they show, as people keep them: one COCO file, or a text file beside each (YOLO)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from enhancer.errors import BadOptions

COCO = ("annotations.json", "_annotations.coco.json", "instances.json")  # names that are looked for in a folder
NAMES = "classes.txt"
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
LONGEST_NAME = 60


@dataclass(frozen=True)
class Truth:
    """What people drew on one picture: `boxes` (N, 4) as left, top, right, bottom in pixels, and `labels` (N,)."""

    boxes: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Annotated:
    """Picture files with the boxes of each, in pixels, labelled by their place in `names`."""

    files: tuple[Path, ...]
    truths: tuple[Truth, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.files)


def read_annotated(place: Path) -> Annotated:
    """What `place` holds: a COCO file, a folder with one, or a folder of pictures with YOLO's text files.

    COCO: `images` with `file_name` beside the file or in `images/`, `annotations` with `bbox` as left, top, width,
    height in pixels, `categories`. YOLO: `classes.txt`, a name a line; for each picture a text file beside it, or in
    `labels/`, whose lines are the number of the class and centre, width and height as fractions of the picture.
    Raises BadOptions for anything else, naming what is wrong.
    """
    if place.is_file():
        return _coco(place)
    file = next((place / name for name in COCO if (place / name).is_file()), None)
    if file is not None:
        return _coco(file)
    if (place / NAMES).is_file():
        return _yolo(place)
    raise BadOptions(f"{place} holds neither {COCO[0]} (COCO) nor {NAMES} beside text files of boxes (YOLO).")


def _coco(file: Path) -> Annotated:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        ids = sorted((int(c["id"]), str(c["name"])) for c in told["categories"])
        places = {number: n for n, (number, _) in enumerate(ids)}
        rows: dict[int, list[tuple[Tensor, int]]] = {int(image["id"]): [] for image in told["images"]}
        for one in told["annotations"]:
            left, top, width, height = map(float, one["bbox"])
            box = torch.tensor([left, top, left + width, top + height])
            rows[int(one["image_id"])].append((box, places[int(one["category_id"])]))
        files = tuple(_inside(file.parent, image) for image in told["images"])
        truths = tuple(_boxes(rows[int(image["id"])], file.name) for image in told["images"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadOptions(f"{file.name} is no COCO file of boxes: {type(error).__name__} {error}.") from error
    return _checked(files, truths, tuple(name for _, name in ids), file.name)


def _inside(folder: Path, image: Mapping[str, Any]) -> Path:
    """The picture of an entry. Raises BadOptions where it is not there, or its name leads out of the folder."""
    name = str(image["file_name"])
    for found in (folder / name, folder / "images" / name):
        if found.is_file() and found.resolve().is_relative_to(folder.resolve()):
            return found
    raise BadOptions(f"The picture {name} is not in {folder}.")


def _yolo(folder: Path) -> Annotated:
    names = tuple(line.strip() for line in (folder / NAMES).read_text(encoding="utf-8").splitlines() if line.strip())
    inner = folder / "images" if (folder / "images").is_dir() else folder
    files = tuple(sorted(p for p in inner.iterdir() if p.suffix.lower() in SUFFIXES))
    return _checked(files, tuple(_lines(file, folder) for file in files), names, folder.name)


def _lines(file: Path, folder: Path) -> Truth:
    """The boxes of one picture; without a text file it shows nothing."""
    beside = next((t for t in _texts(file, folder) if t.is_file()), None)
    if beside is None:
        return _boxes([], file.name)
    with Image.open(file) as image:
        size = torch.tensor(image.size).float()
    rows = []
    for line in beside.read_text().splitlines():
        try:
            label, *numbers = line.split()
            centre, extent = torch.tensor([float(n) for n in numbers]).view(2, 2)
            rows.append((torch.cat([(centre - extent / 2) * size, (centre + extent / 2) * size]), int(label)))
        except (ValueError, RuntimeError) as error:
            raise BadOptions(f"{beside.name} has a line that is no box of YOLO: {line!r}.") from error
    return _boxes(rows, beside.name)


def _texts(file: Path, folder: Path) -> tuple[Path, Path]:
    return file.with_suffix(".txt"), folder / "labels" / f"{file.stem}.txt"


def _boxes(rows: list[tuple[Tensor, int]], name: str) -> Truth:
    boxes = torch.stack([box for box, _ in rows]) if rows else torch.zeros(0, 4)
    if not bool(torch.isfinite(boxes).all()) or not bool((boxes[:, 2:] > boxes[:, :2]).all()):
        raise BadOptions(f"{name} has a box without width or height.")
    return Truth(boxes, torch.tensor([label for _, label in rows], dtype=torch.long))


def _checked(files: tuple[Path, ...], truths: tuple[Truth, ...], names: tuple[str, ...], told: str) -> Annotated:
    if not files or not names:
        raise BadOptions(f"{told} names no picture, or no class.")
    if not all(0 < len(name) <= LONGEST_NAME for name in names):
        raise BadOptions(f"{told} has a class whose name is empty or longer than {LONGEST_NAME} letters.")
    if any(len(t) and not 0 <= int(t.labels.min()) <= int(t.labels.max()) < len(names) for t in truths):
        raise BadOptions(f"{told} has a box of a class that has no name.")
    return Annotated(files, truths, names)
