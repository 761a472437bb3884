"""One folder for all that visitors send and get: of one server alone, wiped at start, swept by age, capped in bytes."""

import atexit
import logging
import os
import shutil
import stat
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from enhancer.errors import DiskFull
from enhancer.settings import MIB, Settings

log = logging.getLogger(__name__)
OWN, LOCK = "server-", "lock"  # the folder of each server, and what it holds as long as it runs
SPARE, SHARE = 1024 * MIB, 0.05  # of the disk, that are left to others: so many bytes, or less of a small disk
FRESH = 1.0  # seconds for which it is known how full the folder is; looking takes hundreds of calls of the system
OFTEN = 60.0  # seconds between two looks for what is too old, or less where files live shortly
BLOCK = 512  # bytes, in which a file says how much of the disk it takes


class Workplace:
    """The folder of a running server; `clock` gives seconds as the disk does."""

    def __init__(self, folder: Path, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._settings, self._clock = settings, clock
        self._lasting: frozenset[Path] = frozenset()
        self._held = Counter[Path]()  # how many work there
        self._promised = 0  # bytes
        self._often = min(OFTEN, settings.files_seconds / 4)
        self._known, self._known_until = 0, 0.0  # bytes, what came since the last look included
        self._guard = threading.Lock()

    def settle(self) -> None:
        """What lies here now belongs to the page, and lasts."""
        self._lasting = frozenset(self._files())

    def hold(self, *folders: Path) -> None:
        """A job works there: nothing in them is swept, however long that takes, until it and all others `let_go`."""
        with self._guard:
            self._held += Counter(folders)

    def let_go(self, *folders: Path) -> None:
        """The job has ended."""
        with self._guard:
            self._held -= Counter(folders)

    def used(self) -> int:
        """Bytes of the disk that all files here take, those without a name included."""
        named = sum(_bytes(found) for path in self._files() if (found := _look(path)) is not None)
        return named + sum(_nameless(self.folder).values())

    def check(self, more: int) -> None:
        """Raises DiskFull where `more` bytes would be too many for the folder, or for the disk."""
        if not self._has_room(more, self.used()):
            raise self._full()

    @contextmanager
    def promised(self, size: int) -> Iterator[None]:
        """Room for what is about to come. Raises DiskFull as `check` does."""
        with self._guard:
            if time.monotonic() > self._known_until or not self._has_room(size, self._known):
                self._known, self._known_until = self.used(), time.monotonic() + FRESH
                if not self._has_room(size, self._known):
                    raise self._full()
            self._promised += size
        try:
            yield
        finally:
            with self._guard:
                self._promised -= size
                self._known += size  # until the next look, which finds what of it lies here

    def _has_room(self, more: int, used: int) -> bool:
        total, _, free = shutil.disk_usage(self.folder)
        fits = used + self._promised + more <= self._settings.max_disk
        return fits and free - min(SPARE, SHARE * total) >= more

    def _full(self) -> DiskFull:
        most, kept = self._settings.max_disk / MIB, told(self._settings.files_seconds)
        return DiskFull(
            f"The server has no room for more files of visitors now ({most:g} MiB at most); they are deleted "
            f"{kept} after they came at the latest, so please try again later.",
            "max_disk",
        )

    def sweep(self) -> None:
        """Delete what would be older than `files_seconds` at the next look, but for what lasts, and empty folders."""
        oldest = self._clock() - self._settings.files_seconds + self._often
        with self._guard:
            working = tuple(self._held)
        for place, _, names in os.walk(self.folder, topdown=False):
            if any(Path(place).is_relative_to(held) for held in working):
                continue
            for path in (Path(place, name) for name in names):
                found = _look(path)
                if found and found.st_ctime < oldest and path not in self._lasting and stat.S_ISREG(found.st_mode):
                    path.unlink(missing_ok=True)
            with suppress(OSError):  # not empty, or already gone
                if Path(place).stat().st_ctime < oldest:
                    Path(place).rmdir()

    def keep_swept(self) -> None:
        """Sweep again and again, in a thread of its own."""
        threading.Thread(target=self._sweeping, daemon=True, name="sweeper").start()

    def _sweeping(self) -> None:
        while True:
            time.sleep(self._often)
            try:
                self.sweep()
            except OSError:  # a disk that fails now may work again in a minute
                log.exception("the folder of visitors' files was not swept")

    def _files(self) -> Iterator[Path]:
        for place, _, names in os.walk(self.folder):
            yield from (Path(place, name) for name in names)


_here: Workplace | None = None


def here() -> Workplace | None:
    """The folder of this server; None in a process that is none, such as a command line."""
    return _here


def begin(settings: Settings) -> Workplace:
    """A new folder in `settings.work` for this server, into which everything temporary goes from now on.

    What servers left behind that run no more is deleted.
    """
    import fcntl  # no server runs where this is missing

    global _here
    settings.work.mkdir(parents=True, exist_ok=True)
    with (settings.work / LOCK).open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        for folder in settings.work.glob(f"{OWN}*"):
            _wipe(folder)
        own = Path(tempfile.mkdtemp(prefix=OWN, dir=settings.work))
        held = os.open(own / LOCK, os.O_CREAT | os.O_RDWR, 0o600)  # for as long as the process lives
        fcntl.flock(held, fcntl.LOCK_EX)
        os.write(held, str(os.getpid()).encode())
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = str(own / "page")
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)
    _here = Workplace(own, settings)
    _here.settle()
    return _here


def join(folder: Path | None, settings: Settings) -> None:
    """Work in the folder of the server that began this process, None where it is no server."""
    global _here
    _here = None if folder is None else Workplace(folder, settings)


def check(more: int) -> None:
    """Raises DiskFull as the folder of this server does; elsewhere nothing happens."""
    if _here is not None:
        _here.check(more)


@contextmanager
def held(*folders: Path) -> Iterator[None]:
    """`Workplace.hold` in the folder of this server for as long as the block runs; elsewhere nothing happens."""
    own = _here
    if own is not None:
        own.hold(*folders)
    try:
        yield
    finally:
        if own is not None:
            own.let_go(*folders)


def told(seconds: int) -> str:
    """A time as people say it."""
    units = ((3600, "hour"), (60, "minute"), (1, "second"))
    unit, name = next(known for known in units if seconds % known[0] == 0)
    count = seconds // unit
    return f"{count} {name}{'s' * (count != 1)}"


def _wipe(folder: Path) -> None:
    """Delete what a server left behind, if it runs no more."""
    import fcntl

    with suppress(OSError), (folder / LOCK).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
    shutil.rmtree(folder, ignore_errors=True)


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:  # it went meanwhile
        return None


def _bytes(found: os.stat_result) -> int:
    return found.st_blocks * BLOCK


def _nameless(folder: Path) -> dict[tuple[int, int], int]:
    """Bytes of open files without a name under `folder`, by what tells files apart; none where the system does not say.

    Those of this process, of those that it began, and of those that they began.
    """
    found: dict[tuple[int, int], int] = {}
    for process in ("self", *_descendants("self")):
        with suppress(OSError):
            for file in Path(f"/proc/{process}/fd").iterdir():
                with suppress(OSError):  # closed meanwhile
                    if folder in file.readlink().parents:
                        seen = file.stat()
                        if not seen.st_nlink:
                            found[seen.st_dev, seen.st_ino] = _bytes(seen)
    return found


def _descendants(process: str) -> Iterator[str]:
    with suppress(OSError):  # it ended meanwhile
        for file in Path(f"/proc/{process}/task").glob("*/children"):
            for child in file.read_text().split():
                yield child
                yield from _descendants(child)
