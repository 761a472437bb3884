"""Names of results: sub-folders kept, never two in one place, never that of a source."""

from pathlib import Path

import pytest

from enhancer.batch.places import SUFFIXES, alike, made, of_file, of_folder
from enhancer.cli.parser import WRITTEN
from enhancer.errors import BadOptions
from enhancer.media import FORMATS


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def test_sub_folders_and_names_are_kept(tmp_path: Path) -> None:
    touch(tmp_path / "in", "b.jpg", "sub/deep/a.tif", "notes.txt", "._b.jpg", "sub/ünï 日本.PNG")
    found = of_folder(tmp_path / "in", tmp_path / "out")
    assert [f.made for f in found] == ["b.jpg", "sub/deep/a.tif", "sub/ünï 日本.PNG"]
    assert [f.target for f in found] == [tmp_path / "out" / f.name for f in found]
    assert {f.bytes for f in found} == {1}


@pytest.mark.parametrize(
    ("names", "kind", "expected"),
    [
        (["a.jpg", "a.png"], None, ["a.jpg", "a.png"]),
        (["a.bmp", "a.png"], None, ["a-bmp.png", "a.png"]),
        (["a.gif", "a.bmp"], None, ["a.png", "a-bmp.png"]),
        (["a.jpg", "a.png"], "png", ["a-jpg.png", "a.png"]),
        (["a.JPG", "a.jpg"], None, ["a.JPG", "a-jpg.jpg"]),
        (["a.png", "A.png", "a-png.png"], None, ["a.png", "A-png.png", "a-png-png.png"]),
        (["ü.png", "u\u0308.png"], None, ["ü.png", "u\u0308-png.png"]),
        (["s/a.heic", "a.heic"], "jpeg", ["s/a.jpg", "a.jpg"]),
        (["a.jpeg"], "jpeg", ["a.jpeg"]),
        (["a.b.jpg"], "tiff", ["a.b.tif"]),
    ],
)
def test_no_two_results_share_a_place(names: list[str], kind: str | None, expected: list[str]) -> None:
    found = made(names, kind)
    assert found == expected
    assert len({alike(name) for name in found}) == len(names)


def test_a_mark_stands_before_the_suffix() -> None:
    assert made(["s/a.b.jpg", "a.bmp"], mark="-x2") == ["s/a.b-x2.jpg", "a-x2.png"]


def test_a_pattern_chooses(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "a.png", "2024/b.jpg", "2025/c.jpg")
    out = tmp_path / "out"
    assert [f.name for f in of_folder(tmp_path, out, "*.jpg")] == ["2024/b.jpg", "2025/c.jpg", "a.jpg"]
    assert [f.name for f in of_folder(tmp_path, out, "2024/*")] == ["2024/b.jpg"]
    with pytest.raises(FileNotFoundError, match=r"no picture that matches \*\.tif"):
        of_folder(tmp_path, out, "*.tif")
    for pattern in ("../*", "/etc/*", "a/../../*", ""):
        with pytest.raises(BadOptions, match="within the folder"):
            of_folder(tmp_path, out, pattern)


def test_results_are_no_sources(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "out/a.jpg")
    assert [f.name for f in of_folder(tmp_path, tmp_path / "out")] == ["a.jpg"]
    with pytest.raises(BadOptions, match="would be replaced"):
        of_folder(tmp_path, tmp_path)
    with pytest.raises(BadOptions, match="would be replaced"):
        of_file(tmp_path / "a.jpg", tmp_path)
    with pytest.raises(NotADirectoryError):
        of_folder(tmp_path, tmp_path / "a.jpg")


def test_names_are_those_of_all_pictures_whatever_the_pattern(tmp_path: Path) -> None:
    touch(tmp_path / "in", "a.bmp", "a.png", "b.bmp")
    found = of_folder(tmp_path / "in", tmp_path / "out", "*.bmp")
    assert [(f.name, f.made) for f in found] == [("a.bmp", "a-bmp.png"), ("b.bmp", "b.png")]
    results = {tmp_path / "in" / "a.png"}
    among = of_folder(tmp_path / "in", tmp_path / "in", "*.bmp", None, results)
    assert [f.made for f in among] == ["a.png", "b.png"]


def test_the_parser_knows_every_format_that_is_written() -> None:
    assert tuple(f.id for f in FORMATS if f.writable) == WRITTEN
    assert {".heic", ".png", ".jpg"} <= SUFFIXES
