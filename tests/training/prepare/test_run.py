"""Pictures in, tiles with manifest and report out: the same every time, from wherever it was stopped."""

import argparse
import csv
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from enhancer.errors import BadOptions, TrainingError
from enhancer.training.prepare import add_command, prepare, refusals
from enhancer.training.prepare.choose import Choice
from enhancer.training.prepare.files import Entry
from enhancer.training.prepare.read import read_picture
from enhancer.training.prepare.survey import Survey, survey
from tests.training.prepare.conftest import SMALL, TILE, as_jpeg, resized, saved


@pytest.fixture(scope="module", autouse=True)
def built_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty list in place of the benchmarks, whose search takes a second a picture and has tests of its own."""
    empty = tmp_path_factory.mktemp("list") / "empty.json"
    empty.write_text('{"version": 1, "pictures": []}')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refusals, "BUILT_IN", empty)
        yield refusals.BUILT_IN


def everything(folder: Path) -> dict[str, bytes]:
    files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return {name: data for name, data in files.items() if name != "journal.jsonl"}  # its times are those of the files


@pytest.fixture(scope="module")
def prepared(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Choice]:
    out = tmp_path_factory.mktemp("out") / "tiles of mine"
    return out, prepare([mixed], out, SMALL)


def test_each_bad_picture_is_left_out_for_its_own_reason(prepared: tuple[Path, Choice], mixed: Path) -> None:
    whole = {r.name.removeprefix(f"{mixed.name}/"): r for r in prepared[1].rejected if r.tile is None}
    reasons = {name: r.reason for name, r in whole.items()}
    assert reasons == {
        "cut.jpg": "unreadable",
        "good.png": "duplicate",
        "mirrored.jpg": "alike",
        "thin.png": "small",
        "grainy.png": "noisy",
    }
    assert "deeper/same.bmp" in whole["good.png"].words
    assert "of 255 signs differ" in whole["mirrored.jpg"].words
    assert "6" in whole["grainy.png"].words


def test_bad_tiles_are_left_out_with_their_figure(prepared: tuple[Path, Choice]) -> None:
    tiles = {(Path(r.name).stem, r.reason) for r in prepared[1].rejected if r.tile}
    assert {("blurred", "blurred"), ("blocky", "blocky"), ("flat", "flat")} <= tiles
    assert {Path(s.name).name for s, _ in prepared[1].kept} == {"same.bmp"}
    assert all(any(c.isdigit() for c in r.words) for r in prepared[1].rejected if r.tile)


def test_tiles_are_the_pixels_the_manifest_says(prepared: tuple[Path, Choice], mixed: Path) -> None:
    out = prepared[0]
    with (out / "manifest.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert sorted(r["file"] for r in rows) == sorted(p.name for p in (out / "tiles").iterdir())
    for row in rows:
        file = out / "tiles" / row["file"]
        top, left = int(row["top"]), int(row["left"])
        source = read_picture(mixed.parent / row["source"])
        assert np.array_equal(np.asarray(Image.open(file)), source[top : top + TILE, left : left + TILE])
        assert hashlib.sha256(file.read_bytes()).hexdigest() == row["sha256"]
    manifest = json.loads((out / "manifest.json").read_text())
    assert [t["file"] for t in manifest["tiles"]] == [r["file"] for r in rows]
    assert manifest["settings"]["tile"] == TILE
    assert len(manifest["left_out"]) == len(prepared[1].rejected)


def test_the_report_names_every_picture_and_shows_two_sheets(prepared: tuple[Path, Choice]) -> None:
    page = (prepared[0] / "report.html").read_text()
    for rejection in prepared[1].rejected:
        assert rejection.name in page
    for sheet in ("kept.jpg", "rejected.jpg"):
        assert f"src='{sheet}'" in page
        assert np.asarray(Image.open(prepared[0] / sheet)).std() > 10
    assert "1 other files" in page


def test_names_cannot_break_the_report(sharp: np.ndarray, tmp_path: Path) -> None:
    saved(sharp[:50], tmp_path / "in" / "<b>&'.png")
    saved(sharp, tmp_path / "in" / "straße 東京.png")
    prepare([tmp_path / "in"], tmp_path / "out", SMALL)
    assert "&lt;b&gt;&amp;" in (tmp_path / "out" / "report.html").read_text()


def test_the_same_again_gives_the_same(prepared: tuple[Path, Choice], mixed: Path, tmp_path: Path) -> None:
    first = everything(prepared[0])
    prepare([mixed], prepared[0], SMALL)
    assert everything(prepared[0]) == first
    prepare([mixed], tmp_path / "two", SMALL, processes=2)
    assert everything(tmp_path / "two") == first


@pytest.mark.parametrize("stop", [1, 4, 8])
def test_a_stopped_run_goes_on(
    stop: int, prepared: tuple[Path, Choice], mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def until(last: int) -> Callable[..., Survey]:
        def look(entry: Entry, **how: Any) -> Survey:
            if len(looked) == last:
                raise KeyboardInterrupt
            looked.append(entry.name)
            return survey(entry, **how)

        return look

    monkeypatch.setattr("enhancer.training.prepare.run.survey", until(stop))
    with pytest.raises(KeyboardInterrupt):
        prepare([mixed], tmp_path / "out", SMALL)
    with (tmp_path / "out" / "journal.jsonl").open("a") as journal:
        journal.write('{"key": "cut off in the mid')
    monkeypatch.setattr("enhancer.training.prepare.run.survey", until(99))
    prepare([mixed], tmp_path / "out", SMALL)
    assert everything(tmp_path / "out") == everything(prepared[0])
    assert len(looked) == len(set(looked)) == 9  # none is looked at twice


def test_a_damaged_tile_is_made_again_and_what_is_gone_goes(
    prepared: tuple[Path, Choice], mixed: Path, sharp: np.ndarray, tmp_path: Path
) -> None:
    shutil.copytree(mixed, tmp_path / mixed.name)
    source, out = tmp_path / mixed.name, tmp_path / "out"
    saved(np.ascontiguousarray(resized(sharp[:, 300:], 1.1)), source / "more.png")
    before = {r.tile for r in prepare([source], out, replace(SMALL, blur=0.9)).rejected}
    extra = {p.name for p in (out / "tiles").glob("more--*")}
    assert extra
    assert before
    victim = min((out / "tiles").glob("same--*"))
    victim.write_bytes(victim.read_bytes()[:100])
    (source / "more.png").unlink()
    prepare([source], out, replace(SMALL, blur=0.9))
    assert not extra & {p.name for p in (out / "tiles").iterdir()}
    assert read_picture(victim).shape == (TILE, TILE, 3)


def test_shrink_overlap_and_fewer_tiles(sharp: np.ndarray, tmp_path: Path) -> None:
    saved(sharp, tmp_path / "in" / "a.png")
    plan = replace(SMALL, shrink=0.5, overlap=48, per_picture=3, format="webp", blur=0.9)
    choice = prepare([tmp_path / "in"], tmp_path / "out", plan)
    assert len(list((tmp_path / "out" / "tiles").glob("*.webp"))) == 3
    (_, tiles), *_ = choice.kept
    plain = [r.tile.figures.detail for r in choice.rejected if r.reason == "plain" and r.tile]
    assert plain
    assert min(t.figures.detail for t in tiles) >= max(plain)


def test_of_pictures_that_are_alike_the_good_one_stays_and_not_the_largest(sharp: np.ndarray, tmp_path: Path) -> None:
    saved(sharp, tmp_path / "in" / "original.png")
    saved(as_jpeg(resized(sharp, 2), 15), tmp_path / "in" / "enlarged.png")
    saved(resized(sharp, 0.7), tmp_path / "in" / "shrunken.png")
    choice = prepare([tmp_path / "in"], tmp_path / "out", SMALL)
    assert [s.name for s, _ in choice.kept] == ["in/original.png"]
    assert {r.name for r in choice.rejected if r.reason == "alike"} == {"in/enlarged.png", "in/shrunken.png"}


def test_layouts_of_div2k_and_flickr2k(sharp: np.ndarray, tmp_path: Path) -> None:
    root = tmp_path / "DF2K"
    saved(sharp, root / "DIV2K" / "DIV2K_train_HR" / "0001.png")
    saved(resized(sharp, 0.5), root / "DIV2K" / "DIV2K_train_LR_bicubic" / "X2" / "0001x2.png")
    saved(sharp[:200], root / "DIV2K" / "DIV2K_valid_HR" / "0801.png")
    saved(np.ascontiguousarray(sharp[:, :250]), root / "Flickr2K" / "Flickr2K_HR" / "000001.png")
    saved(sharp, root / "Flickr2K" / "Flickr2K_LR_unknown" / "X3" / "000001x3.png")
    saved(sharp, root / ".thumbnails" / "a.png")
    choice = prepare([root], tmp_path / "out", SMALL)
    named = {s.name for s, _ in choice.kept} | {r.name for r in choice.rejected}
    assert named == {"DF2K/DIV2K/DIV2K_train_HR/0001.png", "DF2K/Flickr2K/Flickr2K_HR/000001.png"}
    page = (tmp_path / "out" / "report.html").read_text()
    assert "DIV2K_train_LR_bicubic" in page
    assert "kept for measuring" in page


def test_what_may_not_enter_does_not(sharp: np.ndarray, mixed: Path, tmp_path: Path) -> None:
    saved(np.ascontiguousarray(resized(sharp, 0.8)[::-1]), tmp_path / "held" / "a.png")
    with pytest.raises(TrainingError, match=r"No tile is left.*report\.html"):
        prepare([mixed], tmp_path / "out", SMALL, refuse=[tmp_path / "held"])
    left_out = json.loads((tmp_path / "out" / "manifest.json").read_text())["left_out"]
    refused = {Path(r["source"]).name for r in left_out if r["reason"] == "benchmark"}
    assert refused == {"good.png", "same.bmp", "mirrored.jpg"}


def test_benchmarks_cannot_enter(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "BUILT_IN", Path(refusals.__file__).with_name("benchmarks.json"))
    with pytest.raises(TrainingError, match="No tile is left"):
        prepare([shared / "data" / "bench"], tmp_path / "out", SMALL)
    left_out = json.loads((tmp_path / "out" / "manifest.json").read_text())["left_out"]
    assert {r["reason"] for r in left_out} == {"benchmark"}
    assert len(left_out) == 80


def test_folders_that_do_not_serve_are_refused(mixed: Path, prepared: tuple[Path, Choice], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("")
    cases = [
        ([tmp_path / "empty"], tmp_path / "out", "no picture in"),
        ([tmp_path / "gone"], tmp_path / "out", "is not a folder"),
        ([mixed], tmp_path / "theirs", "holds other files"),
        ([mixed], tmp_path / "file", "cannot be written"),
        ([prepared[0] / "tiles"], prepared[0], "lies in the folder"),
    ]
    for sources, out, words in cases:
        with pytest.raises(TrainingError, match=words):
            prepare(sources, out, SMALL)
    with pytest.raises(TrainingError, match="tile 96, not 128"):
        prepare([mixed], prepared[0], replace(SMALL, tile=128))
    with pytest.raises(TrainingError, match="cannot overlap"):
        prepare([mixed], tmp_path / "out", replace(SMALL, overlap=TILE))
    assert (tmp_path / "theirs" / "letter.txt").read_text() == "dear"


def test_a_folder_that_may_not_be_read_is_named(mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving it out in silence would give other tiles than were asked for."""
    real = os.scandir

    def forbidden(folder: Path) -> Any:
        if Path(folder).name == "deeper":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return real(folder)

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(TrainingError, match="deeper may not be read"):
        prepare([mixed], tmp_path / "out", SMALL)


def test_a_full_disk_is_one_sentence_and_nothing_half_written(
    mixed: Path, prepared: tuple[Path, Choice], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.parent.name == "tiles":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(TrainingError, match="No space left on device"):
        prepare([mixed], tmp_path / "out", SMALL)
    monkeypatch.undo()
    assert not list((tmp_path / "out" / "tiles").iterdir())
    prepare([mixed], tmp_path / "out", SMALL)
    assert everything(tmp_path / "out") == everything(prepared[0])


def test_the_command_line(mixed: Path, sharp: np.ndarray, tmp_path: Path) -> None:
    top = argparse.ArgumentParser()
    add_command(top.add_subparsers())
    saved(sharp, tmp_path / "held" / "a.png")
    a = top.parse_args(["hash-folder", str(tmp_path / "held"), str(tmp_path / "list.json")])
    a.call(a)
    line = ["prepare", str(mixed), str(tmp_path / "out"), "--tile", "96", "--blocks", "9", "--blur", "1"]
    a = top.parse_args([*line, "--refuse", str(tmp_path / "list.json")])
    a.call(a)
    assert not list((tmp_path / "out" / "tiles").glob("same--*"))
    assert list((tmp_path / "out" / "tiles").glob("blocky--*"))
    a = top.parse_args(["prepare", str(mixed), str(tmp_path / "other"), "--tile", "3"])
    with pytest.raises(BadOptions, match="tile must lie between 64 and 2048"):
        a.call(a)
