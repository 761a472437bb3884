"""How much memory this process may still take, and the refusal of work that needs more of it at once."""

import ctypes
import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from enhancer.errors import OutOfMemory

log = logging.getLogger(__name__)
KIB = 1024
LACKING = ("not enough memory", "can't allocate memory", "could not create a primitive")  # the last says oneDNN
SPARE = 256 * 2**20  # bytes that networks, the page and the system go on needing
ARENA_MAX, HEAPS = -8, 2
RESET, FORGET_PEAK = Path("/proc/self/clear_refs"), "5"
STATE, MACHINE = Path("/proc/self/status"), Path("/proc/meminfo")
GROUP_LIMITS = tuple(map(Path, ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")))


def check(needed: int, what: str, advice: str) -> None:
    """Raises OutOfMemory where less than `needed` bytes can be had: "`what`, 5.2 GB of memory are needed; `advice`."

    Where nothing is known of the memory, nothing is refused.
    """
    free = available()
    if free is not None and needed > free - SPARE:
        raise OutOfMemory(
            f"{what}, {needed / 1e9:.1f} GB of memory are needed at once, and {max(0, free - SPARE) / 1e9:.1f} can be "
            f"had; {advice}."
        )


def available() -> int | None:
    """Bytes that this process may still take: the least of what machine, container and process limits leave."""
    return min(_bounds(), default=None)


def allow(more: int) -> None:
    """Let this process take at most `more` bytes beyond what it has, where the system keeps such limits.

    Of its own memory: files that are mapped, as large pictures are and libraries, are none of it.
    """
    used = _table(STATE).get("VmData")
    if used is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (used + more, used + more))


def share_heaps() -> None:
    """Let all threads of this process, which are to come, share a few heaps, where the system's library has several.

    With a heap for each of many threads that live shortly, what they freed stays with each.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):  # of the GNU library
        mallopt(ARENA_MAX, HEAPS)


def lacking(error: BaseException) -> bool:
    """Whether an error means that memory could not be had, in the words of PyTorch on any system."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in LACKING)


def low() -> int | None:
    """Bytes of this process in memory now; from now on the system counts the `peak` anew. None where it cannot.

    Freed memory is given back to the system first, so that using it again shows.
    """
    if not RESET.exists():
        return None
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # of the GNU library
        trim(0)
    try:
        RESET.write_text(FORGET_PEAK)
    except OSError as error:
        log.info("this system does not tell peaks of memory: %s", error)
        return None
    return _table(STATE).get("VmRSS")


def peak() -> int | None:
    """The most bytes of this process in memory since `low`; None where the system does not tell."""
    return _table(STATE).get("VmHWM")


def _bounds() -> Iterator[int]:
    own = _table(STATE)
    if (free := _table(MACHINE).get("MemAvailable")) is not None:
        yield free
    for file in GROUP_LIMITS:
        if file.is_file() and (limit := file.read_text().strip()).isdigit():
            yield int(limit) - own.get("RssAnon", 0)
    if os.name == "posix":
        import resource

        for kind, used in ((resource.RLIMIT_DATA, "VmData"), (resource.RLIMIT_AS, "VmSize")):
            limit_, _ = resource.getrlimit(kind)
            if limit_ != resource.RLIM_INFINITY:
                yield limit_ - own.get(used, 0)


def _table(file: Path) -> dict[str, int]:
    """The rows "name: number kB" of a file of the system, in bytes; empty where there is no such file."""
    if not file.is_file():
        return {}
    rows = (line.split() for line in file.read_text().splitlines())
    return {row[0].rstrip(":"): int(row[1]) * KIB for row in rows if len(row) == 3 and row[2] == "kB"}
