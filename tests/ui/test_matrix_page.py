"""Rows of the matrix of bad inputs in a real browser: the same sentences on the page, and it goes on."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from enhancer.errors import BadPicture
from enhancer.media import Picture, decode
from enhancer.settings import Settings
from tests.media.make import photo, saved
from tests.media.nasty import scans, zipped
from tests.server.matrix import ROWS
from tests.ui.browser import PATIENCE, Visitor
from tests.ui.conftest import Server
from tests.ui.serve import engine

Visit = Callable[..., Visitor]
FILES = (
    1,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    11,
    12,
    14,
    15,
    16,
    18,
    20,
    22,
    23,
    34,
    41,
    50,
    69,
    30,
    36,
    40,
    46,
    53,
)  # told, then taken
ALONE = {34: scans(3000, 4000)}  # rows of requests, of which this file alone can be given to a page
BEGUN = 3 * PATIENCE  # until the processes are there that read
GOOD = saved(photo(), "PNG")


def told(data: bytes, settings: Settings) -> Picture | str:
    """What the page must say: the picture, or the sentence."""
    try:
        return decode(data, settings)
    except BadPicture as error:
        return str(error)


@pytest.fixture
def files(tmp_path: Path, server: Server) -> Iterator[tuple[int, Path, Picture | str]]:
    """One file of each row with what must be said of it; never the same sentence twice, as it would not be seen."""
    settings, last = engine(server.weights).settings, ""

    def made() -> Iterator[tuple[int, Path, Picture | str]]:
        nonlocal last
        for number in FILES:
            data = (
                ALONE[number] if number in ALONE else next(c for c in ROWS[number].cases if not c.needs).make(tmp_path)
            )
            said = told(data, settings)
            if said != last:
                file = tmp_path / f"{number}.png"  # others never leave the browser
                file.write_bytes(data)
                yield number, file, said
            last = said if isinstance(said, str) else ""

    return made()


def taken(visitor: Visitor, picture: Picture, patience: float = PATIENCE) -> None:
    """The page says what it is, with its notices; it is taken off again."""
    source = visitor.page.locator("#enhance-source")
    expect(source).to_contain_text(f"{picture.width} × {picture.height}", timeout=patience)
    for note in picture.notes:
        expect(source).to_contain_text(note)
    visitor.page.get_by_label("Remove Image").dispatch_event("click")  # large pictures keep it moving
    expect(source).to_have_text("", timeout=PATIENCE)


def test_every_file_of_the_matrix_is_told_or_taken(
    visit: Visit, files: Iterator[tuple[int, Path, Picture | str]], cat: Path
) -> None:
    visitor, seen = visit(), list[int]()
    source = visitor.page.locator("#enhance-source")
    visitor.give("enhance-picture", cat)
    taken(visitor, decode(cat), BEGUN)
    for number, file, said in files:
        visitor.give("enhance-picture", file)
        if isinstance(said, str):
            expect(source).to_contain_text(said, timeout=PATIENCE)
            expect(visitor.page.locator("#enhance-picture img")).to_have_count(0)
        else:
            taken(visitor, said)
        seen.append(number)
    assert len(seen) >= len(FILES) - 2


def archives() -> dict[str, tuple[bytes, str]]:
    """ZIPs by what is wrong with them, with what the page says."""
    locked, forged = (bytearray(zipped([("a.png", GOOD)])) for _ in range(2))
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    struct.pack_into("<I", forged, forged.rfind(b"PK\x01\x02") + 24, 10)
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as out:
        entry = zipfile.ZipInfo("link.png")
        entry.external_attr = 0o120777 << 16
        out.writestr(entry, "/etc/passwd")
    return {
        "65 name": (zipped([("../../evil.png", GOOD)]), "which no ZIP of pictures needs"),
        "65 root": (zipped([("/etc/evil.png", GOOD)]), "'/etc/evil.png', which no ZIP"),
        "65 link": (link.getvalue(), "This ZIP holds a link"),
        "66 bomb": (zipped([("a.png", bytes(2**26))]), "would grow more than 200 times"),
        "66 nested": (zipped([("a.zip", zipped([("a.png", GOOD)]))]), "holds another archive"),
        "66 many": (zipped([(f"{n}.txt", b"") for n in range(20_000)]), "20000 files"),
        "66 locked": (bytes(locked), "locked with a password"),
        "66 forged": (bytes(forged), "1 picture: 1 failed"),
        "65 doubled": (zipped([("a.png", GOOD), ("a.png", saved(255 - photo(), "PNG"))]), "2 pictures: 2 done"),
        "67 one bad": (
            zipped([*((f"{n}.png", GOOD) for n in range(49)), ("bad.png", GOOD[:500])]),
            "50 pictures: 49 done, 1",
        ),
    }


def test_rows_65_to_67_in_the_batch(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.page.locator("#enhance-go").wait_for(timeout=PATIENCE)
    visitor.choose("task", "Classical · Gamma")
    visitor.tab("Batch")
    expect(visitor.page.locator("#batch-card")).to_contain_text("Gamma", timeout=PATIENCE)
    for name, (data, said) in archives().items():
        file = tmp_path / f"{name}.zip"
        file.write_bytes(data)
        visitor.give("batch-files", file)
        expect(visitor.page.locator("#batch-files")).to_contain_text(name, timeout=PATIENCE)
        visitor.page.locator("#batch-go").click()
        visitor.says("batch", said)
        expect(visitor.page.locator("#batch-go")).to_be_enabled(timeout=PATIENCE)
        visitor.page.locator("#batch-files").get_by_label("Clear").click()
    with zipfile.ZipFile(visitor.download("batch-zip")) as out:
        assert len(out.namelist()) == 50
        assert "bad.png" in out.read("summary.csv").decode("utf-8-sig")
    assert not list(tmp_path.parent.rglob("evil.png"))
