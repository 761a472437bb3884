"""Results at an address of fsspec: the same files as in a folder, gone on with, and nothing left here."""

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from enhancer.batch.afar import FOLDER
from enhancer.batch.journal import NAME
from enhancer.cli import DONE, SOME_FAILED, WRONG_USAGE, main
from tests.batch.make import folder_of, results

GAMMA = ["--task", "gamma", "--gamma", "1.5", "--recipe"]
ADDRESS = "memory://bucket/better"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    """A storage in memory, and a cache of our own."""
    monkeypatch.setenv("ENHANCER_CACHE", str(tmp_path / "cache"))
    found = fsspec.filesystem("memory")
    yield found
    found.rm("/", recursive=True)


def made(store: fsspec.AbstractFileSystem) -> dict[str, bytes]:
    return {name.removeprefix("/bucket/better/"): store.cat_file(name) for name in store.find("/bucket/better")}


def test_an_address_holds_what_a_folder_would_and_nothing_stays_here(
    store: fsspec.AbstractFileSystem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, here = folder_of(tmp_path / "in", 4), tmp_path / "here"
    (source / "text.jpg").write_text("no picture")
    for out in (ADDRESS, str(here)):
        assert main(["enhance", str(source), out, *GAMMA, "--format", "webp"]) == SOME_FAILED
    assert f"→ {ADDRESS}/p000.webp" in capsys.readouterr().out
    there = made(store)
    assert there.keys() == {f.relative_to(here).as_posix() for f in here.rglob("[!.]*") if f.is_file()}
    assert sum(name.endswith(".recipe.json") for name in there) == 4
    assert all(there[name] == (here / name).read_bytes() for name in there if "summary" not in name)
    assert len(json.loads(there["summary.json"])) == 5
    (kept,) = (file for file in (tmp_path / "cache" / FOLDER).rglob("*") if file.is_file())
    assert kept.name == NAME


def test_the_same_command_does_what_is_gone_or_changed_there(
    store: fsspec.AbstractFileSystem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = folder_of(tmp_path / "in", 4)
    command = ["enhance", str(source), ADDRESS + "/", *GAMMA]
    assert main(command) == DONE
    before = made(store)
    store.rm("/bucket/better/p000.png")
    store.pipe_file("/bucket/better/p002.png", b"another")
    assert main(command) == DONE
    assert "4 pictures: 2 done, 2 done before." in capsys.readouterr().out
    pictures = {name for name in before if name.endswith(".png")}
    assert {name: made(store)[name] for name in pictures} == {name: before[name] for name in pictures}


def test_another_pattern_drops_no_line_of_the_summary(store: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", 4)
    for pattern in ("p000*", "p001*", "p002*"):
        assert main(["enhance", str(source), ADDRESS, *GAMMA, "--glob", pattern]) == DONE
        if pattern == "p001*":
            store.rm("/bucket/better/p000.png")
    rows = json.loads(made(store)["summary.json"])
    assert [(row["source"], row["outcome"]) for row in rows] == [("p002.png", "done"), ("sub/p001.png", "done before")]


@pytest.mark.parametrize("scheme", ["file://", "local://"])
def test_an_address_of_this_machine_is_a_folder_like_any_other(
    scheme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = folder_of(tmp_path / "in", 2)
    before = [file.read_bytes() for file in results(source)]
    assert main(["enhance", str(source), f"{scheme}{source}/", *GAMMA]) == WRONG_USAGE
    assert "would be replaced by its result" in capsys.readouterr().err
    assert [file.read_bytes() for file in results(source)] == before
    for _ in range(2):  # results inside the folder are no sources
        assert main(["enhance", str(source), f"{scheme}{source}/out", *GAMMA]) == DONE
    assert "2 pictures: 2 done before." in capsys.readouterr().out
    assert [file.relative_to(source / "out").as_posix() for file in results(source / "out")] == [
        "p000.png",
        "sub/p001.png",
    ]
    assert main(["enhance", str(source / "p000.png"), f"{scheme}{tmp_path}/one.png", *GAMMA]) == DONE
    assert (tmp_path / "one.png").read_bytes() == (source / "out" / "p000.png").read_bytes()


def test_a_recipe_that_lay_beside_a_result_is_sent_again(
    store: fsspec.AbstractFileSystem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["enhance", str(folder_of(tmp_path / "in", 2)), ADDRESS, *GAMMA, "--format", "webp"]
    assert main(command) == DONE
    before = made(store)
    store.rm("/bucket/better/p000.webp.recipe.json")
    for told in ("1 done, 1 done before", "2 done before"):
        assert main(command) == DONE
        assert f"2 pictures: {told}." in capsys.readouterr().out
    assert made(store).keys() == before.keys()


def test_where_nothing_can_be_written_the_batch_ends_with_a_sentence(
    store: fsspec.AbstractFileSystem,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = folder_of(tmp_path / "in", 3)
    assert main(["enhance", str(source), "nothing://x/y", *GAMMA]) == WRONG_USAGE
    assert "Nothing can be written to nothing://x/y" in capsys.readouterr().err
    assert main(["enhance", str(source / "p000.png"), ADDRESS, *GAMMA]) == WRONG_USAGE
    assert "addresses are for folders" in capsys.readouterr().err

    def closed(*words: object) -> None:
        raise RuntimeError("access denied")

    monkeypatch.setattr(type(store), "put_file", closed)
    assert main(["enhance", str(source), ADDRESS, *GAMMA]) == SOME_FAILED
    said = capsys.readouterr()
    assert f"{ADDRESS} takes no files (access denied)" in said.err
    assert "3 pictures: 1 failed, 2 not begun." in said.out
    assert results(tmp_path / "cache") == []
