"""The tiles as lossless files, and the manifest that says where each comes from."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from enhancer.errors import BadPicture, TrainingError
from enhancer.training.prepare.choose import Choice
from enhancer.training.prepare.files import write_atomic
from enhancer.training.prepare.fingerprint import Bytes, digest
from enhancer.training.prepare.plan import Plan
from enhancer.training.prepare.read import read_picture, shrunken
from enhancer.training.prepare.survey import Survey, Tile, cut

OURS = re.compile(r"--[0-9a-f]{8}--\d+\.(webp|png)$|^\..*\.partial$")
# Effort 4 of 6: on photographs 1 % larger than 6, in a third of the time. Quality is the effort of lossless WebP.
ENCODERS: Mapping[str, dict[str, Any]] = {
    "webp": {"lossless": True, "quality": 75, "method": 4, "exact": True},
    "png": {},
}
COLUMNS = (
    "file",
    "sha256",
    "source",
    "left",
    "top",
    "tile",
    "shrink",
    "detail",
    "blur",
    "blocks",
    "noise",
    "white",
    "grey",
)


@dataclass(frozen=True)
class Row:
    """A tile on the disk: file name, sha256 of the file, the picture it was cut from and its place in it."""

    file: str
    sha256: str
    found: Survey
    tile: Tile


def write_tiles(
    choice: Choice, paths: Mapping[str, Path], folder: Path, plan: Plan, seen: Callable[[], None]
) -> list[Row]:
    """Cut every kept tile that is not in `folder` yet, and take out those that are no longer chosen.

    `seen` is called after each picture. Raises TrainingError where the disk does not take one, or a picture changed
    since it was looked at.
    """
    rows: list[Row] = []
    for found, tiles in choice.kept:
        rows += _write_picture(found, tiles, paths[found.name], folder, plan)
        seen()
    chosen = {row.file for row in rows}
    for file in folder.iterdir():
        if file.name not in chosen and OURS.search(file.name):
            file.unlink()
    return rows


def _write_picture(found: Survey, tiles: tuple[Tile, ...], path: Path, folder: Path, plan: Plan) -> list[Row]:
    rows: list[Row] = []
    picture: Bytes | None = None
    for tile in tiles:
        file = folder / _name(found, tile, plan)
        if not _is_there(file, tile):
            picture = _again(found, path, plan) if picture is None else picture
            write_atomic(file, encoded(cut(picture, tile.left, tile.top, plan), plan.format))
        rows.append(Row(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), found, tile))
    return rows


def _name(found: Survey, tile: Tile, plan: Plan) -> str:
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(found.name).stem)[:80]
    return f"{stem}--{found.sha256[:8]}--{found.tiles.index(tile)}.{plan.format}"


def _is_there(file: Path, tile: Tile) -> bool:
    if not file.exists():
        return False
    try:
        return digest(read_picture(file)) == tile.sha256
    except BadPicture:
        return False


def _again(found: Survey, path: Path, plan: Plan) -> Bytes:
    try:
        picture = read_picture(path)
    except BadPicture as error:
        raise TrainingError(f"{path} can no longer be read: {error}; please run the command again.") from error
    if digest(picture) != found.sha256:
        raise TrainingError(f"{path} was changed while it was being prepared; please run the command again.")
    return shrunken(picture, plan.shrink)


def encoded(pixels: Bytes, kind: str) -> bytes:
    """(H, W, 3) uint8 as lossless WebP or PNG."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **ENCODERS[kind])
    return out.getvalue()


def write_manifest(folder: Path, rows: list[Row], choice: Choice, settings: dict[str, Any]) -> None:
    """manifest.json: settings, kept tiles, and what was left out; manifest.csv: the kept tiles alone."""
    tiles = [_record(row, settings) for row in rows]
    left_out = [
        {"source": r.name, "reason": r.reason, "words": r.words}
        | ({"left": r.tile.left, "top": r.tile.top, **asdict(r.tile.figures)} if r.tile else {})
        for r in choice.rejected
    ]
    sources = {s.name: {"sha256_of_pixels": s.sha256, "size": [s.width, s.height]} for s, _ in choice.kept}
    content = {"settings": settings, "tiles": tiles, "left_out": left_out, "sources": sources}
    write_atomic(folder / "manifest.json", (json.dumps(content, indent=1) + "\n").encode())
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(tiles)
    write_atomic(folder / "manifest.csv", table.getvalue().encode(errors="surrogateescape"))


def _record(row: Row, settings: dict[str, Any]) -> dict[str, Any]:
    record = {"file": row.file, "sha256": row.sha256, "source": row.found.name, "left": row.tile.left}
    record |= {"top": row.tile.top, "tile": settings["tile"], "shrink": settings["shrink"]}
    return record | asdict(row.tile.figures) | {"grey": row.found.grey}
