"""A batch from the command line: bad files among good ones, what is remembered, figures, and any task."""

import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from skimage import data as pictures

from enhancer.batch.one import REPLACED
from enhancer.batch.row import DONE, FAILED, KEPT, Row, from_plain, to_plain
from enhancer.batch.summary import COLUMNS, counted, to_csv
from enhancer.cli import DONE as ALL_DONE
from enhancer.cli import SOME_FAILED, STOPPED, WRONG_USAGE, main
from enhancer.engine import Engine
from enhancer.evidence.recipe_files import beside
from enhancer.hall import enhance
from enhancer.media import embedded_recipe, encode, open_picture
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.trust import consistency
from tests.batch.make import folder_of, results
from tests.media.make import GPS, exif_block
from tests.ui.browser import huge_png, scene

GAMMA = ["--task", "gamma", "--gamma", "1.5"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "in", 4)


def summary(out: Path) -> dict[str, dict[str, object]]:
    return {row["source"]: row for row in json.loads((out / "summary.json").read_text())}


def test_bad_files_among_good_ones_stop_nothing(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source / "a-text.jpg").write_text("no picture")
    (source / "b-empty.png").touch()
    good = (source / "p000.png").read_bytes()
    (source / "c-cut.png").write_bytes(good[: len(good) // 2])
    huge_png(source / "d-huge.png", 20_000, 20_000)
    out = tmp_path / "out"
    assert main(["enhance", str(source), str(out), *GAMMA]) == SOME_FAILED
    printed = capsys.readouterr()
    assert "8 pictures: 4 done, 4 failed." in printed.out
    assert printed.err.count("\n") == 4
    rows = summary(out)
    assert [name for name, row in rows.items() if row["outcome"] == FAILED] == [
        "a-text.jpg",
        "b-empty.png",
        "c-cut.png",
        "d-huge.png",
    ]
    assert "cut off" in str(rows["c-cut.png"]["problem"])
    assert len(results(out)) == 4


def test_finished_files_are_done_again_only_where_something_changed(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["enhance", str(source), str(out), *GAMMA]
    assert main(command) == ALL_DONE

    def outcomes() -> str:
        return capsys.readouterr().out.splitlines()[-1]

    assert outcomes() == "4 pictures: 4 done."
    shutil.copy(source / "p000.png", source / "p002.png")  # another source under the same name
    (out / "sub" / "p001.png").write_bytes(b"spoilt")
    assert main(command) == ALL_DONE
    assert outcomes() == "4 pictures: 2 done, 2 done before."
    assert main([*command[:-1], "2.5"]) == ALL_DONE
    assert outcomes() == "4 pictures: 4 done."
    assert main([*command[:-1], "2.5"]) == ALL_DONE
    assert outcomes() == "4 pictures: 4 done before."


def test_finished_files_are_done_again_where_a_setting_that_results_depend_on_changed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene(48, 36).save(source / "p000.png", exif=exif_block())
    command = ["enhance", str(source), str(tmp_path / "out"), *GAMMA, "--glob", "p000*"]
    found = []
    for settings in (Settings(), Settings(keep_place=0), Settings(keep_place=0)):
        monkeypatch.setattr("enhancer.cli.enhance.default_engine", partial(Engine, Store(settings), settings))
        assert main(command) == ALL_DONE
        with Image.open(tmp_path / "out" / "p000.png") as image:
            found.append((summary(tmp_path / "out")["p000.png"]["outcome"], dict(image.getexif().get_ifd(GPS))))
    assert found == [(DONE, {1: "N"}), (DONE, {}), (KEPT, {})]


def test_another_pattern_replaces_nothing_and_drops_no_line(source: Path, tmp_path: Path) -> None:
    for name, level in (("a.png", 50), ("a.bmp", 150)):
        Image.new("RGB", (8, 8), (level,) * 3).save(source / name)
    out = tmp_path / "out"
    for pattern, names in (("*.png", {"a.png"}), ("*.bmp", {"a.png", "a-bmp.png"})):
        assert main(["enhance", str(source), str(out), *GAMMA, "--glob", pattern]) == ALL_DONE
        assert {file.name for file in out.glob("a*")} == names
    assert open_picture(out / "a.png").pixels.mean() < open_picture(out / "a-bmp.png").pixels.mean()
    told = {name: row["outcome"] for name, row in summary(out).items()}
    assert told == {name: DONE if name == "a.bmp" else KEPT for name in (*told, "a.png", "p000.png", "a.bmp")}
    assert len(told) == 6
    (out / "p000.png").unlink()
    assert main(["enhance", str(source), str(out), *GAMMA, "--glob", "*.bmp"]) == ALL_DONE
    assert set(told) - set(summary(out)) == {"p000.png"}


def test_results_among_their_sources_are_none(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (8, 8)).save(source / "a.bmp")
    (source / "b.bmp").write_bytes((source / "a.bmp").read_bytes())
    original = (source / "p000.png").rename(source / "a.png").read_bytes()
    command = ["enhance", str(source), str(source), *GAMMA, "--glob", "*.bmp"]
    for outcome in (DONE, KEPT):
        assert main(command) == ALL_DONE
        assert f"2 pictures: 2 {outcome}." in capsys.readouterr().out
    assert (source / "a.png").read_bytes() == original
    assert sorted(file.name for file in source.glob("[ab]*")) == ["a-bmp.png", "a.bmp", "a.png", "b.bmp", "b.png"]


def test_two_workers_make_the_same_files_as_one(source: Path, tmp_path: Path) -> None:
    for workers in ("1", "2"):
        out = str(tmp_path / workers)
        command = ["enhance", str(source), out, "--scale", "2", "--model", "x2-fast", "--recipe", "--workers", workers]
        assert main(command) == ALL_DONE
    one, two = results(tmp_path / "1"), results(tmp_path / "2")
    assert len(one) == len(two) == 4
    for a, b in zip(one, two, strict=True):
        assert a.read_bytes() == b.read_bytes()
        assert embedded_recipe(a.read_bytes())
    expected = enhance(open_picture(source / "p000.png"), model="x2-fast", scale=2.0)
    levels = open_picture(tmp_path / "2" / "p000.png").pixels
    assert encode(expected.with_pixels(levels), "png") == encode(expected, "png")


def test_a_file_of_others_is_not_replaced_without_a_word(tmp_path: Path) -> None:
    out, told = tmp_path / "out", []
    out.mkdir()
    shutil.copy(folder_of(tmp_path / "strange", 1) / "p000.png", out / "p000.png")
    for name, level in (("one", 40), ("one", 40), ("two", 90)):
        source = tmp_path / name
        source.mkdir(exist_ok=True)
        Image.new("RGB", (40, 30), (level, 80, 120)).save(source / "p000.png")
        for gamma in ("1.2", "1.4"):
            assert main(["enhance", str(source), str(out), "--task", "gamma", "--gamma", gamma]) == ALL_DONE
            told.append(REPLACED in str(summary(out)["p000.png"]["notes"]))
    assert told == [True, False, False, False, True, False]


def test_no_recipe_outlives_its_result(tmp_path: Path) -> None:
    source, target = tmp_path / "cat.png", tmp_path / "out.webp"
    Image.fromarray(pictures.chelsea()[100:140, 100:150]).save(source)
    assert main(["enhance", str(source), str(target), "--task", "gamma", "--recipe"]) == ALL_DONE
    assert beside(target).is_file()
    assert main(["enhance", str(source), str(target), "--task", "gamma"]) == ALL_DONE
    assert not beside(target).exists()


def test_results_above_their_sources_replace_none_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    year = tmp_path / "album" / "2024"
    (year / "2024").mkdir(parents=True)
    Image.new("RGB", (40, 30), (40, 80, 120)).save(year / "a.png")
    assert main(["enhance", str(year), str(tmp_path / "album"), "--task", "gamma"]) == ALL_DONE
    assert (tmp_path / "album" / "a.png").is_file()
    Image.new("RGB", (40, 30), (90, 80, 120)).save(year / "2024" / "a.png")  # its result would be 2024/a.png
    kept = (year / "a.png").read_bytes()
    assert main(["enhance", str(year), str(tmp_path / "album"), "--task", "gamma"]) == WRONG_USAGE
    assert "would be replaced by the result of" in capsys.readouterr().err
    assert (year / "a.png").read_bytes() == kept


def test_the_consistency_of_a_compressed_result_is_that_of_its_file(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    Image.fromarray(pictures.chelsea()[100:196, 100:228]).save(source / "cat.png")
    ways, told = {"png": [], "jpeg": ["--jpeg-quality", "15"]}, {}
    for kind, more in ways.items():
        command = ["enhance", str(source), str(tmp_path / kind), "--scale", "2", "--model", "x2-fast", "--format", kind]
        assert main([*command, "--self-test", *more]) == ALL_DONE
        told[kind] = summary(tmp_path / kind)["cat.png"]["consistency"]
    file = next((tmp_path / "jpeg").glob("*.jp*g"))
    found = consistency(open_picture(file), open_picture(source / "cat.png")).figure
    assert told["jpeg"] == pytest.approx(found, abs=0.01)
    assert told["jpeg"] < told["png"] - 10


def test_figures_of_every_file(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    Image.fromarray(pictures.chelsea()[100:196, 100:228]).save(source / "cat.png")
    Image.fromarray(pictures.chelsea()[:20, :20]).save(source / "tiny.png")
    command = ["enhance", str(source), str(out), "--scale", "2", "--model", "x2-fast", "--self-test"]
    assert main(command) == ALL_DONE
    row, tiny = summary(out)["cat.png"], summary(out)["tiny.png"]
    assert (row["width"], row["height"], row["result_width"], row["result_height"]) == (128, 96, 256, 192)
    assert (row["models"], row["tasks"]) == ("x2-fast", "upscale")
    assert isinstance(row["consistency"], float)
    assert 20 < row["consistency"] < 100
    assert isinstance(row["gain"], float)
    assert tiny["gain"] is None
    assert "at least" in str(tiny["notes"])
    assert all(len(str(row[name])) == 64 for name in ("recipe", "input", "output"))


def test_auto_chooses_for_each_picture(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["enhance", str(source), str(out), "--auto", "--scale", "1"]) == ALL_DONE
    assert len(results(out)) == 4
    assert main(["enhance", str(source), str(out), "--auto", "--scale", "1"]) == ALL_DONE
    assert "4 done before" in capsys.readouterr().out


def test_formats_of_results_and_recipes_beside_them(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["enhance", str(source), str(out), *GAMMA, "--format", "tiff", "--recipe", "--glob", "p*"]) == ALL_DONE
    names = sorted(p.relative_to(out).as_posix() for p in out.rglob("p*"))
    assert names[:2] == ["p000.tif", "p000.tif.recipe.json"]
    assert len(names) == 8


@pytest.mark.parametrize("spoil", [Path.unlink, lambda file: file.write_bytes(b"{\xff}")], ids=["gone", "changed"])
def test_a_recipe_that_lay_beside_a_result_is_made_again(
    spoil: Callable[[Path], object], source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["enhance", str(source), str(out), *GAMMA, "--format", "webp", "--recipe"]
    assert main(command) == ALL_DONE
    recipe = out / "p000.webp.recipe.json"
    before = recipe.read_bytes()
    spoil(recipe)
    assert main(command) == ALL_DONE
    assert "4 pictures: 1 done, 3 done before." in capsys.readouterr().out
    assert recipe.read_bytes() == before


@pytest.mark.parametrize("words", [["--workers", "2"], ["--glob", "*.jpg"], ["--format", "png"]])
def test_options_for_folders_need_a_folder(source: Path, tmp_path: Path, words: list[str]) -> None:
    target = tmp_path / "out.png"
    assert main(["enhance", str(source / "p000.png"), str(target), *GAMMA, *words]) == WRONG_USAGE
    assert not target.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--scale", "2", "--width", "50"], "one target size"),
        (["--model", "x9-nope"], "no model 'x9-nope'"),
        (["--task", "denoise", "--model", "x2-fast"], "enlarges by 2"),
    ],
)
def test_what_no_picture_can_be_done_with_is_told_once(
    words: list[str], told: str, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["enhance", str(source), str(out), *words]) == WRONG_USAGE
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count(told), printed.err.count("\n")) == ("", 1, 1)
    assert not out.exists()


def test_a_setting_that_cannot_be_is_told_before_any_worker_begins(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENHANCER_DEVICE", "foo")
    assert main(["enhance", str(source), str(tmp_path / "out"), *GAMMA, "--workers", "2"]) == WRONG_USAGE
    assert "is no device" in capsys.readouterr().err


def test_no_worker_at_all_is_wrong_usage(source: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["enhance", str(source), str(tmp_path / "out"), "--workers", "0"])


def test_a_name_that_is_no_text(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsencode(source) + b"/bad\xff.png"
    shutil.copy(os.fsencode(source / "p000.png"), name)
    assert main(["enhance", str(source), str(tmp_path / "out"), *GAMMA]) == ALL_DONE
    assert "bad\\udcff.png" in capsys.readouterr().out
    assert Path(os.fsdecode(os.fsencode(tmp_path) + b"/out/bad\xff.png")).is_file()


def test_a_spreadsheet_gets_no_formula_and_every_letter() -> None:
    rows = [Row("=1+1.png", "ü.png", DONE, gain=-1.5, consistency=float("inf"), notes=("one.", "two."))]
    (read,) = csv.DictReader(io.StringIO(to_csv(rows).decode("utf-8-sig")))
    assert read["file"] == "'=1+1.png"
    assert read["result"] == "ü.png"
    assert read["self-test gain (dB)"] == "-1.5"
    assert read["consistency (dB)"] == "inf"
    assert read["notes"] == "one. two."
    assert list(read) == list(COLUMNS)


def test_rows_survive_json_and_are_counted() -> None:
    row = Row("a", "a.png", KEPT, gain=float("-inf"), consistency=40.0)
    assert from_plain(json.loads(json.dumps(to_plain(row)))) == row
    assert counted([row, row, Row("b", "b", FAILED)]) == "3 pictures: 2 done before, 1 failed."
    assert counted([row]) == "1 picture: 1 done before."


def test_ctrl_c_is_an_exit_code(monkeypatch: pytest.MonkeyPatch, source: Path, tmp_path: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("enhancer.cli.enhance.of_folder", interrupted)
    assert main(["enhance", str(source), str(tmp_path / "out")]) == STOPPED
