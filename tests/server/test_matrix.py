"""The matrix of bad inputs, row by row, on one running server: the answer it asks for, and a server that goes on."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.server.conftest import Running, running
from tests.server.matrix import BOTH, ROWS
from tests.server.matrix_parts import Case
from tests.server.matrix_requests import MOST
from tests.server.test_refusals import refused
from tests.server.wire import family, resident

LIMITS = {"MAX_PIXELS": 25_000_000, "MAX_SIDE": 16_384, "MAX_BYTES": MOST}  # as the matrix has them
SOON = 2.0  # seconds, for a refusal
TRIES = 3  # on a machine that others use, too
MOST_MEMORY = 2**30  # resident at once, of each process alone, and of all together what they share counted once
MORE = 2**28  # of them all together, than before
WITHIN = 60  # seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The program with copies of the weights that it comes with."""
    place = tmp_path_factory.mktemp("matrix")
    weights = place / "bundled"
    weights.mkdir()
    for file in (ROOT / "weights").glob("x?-fast.*"):
        shutil.copy(file, weights)
    yield from running(place, {**LIMITS, "WEIGHTS": str(weights)})


@pytest.fixture(scope="module")
def line(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=WITHIN) as found:
        yield found


def forget_peak(server: Running) -> None:
    for place in family(server):
        (place / "clear_refs").write_text("5")


def peaks(server: Running) -> dict[Path, int]:
    """Bytes that each of them had resident at most since `forget_peak`."""
    lines = {place: (place / "status").read_text().splitlines() for place in family(server)}
    return {place: int(found.split()[1]) * 1024 for place in lines for found in lines[place] if "VmHWM" in found}


def ask(line: httpx.Client, case: Case, folder: Path) -> None:
    """Send a file, and assert what its row asks for."""
    sent, (task, options) = case.make(folder), case.task
    answer = line.post(f"/v1/{task}", content=sent, params=options)
    if case.status != 200:
        refused(answer, case.status, case.word, case.limit)
        again = (line.post(f"/v1/{task}", content=sent, params=options) for _ in range(TRIES))
        assert answer.elapsed.total_seconds() < SOON or any(a.elapsed.total_seconds() < SOON for a in again)
        return
    assert answer.status_code == 200, answer.text
    said = json.loads(answer.headers["X-Enhancer-Receipt"])["lost"]
    assert not case.word or any(case.word in sentence for sentence in said), said
    if case.look is not None:
        case.look(sent, answer.content)


@pytest.mark.parametrize("number", ROWS, ids=lambda n: f"{n:02}-{ROWS[n].what.replace(' ', '-')}")
def test_row(server: Running, line: httpx.Client, number: int, tmp_path: Path) -> None:
    row, folder = ROWS[number], ROOT.parent / "shared" / "data" / "nasty" / "files"
    forget_peak(server)
    before = peaks(server)
    for case in row.cases:
        if not case.needs or (folder / case.needs).is_file():
            ask(line, case, folder)
    if row.ask is not None:
        row.ask(server, tmp_path)
    if row.bomb:
        after = peaks(server)
        assert max(after.values()) <= MOST_MEMORY
        assert sum(after.values()) - sum(before.values()) <= MORE
        assert resident(after) * 2**20 <= MOST_MEMORY
    assert line.get("/healthz").status_code == 200
    if any(case.needs and not (folder / case.needs).is_file() for case in row.cases):
        pytest.skip("some of its files are in the folder 'shared', which is not beside the repository; others passed")


def test_the_matrix_is_whole() -> None:
    assert list(ROWS) == list(range(1, 73))
    assert all(bool(row.cases) != (row.ask is not None) for number, row in ROWS.items() if number not in BOTH)
    assert all(ROWS[number].cases and ROWS[number].ask for number in BOTH)
