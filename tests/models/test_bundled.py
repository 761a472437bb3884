"""The JSON beside a bundled weight file is read strictly, and written so that it reads back as it was."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from enhancer.errors import WeightsRefused, WeightsUnavailable
from enhancer.models.bundled import entry_text, pictures_of, read_entries, read_entry
from enhancer.models.entry import Bundled, Spread
from tests.models.conftest import make_entry

GOOD = make_entry(
    Bundled("tiny.safetensors"), "0" * 64, bytes=12, hyperparameters={"scale": 2}, figures=(("Set5 Y-PSNR", "37 dB"),)
)
TABLE = {"levels": [0.1, 2.0, 7.5], "errors": [0.5, 0.5, 9.0], "rank": 0.8, "ratio": 1.1, "crispness": 0.7}


def written(folder: Path, **changes: object) -> Path:
    file = folder / "tiny.json"
    values = json.loads(entry_text(GOOD)) | changes
    file.write_text(json.dumps({k: v for k, v in values.items() if v is not ...}))
    return file


def test_what_is_usual_is_not_written_down() -> None:
    """Keys that most entries have nothing to say under."""
    assert not {"blind", "twin", "spread", "failures"} & set(json.loads(entry_text(GOOD)))
    marked = replace(GOOD, blind=True, twin="other", failures=("Hair.",))
    assert {"blind", "twin", "failures"} <= set(json.loads(entry_text(marked)))


def test_an_entry_reads_back_as_it_was(tmp_path: Path) -> None:
    assert read_entry(written(tmp_path)) == GOOD
    assert read_entries(tmp_path) == (GOOD,)


def test_failures_read_back_as_they_were(tmp_path: Path) -> None:
    entry = read_entry(written(tmp_path, failures=["Soft hair.", "Small text."]))
    assert entry == replace(GOOD, failures=("Soft hair.", "Small text."))
    (tmp_path / "tiny.json").write_text(entry_text(entry))
    assert read_entry(tmp_path / "tiny.json") == entry


def test_pictures_of_failures_are_those_with_a_caption(tmp_path: Path) -> None:
    good = "tiny.clear-lines.good.png"
    for name in ("tiny.soft-hair.png", "tiny.a-sky.JPG", good, "tiny.safetensors", "tiny.md", "tiny2.text.png"):
        (tmp_path / name).touch()
    assert [p.name for p in pictures_of("tiny", tmp_path)] == ["tiny.a-sky.JPG", "tiny.soft-hair.png"]
    assert [p.name for p in pictures_of("tiny", tmp_path, good=True)] == [good]


def test_a_table_of_the_spread_reads_back_as_it_was(tmp_path: Path) -> None:
    entry = read_entry(written(tmp_path, spread=TABLE))
    assert entry.spread == Spread((0.1, 2.0, 7.5), (0.5, 0.5, 9.0), 0.8, 1.1, 0.7)
    (tmp_path / "tiny.json").write_text(entry_text(entry))
    assert read_entry(tmp_path / "tiny.json") == entry


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": "red"}, "has the unknown key colour"),
        ({"licence": ...}, "lacks licence"),
        ({"bytes": ...}, "lacks bytes"),
        ({"scale": "2"}, "wrong value for scale"),
        ({"scale": True}, "wrong value for scale"),
        ({"commercial": 1}, "wrong value for commercial"),
        ({"purpose": "magic"}, "wrong value for purpose"),
        ({"figures": [["Set5 Y-PSNR", 37.5]]}, "wrong value for figures"),
        ({"figures": ["Set5"]}, "wrong value for figures"),
        ({"failures": "Hair."}, "wrong value for failures"),
        ({"failures": [1]}, "wrong value for failures"),
        ({"blind": "yes"}, "wrong value for blind"),
        ({"spread": None}, "wrong value for spread"),
        ({"spread": TABLE | {"colour": 1.0}}, "wrong value for spread"),
        ({"spread": TABLE | {"rank": "high"}}, "wrong value for spread"),
        ({"spread": TABLE | {"levels": [0.1, 2.0]}}, "wrong value for spread"),
        ({"spread": TABLE | {"levels": [0.1, 2.0, 2.0]}}, "wrong value for spread"),
        ({"spread": TABLE | {"errors": [0.5, 9.0, 0.5]}}, "wrong value for spread"),
        ({"id": "other"}, "names the model 'other'"),
    ],
    ids=str,
)
def test_anything_else_is_refused_by_name(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    with pytest.raises(WeightsRefused, match=reason):
        read_entry(written(tmp_path, **changes))


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'], ids=repr)
def test_a_file_that_is_no_entry_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tiny.json"
    file.write_text(text)
    with pytest.raises(WeightsRefused, match=r"tiny\.json"):
        read_entry(file)


def test_a_missing_folder_is_said_and_an_empty_one_holds_no_models(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="absent with the bundled models is missing"):
        read_entries(tmp_path / "absent")
    assert read_entries(tmp_path) == ()
