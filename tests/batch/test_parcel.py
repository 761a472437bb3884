"""Uploads become a list of files, results and a report one ZIP; nothing lies under a name from outside."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from enhancer.batch.hands import Here
from enhancer.batch.order import Order
from enhancer.batch.parcel import Parcel
from enhancer.batch.row import DONE, FAILED, LEFT
from enhancer.engine import Engine
from enhancer.errors import BadArchive
from enhancer.evidence.recipe_text import from_json
from enhancer.hall import default_engine
from enhancer.media import decode
from enhancer.progress import Progress
from enhancer.settings import MIB, Settings
from enhancer.tasks.chain import Step
from tests.ui.browser import scene

GAMMA = Order((Step("gamma", {"gamma": 1.5}),), embed=True)


@pytest.fixture
def uploads(tmp_path: Path) -> list[Path]:
    place = tmp_path / "uploads"
    place.mkdir()
    for n, name in enumerate(("a.png", "a.bmp", "ünï 日本.jpg")):
        scene(30, 20, n).save(place / name)
    (place / "bad.png").write_text("no picture")
    with zipfile.ZipFile(place / "more.zip", "w") as out:
        for name in ("a.png", "sub/a.png", "sub/b.png"):
            out.writestr(name, (place / "a.png").read_bytes())
    data = bytearray((place / "more.zip").read_bytes())
    data[data.rfind(b"IDAT") + 8] ^= 0xFF  # of sub/b.png
    (place / "more.zip").write_bytes(data)
    return sorted(place.iterdir())


def parcel(tmp_path: Path, settings: Settings | None = None, kind: str | None = None) -> Parcel:
    (tmp_path / "own").mkdir()
    return Parcel(tmp_path / "own", settings or Settings(), kind)


def done(held: Parcel, order: Order = GAMMA, engine: Engine | None = None) -> Parcel:
    hand = Here(order, engine or default_engine())
    while held.waiting:
        file = held.waiting[0]
        held.add(hand.do(file, Progress(), None), file)
    held.finish()
    return held


def report(held: Parcel) -> list[dict[str, str]]:
    with zipfile.ZipFile(held.zip) as out:
        return list(csv.DictReader(io.StringIO(out.read("summary.csv").decode("utf-8-sig"))))


def test_files_and_zips_become_one_zip(tmp_path: Path, uploads: list[Path]) -> None:
    held = parcel(tmp_path, kind="png")
    held.gather(uploads, Progress())
    assert {p.name.split(".")[0] for p in held.folder.rglob("*.*")} == {"00000", "00001", "00002"}
    done(held)
    with zipfile.ZipFile(held.zip) as out:
        found = out.namelist()
        assert out.testzip() is None
        assert decode(out.read("ünï 日本.png")).width == 30
    pictures = ["a-bmp.png", "a.png", "a-png.png", "sub/a.png", "ünï 日本.png"]
    assert sorted(found) == sorted([*pictures, "summary.csv"])
    outcomes = {row["result"]: row["outcome"] for row in report(held)}
    assert outcomes == {**dict.fromkeys(pictures, DONE), "bad.png": FAILED, "sub/b.png": FAILED}
    assert [p.name for p in held.folder.iterdir()] == ["enhanced.zip"]
    held.forget()
    assert not held.folder.exists()


def test_recipes_lie_beside_what_cannot_carry_them(tmp_path: Path, uploads: list[Path]) -> None:
    held = parcel(tmp_path, kind="tiff")
    held.gather(uploads[:1], Progress())
    done(held)
    with zipfile.ZipFile(held.zip) as out:
        assert out.namelist() == ["a.tif", "a.tif.recipe.json", "summary.csv"]
        assert from_json(out.read("a.tif.recipe.json").decode()).steps[0].task == "gamma"


def test_too_many_or_too_large_files_are_refused(tmp_path: Path, uploads: list[Path]) -> None:
    few = parcel(tmp_path, replace(Settings(), max_batch_files=3))
    with pytest.raises(BadArchive, match="These are 4 files, and at most 3") as told:
        few.gather([path for path in uploads if path.suffix != ".zip"], Progress())
    assert told.value.limit == "max_batch_files"
    few.forget()
    small = parcel(tmp_path, replace(Settings(), max_batch_bytes=MIB // 512))
    with pytest.raises(BadArchive, match="MiB in all") as told:
        small.gather(uploads, Progress())
    assert told.value.limit == "max_batch_bytes"


def test_past_the_limit_of_pixels_the_rest_is_left_out(tmp_path: Path, uploads: list[Path]) -> None:
    tight = parcel(tmp_path, replace(Settings(), max_batch_pixels=1))
    tight.gather(uploads[:2], Progress())
    done(tight)
    assert [row.outcome for row in tight.rows] == [DONE, LEFT]
    assert "megapixels in all" in tight.rows[1].problem


def test_what_was_done_before_stop_is_in_the_zip(tmp_path: Path, uploads: list[Path]) -> None:
    held = parcel(tmp_path)
    held.gather(uploads[:2], Progress())
    file = held.waiting[0]
    held.add(Here(GAMMA, default_engine()).do(file, Progress(), None), file)
    held.finish("Stopped before this one.")
    assert [(row["outcome"], row["what went wrong"]) for row in report(held)] == [
        (DONE, ""),
        (LEFT, "Stopped before this one."),
    ]
