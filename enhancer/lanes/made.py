"""What a lane gives back, and the names of the files that it writes."""

from dataclasses import dataclass
from pathlib import Path

from enhancer.errors import BadOptions
from enhancer.lanes.run import Work

NAME = "uncertainty"


@dataclass(frozen=True)
class Made:
    """What became of a scene of `layers` layers: `file` of (width, height), and `errors` where they were asked for.

    `unit` is what a step of the values is called; `notes` hold one sentence for each thing that is not kept.
    """

    file: Path
    errors: Path | None
    size: tuple[int, int]
    layers: int
    unit: str
    work: Work
    notes: tuple[str, ...]


def check_names(source: Path, target: Path, doubting: bool) -> None:
    """Raises BadOptions where the result would replace its source, or where the errors to expect, if any, would."""
    if _same(target, source):
        raise BadOptions("The result would replace its source; please give it another name.")
    if doubting and _same(beside(target), source):
        raise BadOptions(
            "The errors to expect, which are written beside the result, would replace its source; please give the "
            "result another name."
        )


def beside(target: Path) -> Path:
    """The file for the errors to expect."""
    return target.with_name(f"{target.stem}.{NAME}{target.suffix}")


def _same(one: Path, other: Path) -> bool:
    """Whether both are there, and the same file."""
    return one.exists() and other.exists() and one.resolve() == other.resolve()
