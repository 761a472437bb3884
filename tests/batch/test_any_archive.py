"""Any bytes as a ZIP, and any names in one: a sentence or numbered files in their place, never more than the limit."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as any_

from enhancer.batch.archive import unpacked
from enhancer.errors import BadArchive
from enhancer.settings import MIB, Settings
from tests.media.nasty import zipped

SMALL = replace(Settings(), max_batch_files=5, max_batch_bytes=MIB)
EXAMPLES = settings(max_examples=200, deadline=None)
NAMES = any_.one_of(
    any_.text(any_.characters(exclude_categories=("Cs",)), min_size=1, max_size=40),
    any_.lists(any_.sampled_from(("..", ".", "a", "/", "\\", "C:", ".png", "~", "%2e")), min_size=1).map("".join),
).map(lambda name: f"a{name}.png" if name.startswith("\0") else f"{name}.png")  # zipfile itself writes no empty name


def tried(data: bytes) -> None:
    """Unpack it: all that is written lies in its place under a number, and is no more than the limit."""
    with tempfile.TemporaryDirectory() as folder:
        place, file = Path(folder, "place"), Path(folder, "a.zip")
        place.mkdir()
        file.write_bytes(data)
        with suppress(BadArchive):
            for entry in unpacked(file, place, SMALL):
                assert entry.path is None or entry.path.parent == place
        assert {path.name for path in Path(folder).iterdir()} == {"place", "a.zip"}
        lying = list(place.rglob("*"))
        assert all(path.name[:5].isdecimal() for path in lying)
        assert sum(path.stat().st_size for path in lying) <= SMALL.max_batch_bytes


@EXAMPLES
@given(any_.lists(any_.tuples(NAMES, any_.binary(max_size=300)), max_size=7))
def test_any_names(entries: list[tuple[str, bytes]]) -> None:
    tried(zipped(entries))


@EXAMPLES
@given(any_.binary(max_size=400), any_.booleans())
def test_any_bytes(data: bytes, begun: bool) -> None:
    tried((b"PK\x03\x04" if begun else b"") + data)


@EXAMPLES
@given(any_.lists(any_.tuples(any_.integers(0, 10_000), any_.integers(0, 255)), min_size=1, max_size=8))
def test_any_damage(changes: list[tuple[int, int]]) -> None:
    data = bytearray(zipped([("a.png", bytes(900)), ("d/b.png", b"b" * 50)]))
    for at, value in changes:
        data[at % len(data)] = value
    tried(bytes(data))
