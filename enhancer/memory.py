"""How much memory this process may still take, and the refusal of work that needs more of it at once."""

import os
from collections.abc import Iterator
from pathlib import Path

from enhancer.errors import OutOfMemory

KIB = 1024
SPARE = 256 * 2**20  # bytes that networks, the page and the system go on needing
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
