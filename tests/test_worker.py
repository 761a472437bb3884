"""A process that crashes, hangs, eats memory or is killed costs what it was asked, and nothing after it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from enhancer import watch
from enhancer.errors import BadPicture
from enhancer.settings import MIB
from enhancer.watch import What
from enhancer.worker import Ended, Files, Late, More, Worker
from tests.conftest import ROOT

PATIENCE = 60.0  # seconds; the machine may be busy
MEMORY = 256 * MIB


class Odd(Exception):
    """Cannot be passed between processes."""

    def __reduce__(self) -> str:
        return "nothing of this name"


def made(offset: int = 0) -> Callable[[Any, Files, More], tuple[Any, Files]]:
    """What the process does: it obeys."""
    asked = [offset]

    def obey(question: Any, files: Files, more: More) -> tuple[Any, Files]:
        asked[0] += 1
        what, *words = question
        if what == "hang":
            time.sleep(3600)
        if what == "more":
            more(PATIENCE)
            time.sleep(words[0])
        if what == "die":
            os.kill(os.getpid(), words[0])
        if what == "eat":
            bytearray(2 * MEMORY)
        if what == "raise":
            raise words[0]
        if what == "odd":
            raise Odd("odd")
        return (os.getpid(), asked[0], *words), files

    return obey


def never() -> Callable[[Any, Files, More], tuple[Any, Files]]:
    """A process that ends before it listens."""
    os._exit(3)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    found = Worker("testing", made, (), MEMORY)
    yield found
    found.close()


class Ear:
    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []

    def hear(self, what: What, value: float, labels: Any) -> None:
        if what is What.RESTARTED:
            self.heard.append(dict(labels))


def test_it_answers_and_its_files_come_back(worker: Worker) -> None:
    read, write = os.pipe()
    (pid, _, word), files = worker.ask(("say", "word"), PATIENCE, [write])
    os.close(write)
    assert (pid, word) == (worker.pid, "word")
    assert pid != os.getpid()
    with os.fdopen(files[0], "wb") as back:
        back.write(b"through it")
    with os.fdopen(read, "rb") as end:
        assert end.read() == b"through it"


def test_what_it_raises_is_raised_here_with_how_it_looked_there(worker: Worker) -> None:
    with pytest.raises(BadPicture, match="No good") as caught:
        worker.ask(("raise", BadPicture("No good.", limit="max_side")), PATIENCE)
    assert caught.value.limit == "max_side"
    assert "in obey" in str(caught.value.__cause__)
    with pytest.raises(RuntimeError, match="Odd: odd"):
        worker.ask(("odd",), PATIENCE)


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGSEGV])
def test_one_that_dies_at_its_work_is_begun_anew(worker: Worker, way: signal.Signals) -> None:
    ear = Ear()
    watch.listen(ear)
    before = worker.pid
    with pytest.raises(Ended) as caught:
        worker.ask(("die", way), PATIENCE)
    assert caught.value.code == -way
    assert worker.ask(("say",), PATIENCE)[0][0] == worker.pid != before
    assert ear.heard == [{"work": "testing"}]


def test_one_that_is_killed_while_it_rests_costs_nothing(worker: Worker) -> None:
    before = worker.ask(("say",), PATIENCE)[0][0]
    os.kill(before, signal.SIGKILL)
    assert worker.ask(("say",), PATIENCE)[0][0] != before


def test_one_that_hangs_is_ended_in_time(worker: Worker) -> None:
    worker.ask(("say",), PATIENCE)
    began = time.monotonic()
    with pytest.raises(Late):
        worker.ask(("hang",), 0.5)
    assert time.monotonic() - began < 5
    assert worker.ask(("say",), PATIENCE)


def test_one_that_knows_how_much_there_is_to_do_has_more_time(worker: Worker) -> None:
    worker.ask(("say",), PATIENCE)
    assert worker.ask(("more", 1.0), 0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit the memory of a process")
def test_one_that_takes_too_much_memory_is_refused_it(worker: Worker) -> None:
    before = worker.ask(("say",), PATIENCE)[0][0]
    with pytest.raises(MemoryError):
        worker.ask(("eat",), PATIENCE)
    assert worker.ask(("say",), PATIENCE)[0][0] == before


def test_one_that_never_listens_is_said() -> None:
    worker = Worker("testing", never, (), MEMORY)
    with pytest.raises(Ended) as caught:
        worker.ask(("say",), PATIENCE)
    assert caught.value.code == 3
    worker.close()


def test_one_that_was_asked_often_is_replaced_without_anybody_waiting() -> None:
    worker = Worker("testing", made, (10,), MEMORY, most=3)
    first = worker.ask(("say",), PATIENCE)[0][0]
    seen, until = {first}, time.monotonic() + PATIENCE
    while len(seen) < 2:
        assert time.monotonic() < until
        pid, asked = worker.ask(("say",), PATIENCE)[0]
        seen.add(pid)
        time.sleep(0.02)
    assert asked == 11  # the first of the new one
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_without_a_parent_it_ends_even_while_it_hangs() -> None:
    program = (
        "import os, signal, threading, time\n"
        "from enhancer.worker import Worker\n"
        "from tests.test_worker import made, MEMORY\n"
        "if __name__ == '__main__':\n"
        "    worker = Worker('testing', made, (), MEMORY)\n"
        "    print(worker.ask(('say',), 60)[0][0], flush=True)\n"
        "    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()\n"
        "    worker.ask(('hang',), 60)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    pid, until = int(told.stdout), time.monotonic() + PATIENCE
    while os.path.exists(f"/proc/{pid}"):  # noqa: PTH110
        assert time.monotonic() < until
        time.sleep(0.05)
