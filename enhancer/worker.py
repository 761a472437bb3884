"""A process of its own for what may crash, hang or eat memory: asked one thing at a time, begun anew when it dies.

`multiprocessing` alone: a pool of pebble, measured in release 5.2.3, is broken for good once a worker dies idle.
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import connection, reduction, util
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Any

from enhancer import watch
from enhancer.memory import allow
from enhancer.watch import What

Files = Sequence[int]  # descriptors, which pass between the processes and are closed by the one that gets them
More = Callable[[float], None]  # called with the seconds that are needed from now on
Answering = Callable[[Any, Files, More], tuple[Any, Files]]
POSSIBLE = os.name == "posix"  # elsewhere no open files are passed
PARENT = "enhancer.nursery"  # what all of them need, imported once by the process that they are forked from
LONGEST = 80  # letters of the name of a folder for a socket, of which a system takes 107 with its own name
STARTS_WITHIN = 120.0  # seconds; the machine may be busy
DYING = 1.0  # seconds that a process which no longer listens may take to tell how it ends
UNHEARD = (ConnectionResetError, BrokenPipeError)  # it died before it read the question
log = logging.getLogger(__name__)


class Ended(Exception):
    """The process died at its work; `code` as of a process: negative for a signal."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"ended with code {code}")
        self.code = code


class Late(Exception):
    """The process did not answer in time, and was ended."""


class _There(Exception):
    """How it looked on the other side, as the cause of an error that was raised there."""


class Worker:
    """`make(*arguments)` in a process of its own, which may take `memory` bytes for what it is asked.

    What `make` returns is called with every question and its files, and gives an answer and its files; past the point
    where it knows how much there is to do, it may ask for more time. A process that dies at its work is replaced at
    once, one that died idle when somebody asks, and one that was asked `most` times (0: any number) as soon as the
    next one is ready. Safe to use from several threads.
    """

    def __init__(
        self, name: str, make: Callable[..., Answering], arguments: tuple[Any, ...], memory: int, most: int = 0
    ) -> None:
        self._name, self._given, self._most = name, (make, arguments, memory), most
        self._turn = threading.Lock()
        self._asked = 0
        self._next: _Child | None = None
        self._child = self._begun()

    @property
    def pid(self) -> int | None:
        """The process, for who wants to end it."""
        return self._child.process.pid

    @property
    def listens(self) -> bool:
        """Whether it would hear a question at once."""
        return self._child.listens(0)

    def ask(self, question: Any, seconds: float, files: Files = ()) -> tuple[Any, list[int]]:
        """The answer and its files, which are now the caller's to close; those of the question stay the caller's.

        Raises what was raised there, Ended when the process dies at it, and Late when it took longer than `seconds`.
        """
        with self._turn:
            (done, said), found = self._answer(question, seconds, files)
            self._count()
        if done:
            return said, found
        raise said[0] from _There(said[1])

    def close(self) -> None:
        """End the process."""
        with self._turn:
            for child in filter(None, (self._child, self._next)):
                child.end(0)

    def _wake(self) -> None:
        """Have a process that listens; one that died while nobody asked it anything costs nobody anything."""
        for _ in range(2):
            if self._child.listens(STARTS_WITHIN):
                return
            code = self._restart(DYING)
        raise Ended(code)

    def _answer(self, question: Any, seconds: float, files: Files, again: bool = True) -> tuple[Any, list[int]]:
        self._wake()
        try:
            return self._child.answer(question, files, seconds)
        except (EOFError, OSError) as error:
            code = self._restart(DYING)
            if again and isinstance(error, UNHEARD):
                return self._answer(question, seconds, files, again=False)
            raise Ended(code) from error
        except Late:
            self._restart(0)
            raise

    def _begun(self) -> "_Child":
        child = _Child(self._given)
        log.info("process %s is for %s", child.process.pid, self._name)
        return child

    def _restart(self, patience: float) -> int | None:
        """Begin anew → the code that the process before ended with."""
        code = self._child.end(patience)
        log.warning("the process for %s ended with code %s and is begun anew", self._name, code)
        watch.tell(What.RESTARTED, work=self._name)
        self._child, self._next, self._asked = self._next or self._begun(), None, 0
        return code

    def _count(self) -> None:
        self._asked += 1
        if not self._most or self._asked < self._most:
            return
        self._next = self._next or self._begun()
        if self._next.listens(0):
            self._child.end(0)
            self._child, self._next, self._asked = self._next, None, 0


class _Child:
    """One process and the way to it."""

    def __init__(self, given: tuple[Callable[..., Answering], tuple[Any, ...], int]) -> None:
        afresh = context()
        self._pipe, there = afresh.Pipe()
        self._ready = False
        self.process = afresh.Process(target=_serve, args=(there, *given), daemon=True)
        self.process.start()
        there.close()

    def listens(self, seconds: float) -> bool:
        """Whether it does, or begins to so soon."""
        try:
            if not self._ready and self._pipe.poll(seconds):
                self._pipe.recv()
                self._ready = True
        except (EOFError, OSError):
            return False
        return self._ready and self.process.is_alive()

    def answer(self, question: Any, files: Files, seconds: float) -> tuple[Any, list[int]]:
        """Raises Late, and EOFError or OSError when it dies."""
        _give(self._pipe, question, files)
        while self._pipe.poll(seconds):
            said, found = _get(self._pipe)
            if not isinstance(said, float):
                return said, found
            seconds = said
        raise Late

    def end(self, patience: float) -> int | None:
        """Wait a little for it to end by itself, then see to it → its code."""
        self._pipe.close()
        self.process.join(patience)
        self.process.kill()
        self.process.join()
        return self.process.exitcode


def context() -> ForkServerContext | SpawnContext:
    """How processes begin: never as forks of this one, which has threads and what visitors sent.

    On Linux as forks of one that has none, so that they are there at once and share what it imported; what it cannot
    import, each of them imports. Elsewhere the system's own libraries do not outlive a fork, and a folder of temporary
    files that has a long name cannot hold what it is asked through.
    """
    if sys.platform != "linux" or len(util.get_temp_dir()) > LONGEST:
        return multiprocessing.get_context("spawn")
    afresh = multiprocessing.get_context("forkserver")
    afresh.set_forkserver_preload([PARENT])
    return afresh


def _serve(pipe: Connection, make: Callable[..., Answering], arguments: tuple[Any, ...], memory: int) -> None:
    """What the process does until nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asks decides what Ctrl-C means
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answering = make(*arguments)
        allow(memory)
        pipe.send(None)
        while True:
            question, files = _get(pipe)
            said, given = _answer(answering, question, files, lambda seconds: _give(pipe, float(seconds), ()))
            _give(pipe, said, given)
            for file in given:
                os.close(file)
    except (EOFError, OSError):
        return


def _answer(answering: Answering, question: Any, files: Files, more: More) -> tuple[tuple[bool, Any], Files]:
    try:
        said, given = answering(question, files, more)
    except Exception as error:  # it is raised again on the other side, with what it looked like here
        return (False, (_passable(error), "".join(traceback.format_exception(error)))), ()
    return (True, said), given


def _passable(error: Exception) -> Exception:
    """The error without what hangs on it, or another that says the same where it cannot be passed."""
    try:
        passed: Exception = reduction.ForkingPickler.loads(reduction.ForkingPickler.dumps(error))
        return passed
    except Exception:  # foreign errors fail in any way
        return RuntimeError(f"{type(error).__name__}: {error}")


def _give(pipe: Connection, what: Any, files: Files) -> None:
    pipe.send((what, len(files)))
    for file in files:
        reduction.send_handle(pipe, file, 0)


def _get(pipe: Connection) -> tuple[Any, list[int]]:
    what, count = pipe.recv()
    return what, [reduction.recv_handle(pipe) for _ in range(count)]


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(0)  # whatever it is at, nobody wants it any more
