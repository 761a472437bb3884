"""Where a video is read and written: in this process, or for what strangers send in one apart, which may crash."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from enhancer.errors import BadVideo, TooSlow, WorkerLost
from enhancer.settings import Settings
from enhancer.shared import Outbox, Slots, seen
from enhancer.video.facts import Facts, Look, Part
from enhancer.worker import POSSIBLE, Ended, Files, Late, More, Worker

NAME = "video"
PATIENT = 30  # times the seconds for a picture, that looking through a whole video and joining one may take
SLOW = {"look": PATIENT, "open": PATIENT, "join": PATIENT}
ENDED = "This video makes the program that reads such files crash; please export it as an ordinary MP4."
KILLED = "The process for this video was ended from outside, perhaps for want of memory; please try again."


class Studio(Protocol):
    """One video in, one out. Methods raise what `Film` and `Reel` raise; `close` lets go of everything."""

    def look(self, source: Path) -> Facts:
        """All about a video."""

    def kind(self, target: Path, sounds: Sequence[str]) -> str:
        """The container for this name, as `container_for`."""

    def open(self, source: Path) -> Facts:
        """The same, and read it from its beginning."""

    def frame(self) -> tuple[Tensor, int] | None:
        """The next frame, as `Film.frame`."""

    def begin(self, piece: Path, look: Look) -> None:
        """Write a piece from now on."""

    def add(self, pixels: Tensor, time: int) -> None:
        """Write a frame, as `Reel.add`."""

    def end(self) -> None:
        """End the piece."""

    def join(self, source: Path, pieces: Sequence[Path], last: Fraction, target: Path, kind: str, part: Part) -> None:
        """Put the pieces together, as `enhancer.video.reel.join`."""

    def close(self) -> None:
        """Let go of files and processes."""


class Here:
    """In this process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._film: Any = None
        self._reel: Any = None

    def look(self, source: Path) -> Facts:
        """All about a video."""
        from enhancer.video.film import look_through  # slow to import, and not needed where this is done apart

        return look_through(source, self._settings)

    def kind(self, target: Path, sounds: Sequence[str]) -> str:
        """The container for this name."""
        from enhancer.video.reel import container_for

        return container_for(target, sounds)

    def open(self, source: Path) -> Facts:
        """Read from the beginning."""
        from enhancer.video.film import Film

        self._film = Film(source, self._settings)
        facts: Facts = self._film.facts
        return facts

    def frame(self) -> tuple[Tensor, int] | None:
        """The next one."""
        found: tuple[Tensor, int] | None = self._film.frame()
        return found

    def begin(self, piece: Path, look: Look) -> None:
        """Write a piece from now on."""
        from enhancer.video.reel import Reel

        self._reel = Reel(piece, look)

    def add(self, pixels: Tensor, time: int) -> None:
        """Write a frame."""
        self._reel.add(pixels, time)

    def end(self) -> None:
        """End the piece."""
        self._reel.close()
        self._reel = None

    def join(self, source: Path, pieces: Sequence[Path], last: Fraction, target: Path, kind: str, part: Part) -> None:
        """Put the pieces together."""
        from enhancer.video.reel import join

        join(source, pieces, last, target, kind, part, self._settings)

    def close(self) -> None:
        """Let go of the files; a piece that was not ended is of no use to anybody."""
        for held in (self._reel, self._film):
            if held is not None:
                with suppress(Exception):  # a coder that has failed may fail to close, too
                    held.close()
        self._reel = self._film = None


class Apart:
    """In a process of its own, which is begun here and ends with `close`."""

    def __init__(self, settings: Settings) -> None:
        self._seconds, self._outbox = settings.decode_seconds, Outbox()
        self._worker = Worker(NAME, _Desk, (settings,), settings.decode_memory)

    def look(self, source: Path) -> Facts:
        """All about a video."""
        found: Facts = self._ask("look", source)
        return found

    def kind(self, target: Path, sounds: Sequence[str]) -> str:
        """The container for this name."""
        found: str = self._ask("kind", target, tuple(sounds))
        return found

    def open(self, source: Path) -> Facts:
        """Read from the beginning."""
        found: Facts = self._ask("open", source)
        return found

    def frame(self) -> tuple[Tensor, int] | None:
        """The next one; it is there until the next is asked for."""
        with self._understood("frame"):
            (time, slots), files = self._worker.ask(("frame", ()), self._seconds)
        if time is None:
            return None
        (pixels,) = seen(slots, files[0])
        assert pixels is not None
        return pixels.clone(), time

    def begin(self, piece: Path, look: Look) -> None:
        """Write a piece from now on."""
        self._ask("begin", piece, look)

    def add(self, pixels: Tensor, time: int) -> None:
        """Write a frame."""
        slots, file = self._outbox.fill([pixels])
        with self._understood("add"):
            self._worker.ask(("add", (slots, time)), self._seconds, [file])

    def end(self) -> None:
        """End the piece."""
        self._ask("end")

    def join(self, source: Path, pieces: Sequence[Path], last: Fraction, target: Path, kind: str, part: Part) -> None:
        """Put the pieces together."""
        self._ask("join", source, tuple(pieces), last, target, kind, part)

    def close(self) -> None:
        """End the process."""
        self._worker.close()
        self._outbox.close()

    def _ask(self, what: str, *given: Any) -> Any:
        with self._understood(what):
            return self._worker.ask((what, given), self._seconds * SLOW.get(what, 1))[0]

    @contextmanager
    def _understood(self, what: str) -> Iterator[None]:
        try:
            yield
        except MemoryError as error:
            raise BadVideo(
                "Reading this video takes more memory than there is for one; please make it smaller.", "decode_memory"
            ) from error
        except Late as error:
            seconds = self._seconds * SLOW.get(what, 1)
            raise TooSlow(
                f"A step with this video takes longer than {seconds} seconds; please make it smaller, or export it as "
                "an ordinary MP4.",
                "decode_seconds",
            ) from error
        except Ended as error:
            raise (WorkerLost(KILLED) if error.code == -signal.SIGKILL else BadVideo(ENDED)) from error


class _Desk:
    """The process: what is asked is done by a studio there."""

    def __init__(self, settings: Settings) -> None:
        torch.set_num_threads(1)
        self._studio, self._outbox = Here(settings), Outbox()

    def __call__(self, question: tuple[str, tuple[Any, ...]], files: Files, more: More) -> tuple[Any, Files]:
        what, given = question
        if what == "frame":
            return self._frame()
        if what == "add":
            slots, time = given
            (pixels,) = seen(slots, files[0])
            assert pixels is not None
            self._studio.add(pixels, time)
            return None, ()
        return getattr(self._studio, what)(*given), ()

    def _frame(self) -> tuple[tuple[int | None, Slots], Files]:
        found = self._studio.frame()
        if found is None:
            return (None, ()), ()
        slots, file = self._outbox.fill([found[0]])
        return (found[1], slots), [os.dup(file)]


@contextmanager
def studio(settings: Settings) -> Iterator[Studio]:
    """One for as long as the block lasts: apart where the settings say that strangers' files are read apart."""
    made: Studio = Apart(settings) if settings.decode_workers and POSSIBLE else Here(settings)
    try:
        yield made
    finally:
        made.close()
