"""What became of one file of a batch."""

import math
from dataclasses import dataclass, fields
from typing import Any

DONE, KEPT, FAILED, LEFT = "done", "done before", "failed", "not begun"


@dataclass(frozen=True)
class Row:
    """`source` and `target` are names within their folders, sizes are (pixels), figures are None where unknown.

    `input`, `output` and `recipe` are sha256; `consistency` is in dB for enlargements, `gain` the dB by which the
    self-test beats doing nothing. `problem` says in one sentence why the file failed; `final` that all others would
    fail alike, as on a full disk. `key` names what was asked for, so that it is not done twice.
    """

    source: str
    target: str
    outcome: str
    width: int | None = None
    height: int | None = None
    result_width: int | None = None
    result_height: int | None = None
    seconds: float | None = None
    tasks: str = ""
    models: str = ""
    consistency: float | None = None
    gain: float | None = None
    recipe: str = ""
    input: str = ""
    output: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    key: str = ""
    final: bool = False

    @property
    def there(self) -> bool:
        """Whether the result is there, from now or from before."""
        return self.outcome in (DONE, KEPT)


def to_plain(row: Row) -> dict[str, Any]:
    """For JSON, which knows no infinite numbers."""
    found = {f.name: getattr(row, f.name) for f in fields(Row)}
    return {n: str(v) if isinstance(v, float) and math.isinf(v) else v for n, v in found.items()}


def from_plain(values: dict[str, Any]) -> Row:
    """What `to_plain` gave. Raises TypeError, ValueError for anything else."""
    found = dict(values)
    for name in ("consistency", "gain"):
        found[name] = None if found[name] is None else float(found[name])
    return Row(**{**found, "notes": tuple(found["notes"])})
