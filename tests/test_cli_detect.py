"""What a detector finds, on the command line: object by object, and average precision where there are boxes."""

import json
from pathlib import Path

import pytest
from PIL import Image

from enhancer.cli import DONE, SOME_FAILED, WRONG_USAGE, main
from enhancer.media import open_picture
from tests.training.detect.scenes import folder_of_shapes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of_shapes(tmp_path_factory.mktemp("scenes") / "s", 3)


def test_objects_are_told_and_drawn(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = str(folder / "000.png")
    asked = ["detect", picture, "--task", "median", "--radius", "4", "--out", str(tmp_path)]
    assert main(asked) == DONE
    told = capsys.readouterr().out
    assert "Enhancement" in told
    assert "no ground truth" in told
    assert open_picture(tmp_path / "000-before.png").width == open_picture(tmp_path / "000-after.png").width
    assert main([*asked, "--json"]) == DONE
    rows = json.loads(capsys.readouterr().out)
    assert {"picture", "object", "before", "after", "change"} == rows[0].keys()


def test_two_pictures_of_one_name_are_both_drawn(folder: Path, tmp_path: Path) -> None:
    picture, out = folder / "000.png", tmp_path / "out"
    other = tmp_path / "000.bmp"
    Image.open(picture).save(other)
    assert main(["detect", str(picture), str(other), "--task", "gamma", "--out", str(out)]) == DONE
    names = ["000-after.png", "000-before.png", "000-bmp-after.png", "000-bmp-before.png"]
    assert sorted(file.name for file in out.iterdir()) == names


def test_a_picture_after_itself_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = str(folder / "001.png")
    assert main(["detect", picture, "--after", picture]) == DONE
    assert "hardly matters" in capsys.readouterr().out


def test_precision_before_and_after_all_turns_grey(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", "--truths", str(folder), "--task", "contrast", "--factor", "0", "--json"]) == DONE
    (row,) = json.loads(capsys.readouterr().out)
    assert row["pictures"] == 3
    assert row["average precision before"] > row["after"]


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        ([], "Give pictures, or --truths", WRONG_USAGE),
        (["a.png", "b.png", "--after", "c.png"], "single picture", WRONG_USAGE),
        (["a.png", "--after", "b.jpg", "--task", "gamma", "--gamma", "3"], "leave --task", WRONG_USAGE),
        (["a.png", "--after", "b.jpg", "--scale", "3"], "leave --task", WRONG_USAGE),
        (["a.png", "--least", "7"], "least must lie between 0.05 and 1", WRONG_USAGE),
        (["a.png", "--model", "nosuch"], "no model 'nosuch'", WRONG_USAGE),
        (["a.png", "--detector", "cats"], "no detector 'cats'", WRONG_USAGE),
        (["--truths", "/nowhere"], "holds neither", WRONG_USAGE),
        (["no-such.png"], "no-such.png", SOME_FAILED),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str], told: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", *words]) == code
    assert told in capsys.readouterr().err
