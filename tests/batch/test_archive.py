"""ZIPs from anybody: what is dangerous is refused in a sentence before it is unpacked, and never fills the disk."""

import io
import random
import struct
import time
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from enhancer.batch.archive import is_zip, unpacked
from enhancer.errors import BadArchive
from enhancer.settings import MIB, Settings
from tests.ui.browser import scene

SMALL = replace(Settings(), max_batch_files=5, max_batch_bytes=2 * MIB)


def png(seed: int = 0) -> bytes:
    out = io.BytesIO()
    scene(20, 16, seed).save(out, "PNG")
    return out.getvalue()


def packed(file: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as out:
        warnings.simplefilter("ignore")  # of two equal names
        for name, data in entries:
            out.writestr(name, data)
    return file


def names(file: Path, place: Path, settings: Settings = SMALL) -> list[str]:
    place.mkdir(exist_ok=True)
    return [entry.name for entry in unpacked(file, place, settings)]


def refused(file: Path, place: Path, text: str, settings: Settings = SMALL) -> BadArchive:
    """The ZIP is refused at once, with this text in one or two sentences, and nothing was written."""
    began = time.process_time()
    with pytest.raises(BadArchive, match=text) as told:
        names(file, place, settings)
    assert time.process_time() - began < 2
    assert list(place.iterdir()) == []
    assert str(told.value).endswith(".")
    return told.value


def test_pictures_lie_under_our_numbers_and_keep_their_names(tmp_path: Path) -> None:
    entries: Sequence[tuple[str, bytes]] = [
        ("2024/ünï 日本.png", png(1)),
        ("2024/", b""),
        ("b.JPG", png(2)),
        ("b.JPG", png(3)),
        ("__MACOSX/._b.jpg", b"side file"),
        ("notes.txt", b"text"),
        ("win\\c.png", png(4)),
    ]
    file, place = packed(tmp_path / "a.zip", *entries), tmp_path / "place"
    place.mkdir()
    found = list(unpacked(file, place, SMALL))
    assert [entry.name for entry in found] == ["2024/ünï 日本.png", "b.JPG", "b.JPG", "win/c.png"]
    lying = ["00000.png", "00001.jpg", "00002.jpg", "00003.png"]
    assert [entry.path for entry in found] == [place / name for name in lying]
    assert found[2].path is not None
    assert found[2].path.read_bytes() == png(3)


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "/abs.png", "a/../../evil.png", "..\\evil.png", "C:\\evil.png", "c:evil.png", "..", "a\x1b[2J.png"],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    file = packed(tmp_path / "a.zip", ("good.png", png()), (name, png()))
    refused(file, tmp_path / "place", "which no ZIP of pictures needs")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["a.zip"]


def test_an_entry_without_a_name_is_left_out(tmp_path: Path) -> None:
    """`zipfile.ZipInfo.is_dir` fails on it."""
    file = packed(tmp_path / "a.zip", ("good.png", png()), ("b", b"text"))
    data = file.read_bytes()
    at = data.rindex(b"PK\x01\x02")
    nameless = data[: at + 28] + b"\0\0" + data[at + 30 : at + 46] + data[at + 47 :]
    end = nameless.rindex(b"PK\x05\x06")
    (length,) = struct.unpack_from("<I", nameless, end + 12)
    file.write_bytes(nameless[: end + 12] + struct.pack("<I", length - 1) + nameless[end + 16 :])
    assert "" in zipfile.ZipFile(file).namelist()
    assert names(file, tmp_path / "place") == ["good.png"]


def test_links_archives_and_locks_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    refused(packed(tmp_path / "a.zip", (link, b"/etc/passwd")), tmp_path / "place", "holds a link")
    refused(packed(tmp_path / "b.zip", ("in/More.ZIP", b"PK")), tmp_path / "place", "another archive")
    data = bytearray(packed(tmp_path / "c.zip", ("a.png", png())).read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "c.zip").write_bytes(data)
    refused(tmp_path / "c.zip", tmp_path / "place", "password")
    lzma = packed(tmp_path / "d.zip", ("a.png", png()), method=zipfile.ZIP_LZMA)
    refused(lzma, tmp_path / "place", "an ordinary ZIP")


def test_limits_are_told_by_their_settings(tmp_path: Path) -> None:
    many = packed(tmp_path / "a.zip", *((f"{n}.png", png()) for n in range(6)))
    assert refused(many, tmp_path / "place", "holds 6 files, and at most 5").limit == "max_batch_files"
    noise = random.Random(0).randbytes(MIB)
    large = packed(tmp_path / "b.zip", *((f"{n}.png", noise) for n in range(3)))
    assert refused(large, tmp_path / "place", "3 MiB in all, and at most 2").limit == "max_batch_bytes"
    bomb = packed(tmp_path / "c.zip", ("a.png", bytes(64 * MIB)))
    assert bomb.stat().st_size < 100_000
    assert refused(bomb, tmp_path / "place", "grow more than 200 times").limit == "max_zip_ratio"
    refused(packed(tmp_path / "d.zip", ("notes.txt", b"text")), tmp_path / "place", "no picture")


def test_a_long_list_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", *((f"{n}.txt", b"") for n in range(20_000)))
    refused(file, tmp_path / "place", "20000 files")
    lying = bytearray(file.read_bytes())  # few entries by its own word, and a long list all the same
    struct.pack_into("<HH", lying, len(lying) - 14, 1, 1)
    file.write_bytes(lying)
    refused(file, tmp_path / "place", "files")
    small = packed(tmp_path / "b.zip", ("a.png", png())).read_bytes()
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    (tmp_path / "b.zip").write_bytes(small[:-22] + locator + small[-22:])
    refused(tmp_path / "b.zip", tmp_path / "place", "more than 4 GB")


def test_a_size_that_is_a_lie_unpacks_no_more_than_it_says(tmp_path: Path) -> None:
    file, place = packed(tmp_path / "a.zip", ("a.png", bytes(32 * MIB)), ("b.png", png())), tmp_path / "place"
    data = bytearray(file.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.find(mark) + at, 1000)
    file.write_bytes(data)
    place.mkdir()
    lie, good = unpacked(file, place, SMALL)
    assert lie.path is None
    assert good.path is not None
    assert good.path.read_bytes() == png()
    assert sum(p.stat().st_size for p in place.iterdir()) <= 1000 + len(png())


def test_a_damaged_entry_stops_no_other(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", ("a.png", png(1)), ("b.png", png(2)), method=zipfile.ZIP_STORED)
    data = bytearray(file.read_bytes())
    data[data.find(b"IDAT") + 8] ^= 0xFF
    file.write_bytes(data)
    place = tmp_path / "place"
    place.mkdir()
    assert [entry.path for entry in unpacked(file, place, SMALL)] == [None, place / "00001.png"]


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x05\x06", b"PK\x03\x04" + bytes(200), b"PK\x05\x06" + bytes(18)])
def test_what_only_begins_as_a_zip(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert is_zip(tmp_path / "a.zip")
    refused(tmp_path / "a.zip", tmp_path / "place", "damaged|no picture")


def test_any_damage_ends_in_a_sentence_or_in_pictures(tmp_path: Path) -> None:
    """A thousand ZIPs with a few bytes changed: no other error, and never more than the limit on the disk."""
    file, chance = packed(tmp_path / "a.zip", *((f"d/{n}.png", png(n)) for n in range(3))), random.Random(1)
    whole, outcomes = file.read_bytes(), set[str]()
    for round_ in range(1000):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(data[: chance.choice((len(data), chance.randrange(4, len(data))))])
        place = tmp_path / f"place{round_}"
        place.mkdir()
        try:
            outcomes |= {"whole" if entry.path else "damaged" for entry in unpacked(file, place, SMALL)}
        except BadArchive:
            outcomes.add("refused")
        assert sum(p.stat().st_size for p in place.iterdir()) <= SMALL.max_batch_bytes
    assert outcomes == {"whole", "damaged", "refused"}
