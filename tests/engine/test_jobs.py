"""Jobs give their place to others while they wait for something else than the processor."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from enhancer.aside import aside
from enhancer.engine.jobs import AT_ONCE, QUICK_AT_ONCE, Job
from enhancer.engine.turns import Asker, Turns, asked_by
from enhancer.errors import Cancelled
from enhancer.models.entry import Hub
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from tests.models.conftest import make_entry

SOON = 10.0  # seconds


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Hub that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.getsockname()[1]}")
        yield


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(("quick", "places"), [(True, QUICK_AT_ONCE), (False, AT_ONCE)])
def test_downloads_hold_no_place(tmp_path: Path, quick: bool, places: int) -> None:
    settings = Settings(cache=tmp_path, device="cpu")
    store = Store(settings, tuple(make_entry(Hub("a/b", f"{n}.safetensors"), "0" * 64, id=f"m{n}") for n in range(2)))
    begun = threading.Semaphore(0)

    def fetch(model: str, progress: Progress) -> None:
        begun.release()
        store.load(model, progress)

    with ExitStack() as stack:
        fetching = [  # some wait for the Hub, the others for those
            stack.enter_context(Job(lambda p, n=n: fetch(f"m{n % 2}", p), Asker(f"visitor {n}", quick)))
            for n in range(2 * places)
        ]
        assert all(begun.acquire(timeout=SOON) for _ in fetching)
        with Job(lambda _: 7, Asker("another", quick)) as other:
            assert other.future.result(SOON) == 7
    for job in fetching:
        with pytest.raises(Cancelled):
            job.future.result(SOON)


def test_who_steps_aside_computes_only_when_it_is_their_turn_again() -> None:
    out, back = threading.Event(), threading.Event()

    def step_aside(_: Progress) -> str:
        with aside(), aside():  # which gives nothing up twice
            out.set()
            assert back.wait(SOON)
        return "done"

    def hold(_: Progress) -> None:
        held.release()
        assert let_go.wait(SOON)

    held, let_go = threading.Semaphore(0), threading.Event()
    with ExitStack() as stack:
        first = stack.enter_context(Job(step_aside, Asker("a", quick=True)))
        assert out.wait(SOON)
        for n in range(QUICK_AT_ONCE):
            stack.enter_context(Job(hold, Asker(f"b{n}", quick=True)))
        assert all(held.acquire(timeout=SOON) for _ in range(QUICK_AT_ONCE))
        back.set()
        with pytest.raises(TimeoutError):
            first.future.result(0.5)
        let_go.set()
        assert first.future.result(SOON) == "done"


def test_the_time_aside_is_not_counted_as_work() -> None:
    now = [0.0]
    turns = Turns(3, clock=lambda: now[0])
    with turns.turn(lambda: None), asked_by(Asker("a")), turns.turn(lambda: None) as turn:
        now[0] += 1
        with turn.left():
            now[0] += 100
            assert turns.load == (0, 1)
        now[0] += 4
        turn.end()
        assert turns._spent["a"] == 1 + 4
