"""Strangers' bytes are read in processes of their own: one that crashes, hangs or eats memory costs its own picture."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import torch
from torch import Tensor

from enhancer import canvas, workplace
from enhancer.errors import BadPicture, TooSlow, WorkerLost
from enhancer.media.formats import Format
from enhancer.media.picture import Picture
from enhancer.media.read import read, too_demanding
from enhancer.settings import Settings
from enhancer.shared import Outbox, Slots, lent, seen, taken
from enhancer.worker import POSSIBLE, Answering, Ended, Files, Late, More, Worker

NAME = "reading"
MOST_PICTURES = 100  # that a process reads before it is replaced, as decoders may leak
LARGE = 10_000_000  # pixels that are worth as much time again; 64 million took 7 s on a busy machine
SHEETS = ("pixels", "alpha")
_beginning = threading.Lock()


@dataclass(frozen=True)
class _Sheet:
    """A tensor that another process made: in memory at `slots`, or a canvas on disk."""

    shape: tuple[int, ...]
    slots: Slots = ()


class Readers:
    """So many processes, which read one picture each at a time; `make` is what each of them does.

    They are begun at once, so that the loss of one costs nobody else anything. Safe to use from several threads.
    """

    def __init__(self, count: int, memory: int, make: Callable[[], Answering] | None = None) -> None:
        self._changed = threading.Condition()
        self._idle = [Worker(NAME, make or reader, (), memory, MOST_PICTURES) for _ in range(count)]

    def read(self, kind: Format, data: bytes, settings: Settings) -> Picture:
        """As `enhancer.media.read.read`. Raises TooSlow and WorkerLost, too."""
        file, server = lent(data), workplace.here()
        question = (kind, settings, None if server is None else server.folder)
        try:
            with self._one() as worker:
                (facts, sheets), files = worker.ask(question, settings.decode_seconds, [file])
        except MemoryError as error:
            raise too_demanding(kind) from error
        except Late as error:
            raise TooSlow(
                f"Reading this {kind.title} file takes longer than {settings.decode_seconds} seconds; please make it "
                "smaller, or export it as an ordinary PNG.",
                limit="decode_seconds",
            ) from error
        except Ended as error:
            raise _lost(kind, error) from error
        finally:
            os.close(file)
        pixels, *more = [_borrowed(sheet, file, settings) for sheet, file in zip(sheets, files, strict=True)]
        return Picture(pixels, more[0] if more else None, **facts)

    def close(self) -> None:
        """End all that are idle."""
        with self._changed:
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def _one(self) -> Iterator[Worker]:
        """One that listens where there is one, and of these the one that was used last."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle)
            worker = next((w for w in reversed(self._idle) if w.listens), self._idle[-1])
            self._idle.remove(worker)
        try:
            yield worker
        finally:
            with self._changed:
                self._idle.append(worker)
                self._changed.notify()


def read_apart(kind: Format, data: bytes, settings: Settings) -> Picture:
    """In one of the processes that these settings allow. Raises as `Readers.read`."""
    return readers(settings.decode_workers, settings.decode_memory).read(kind, data, settings)


def prepare(settings: Settings) -> None:
    """Begin what `read_apart` would begin at the first picture."""
    if settings.decode_workers and POSSIBLE:
        readers(settings.decode_workers, settings.decode_memory)


def readers(count: int, memory: int) -> Readers:
    """Those of this process; begun on first use, whoever comes first."""
    with _beginning:
        return _readers(count, memory)


@cache
def _readers(count: int, memory: int) -> Readers:
    return Readers(count, memory)


def _lost(kind: Format, error: Ended) -> Exception:
    if error.code == -signal.SIGKILL:
        return WorkerLost(
            "The process that read this picture was ended from outside, perhaps for want of memory; please try again."
        )
    return BadPicture(
        f"This {kind.title} file makes the program that reads such files crash; please export it as an ordinary PNG."
    )


def reader() -> Answering:
    """What each of the processes does."""
    canvas.lend()
    torch.set_num_threads(1)  # nothing here is worth more, and others compute
    return _read


def _read(question: Any, files: Files, more: More) -> tuple[Any, Files]:
    (kind, settings, folder), (file,) = question, files
    workplace.join(folder, settings)

    def unpacked(pixels: int) -> None:  # the rest is ours, and takes longer only where there are more of them
        more(settings.decode_seconds * (1 + pixels / LARGE))

    picture = read(kind, taken(file), settings, unpacked)
    facts = {f.name: getattr(picture, f.name) for f in fields(picture) if f.name not in SHEETS}
    sheets = [_lent(sheet) for sheet in (picture.pixels, picture.alpha) if sheet is not None]
    return (facts, [sheet for sheet, _ in sheets]), [file for _, file in sheets]


def _lent(tensor: Tensor) -> tuple[_Sheet, int]:
    file = canvas.lent(tensor)
    if file is not None:
        return _Sheet(tuple(tensor.shape)), os.dup(file)
    box = Outbox()
    slots, file = box.fill([tensor])
    return _Sheet(tuple(tensor.shape), slots), os.dup(file)


def _borrowed(sheet: _Sheet, file: int, settings: Settings) -> Tensor:
    if not sheet.slots:
        return canvas.adopted(file, sheet.shape, settings)
    (tensor,) = seen(sheet.slots, file)
    assert tensor is not None
    return tensor
