"""The README in English and in Chinese: the same chapters, the same commands, the same files and settings named."""

import re

from tests.conftest import ROOT
from tests.test_house import FLOORS

ENGLISH, CHINESE = (ROOT / name for name in ("README.md", "README.zh-CN.md"))
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
REMARK = re.compile(r"\s+# .*$", re.MULTILINE)  # what is said about a command, in the language of the file


def _commands(text: str) -> list[tuple[str, str]]:
    return [(language, REMARK.sub("", block)) for language, block in BLOCK.findall(text)]


def _outside(text: str) -> str:
    return BLOCK.sub("", text)


def test_both_have_the_same_headings_and_tables() -> None:
    for mark in ("# ", "## ", "| ", "!["):
        starts = re.compile(rf"^{re.escape(mark)}", re.MULTILINE)
        counts = [len(starts.findall(_outside(f.read_text("utf-8")))) for f in (ENGLISH, CHINESE)]
        assert counts[0] == counts[1] > 0, mark


def test_both_have_the_same_commands() -> None:
    english, chinese = (_commands(f.read_text("utf-8")) for f in (ENGLISH, CHINESE))
    assert len(english) >= 10
    assert english == chinese


def test_both_name_the_same_settings_and_files() -> None:
    english, chinese = (_outside(f.read_text("utf-8")) for f in (ENGLISH, CHINESE))
    for pattern in (r"ENHANCER_[A-Z_<>]+", r"`/[a-z.]+`", r"enhancer/[\w/.]+", r"docs/\S+?\)"):
        found = set(re.findall(pattern, english))
        assert found, pattern
        assert found - set(re.findall(pattern, chinese)) == set()


def test_both_name_every_room_of_the_house() -> None:
    """As tests/test_house.py lists them, but for the command line's own name."""
    for file in (ENGLISH, CHINESE):
        plan = "".join(
            re.findall(r"^\| (?:\d|apart|annexe|单独|附楼) \|([^|]*)\|", file.read_text("utf-8"), re.MULTILINE)
        )
        named = {name.rstrip("/").removesuffix(".py") for name in re.findall(r"`([^`]+)`", plan)}
        assert named - {"app", "training"} == set(FLOORS) - {"__main__"}, file.name


def test_each_leads_to_the_other() -> None:
    assert f"]({CHINESE.name})" in ENGLISH.read_text("utf-8")
    assert f"]({ENGLISH.name})" in CHINESE.read_text("utf-8")
