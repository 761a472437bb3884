"""The lock fits the ranges, holds no known holes that we know of, and is what the container and the tests install."""

from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.audit import EXCEPTIONS, LOCK, exceptions, judged
from tests.conftest import ROOT

BESIDE_RANGE = {"pillow"}  # newer than gradio's range
INSTALL = "--no-deps -r requirements.lock"


def requirements(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def pinned() -> dict[str, list[Version]]:
    """The versions of each package, one for each range of Pythons."""
    found = defaultdict(list)
    for requirement in requirements("requirements.lock"):
        (pin,) = requirement.specifier
        assert pin.operator == "==", requirement
        found[requirement.name.lower().replace("_", "-")].append(Version(pin.version))
    return dict(found)


def test_every_range_has_a_pin_within_it(pinned: dict[str, list[Version]]) -> None:
    for wanted in requirements("requirements.txt"):
        for version in pinned[wanted.name.lower().replace("_", "-")]:
            assert version in wanted.specifier, wanted


def test_known_holes_are_closed(pinned: dict[str, list[Version]]) -> None:
    """By the note on reliability; the audit asks for newer ones where it can."""
    for name, least in {
        "pillow": "13",
        "gradio": "6.20",
        "starlette": "1.0",
        "torch": "2.10",
        "pillow-heif": "1.3",
    }.items():
        assert min(pinned[name]) >= Version(least), name


def test_the_container_and_the_tests_install_the_lock() -> None:
    for file in ("Dockerfile", "tests/run", "README.md"):
        assert INSTALL in (ROOT / file).read_text(encoding="utf-8"), file
    assert "python -m tests.audit" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_an_exception_has_a_reason() -> None:
    exceptions(EXCEPTIONS.read_text(encoding="utf-8"))
    assert exceptions("# none\nCVE-1 The plugin that it is in is never loaded here.\n").keys() == {"CVE-1"}
    with pytest.raises(ValueError, match="CVE-2"):
        exceptions("CVE-2 later\n")


def test_holes_are_told_and_what_is_unknown_is_not_taken_for_sound() -> None:
    hole = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"]}
    packages = [
        {"name": "a", "version": "2", "vulns": [hole]},
        {"name": "b", "version": "1", "vulns": []},
        {"name": "c", "skip_reason": "not found"},
    ]
    assert judged(packages, {}) == (["a 2: PYSEC-1, mended in 2.1"], 2)
    assert judged(packages, {"CVE-1": "why"}) == ([], 2)
    assert judged(packages[2:], {}) == ([], 0)
    assert LOCK.is_file()
