"""A refused picture is known again whatever was done to it, and strangers are not taken for it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from skimage import data as pictures

from enhancer.errors import TrainingError
from enhancer.training.prepare.fingerprint import apart, from_text, luminance, orientations, signs, to_text
from enhancer.training.prepare.read import read_picture
from enhancer.training.prepare.refusals import BUILT_IN, gather, hash_folders, read_refusals, refusal, write_refusals
from enhancer.training.prepare.search import Search
from tests.training.prepare.conftest import as_jpeg, resized, saved

Change = Callable[[np.ndarray], np.ndarray]


def bordered(share: float) -> Change:
    def change(x: np.ndarray) -> np.ndarray:
        height, width = (int(share * side) for side in x.shape[:2])
        return x[height : x.shape[0] - height, width : x.shape[1] - width]

    return change


def pasted(share: float) -> Change:
    def change(x: np.ndarray) -> np.ndarray:
        scene = resized(pictures.rocket(), x.shape[1] / share / 640)
        top, left = (scene.shape[0] - x.shape[0]) // 3, (scene.shape[1] - x.shape[1]) // 2
        scene = scene.copy()
        scene[top : top + x.shape[0], left : left + x.shape[1]] = x
        return scene

    return change


CHANGES: dict[str, Change] = {
    "mirrored": lambda x: x[:, ::-1],
    "upside down": lambda x: x[::-1],
    "turned and re-saved": lambda x: as_jpeg(np.rot90(x), 30),
    "turned the other way and mirrored": lambda x: np.rot90(x, 3)[::-1],
    "a third the size": lambda x: resized(x, 1 / 3),
    "twice the size": lambda x: resized(x, 2),
    "JPEG of quality 10": lambda x: as_jpeg(x, 10),
    "grey": lambda x: x.mean(2, keepdims=True).round().astype(np.uint8).repeat(3, 2),
    "brighter": lambda x: (255 * (x / 255.0) ** 0.7).astype(np.uint8),
    "without a border of 3 %": bordered(0.03),
    "without a border of 10 %, half the size, re-saved": lambda x: as_jpeg(resized(bordered(0.1)(x), 0.5), 50),
    "without its lower right eighth": lambda x: x[: x.shape[0] * 7 // 8, : x.shape[1] * 7 // 8],
    "whole in a larger picture": pasted(0.6),
    "whole in a much larger picture": pasted(0.3),
}


@pytest.fixture(scope="module")
def refused() -> dict[str, np.ndarray]:
    return {"cat": pictures.chelsea(), "cup": pictures.coffee()}


@pytest.fixture(scope="module")
def search(refused: dict[str, np.ndarray]) -> Search:
    return Search([refusal(name, picture) for name, picture in refused.items()])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_refused_picture_is_known_again(change: Change, search: Search, refused: dict[str, np.ndarray]) -> None:
    for name, picture in refused.items():
        match = search(np.ascontiguousarray(change(picture)))
        assert match is not None
        assert match.name == name


def test_strangers_are_let_in(search: Search) -> None:
    for stranger in (pictures.astronaut(), pictures.rocket(), pictures.astronaut()[:200, 200:]):
        assert search(np.ascontiguousarray(stranger)) is None
    assert search(np.full((64, 64, 3), 9, np.uint8)) is None


def test_near_duplicates_lie_far_below_strangers(sharp: np.ndarray) -> None:
    """The limit of 64 signs stands between the two with room on either side."""
    own = signs(luminance(sharp))
    copies = [
        np.rot90(sharp),
        sharp[:, ::-1],
        resized(sharp, 0.25),
        as_jpeg(sharp, 10),
        as_jpeg(resized(sharp, 0.6), 30),
    ]
    others = [pictures.chelsea(), pictures.coffee(), pictures.rocket(), sharp[:256, :256]]
    near, far = (
        apart(own, np.stack([signs(luminance(np.ascontiguousarray(p))) for p in group])) for group in (copies, others)
    )
    assert near.max() < 32
    assert far.min() > 90


def test_hashes_survive_text_and_have_eight_orientations(sharp: np.ndarray) -> None:
    hashed = signs(luminance(sharp))
    assert np.array_equal(from_text(to_text(hashed)), hashed)
    assert len({to_text(h) for h in orientations(hashed)}) == 8
    with pytest.raises(ValueError, match="256 bits"):
        from_text("abcd")


def test_a_list_of_hashes_is_read_as_written(refused: dict[str, np.ndarray], tmp_path: Path) -> None:
    for name, picture in refused.items():
        saved(picture, tmp_path / "held" / f"{name}.png")
    found = hash_folders([tmp_path / "held"])
    write_refusals(tmp_path / "list.json", found)
    again = read_refusals(tmp_path / "list.json")
    assert [(r.name, r.sha256, r.aspect) for r in again] == [(r.name, r.sha256, r.aspect) for r in found]
    assert all(np.array_equal(a.whole, b.whole) for a, b in zip(again, found, strict=True))
    assert len(gather([tmp_path / "list.json"])) == len(gather([tmp_path / "held"])) == len(gather([])) + 2


@pytest.mark.parametrize("text", ["", "[]", '{"version": 9, "pictures": []}', '{"version": 1, "pictures": [{}]}'])
def test_what_is_no_list_of_hashes_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(text)
    with pytest.raises(TrainingError, match="is not a list of hashes"):
        read_refusals(tmp_path / "list.json")


def test_the_built_in_list_holds_hashes_alone() -> None:
    content = json.loads(BUILT_IN.read_text())
    assert len(content["pictures"]) == 80
    assert {frozenset(p) for p in content["pictures"]} == {frozenset({"name", "sha256", "size", "whole", "parts"})}
    assert BUILT_IN.stat().st_size < 100_000


def test_benchmarks_are_refused_also_when_changed(shared: Path) -> None:
    search = Search(gather([]))
    bench = shared / "data" / "bench"
    for name in (
        "Set5/HR/bird.png",
        "Set14/HR/zebra.png",
        "LIVE1/HR/ocean.png",
        "McMaster/HR/5.png",
        "Classic5/HR/3.png",
    ):
        picture = read_picture(bench / name)
        assert search(picture) is not None
        changed = as_jpeg(resized(bordered(0.04)(picture)[:, ::-1], 0.7), 40)
        assert search(changed) is not None, name
    assert search(read_picture(bench / "Set14" / "LR_x4" / "comic.png")) is not None


def test_the_built_in_list_is_that_of_the_benchmarks(shared: Path) -> None:
    made = {r.sha256: to_text(r.whole) for r in hash_folders([shared / "data" / "bench"])}
    assert made == {r.sha256: to_text(r.whole) for r in read_refusals(BUILT_IN)}
