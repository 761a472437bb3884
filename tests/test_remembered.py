"""What was measured is kept whole, whoever else writes it, and a disk that takes nothing is no matter."""

from pathlib import Path

import pytest

from enhancer.remembered import recall, remember


def test_two_that_write_at_once_do_not_write_into_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, replace = tmp_path / "there" / "file.json", Path.replace

    def after_another(partial: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "replace", replace)
        remember(file, {"theirs": 2})  # another process, between our writing and our renaming
        return replace(partial, target)

    monkeypatch.setattr(Path, "replace", after_another)
    remember(file, {"ours": 1})
    assert recall(file, int) == {"ours": 1}
    assert list(file.parent.iterdir()) == [file]


def test_nothing_is_left_where_it_cannot_be_written(tmp_path: Path) -> None:
    (file := tmp_path / "file.json").mkdir()
    remember(file, {"ours": 1})
    assert list(tmp_path.iterdir()) == [file]
