"""What a request asks for: a task with its options, and how the result is to be handed over."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from enhancer.errors import BadOptions
from enhancer.evidence.guard import Guard, wished
from enhancer.evidence.guard_words import WISHES
from enhancer.media.formats import FORMATS
from enhancer.options import option, parse_text
from enhancer.tasks.chain import Step
from enhancer.tasks.task import Task

PROTECT = "protect"  # may be given as often as one likes
PROTECT_HELP = f"leave {', '.join(WISHES)} as it is, or as in text=0.3 let a share of the enhancement through"


@dataclass(frozen=True)
class FileOptions:
    """The file that comes back."""

    format: str = option("png", "kind of file of the result", choices=tuple(f.id for f in FORMATS if f.writable))
    jpeg_quality: int = option(95, "quality of a result that is a JPEG", minimum=1, maximum=100, step=1)
    recipe: bool = option(False, "lay the recipe into a PNG or JPEG, so that the file can be verified")
    receipt: bool = option(True, "read the file back, and say what of the picture was kept and what was lost")


@dataclass(frozen=True)
class Wish:
    """One task, what is protected from it, and the file to make of the result."""

    step: Step
    file: FileOptions
    guards: tuple[Guard, ...]


def wish_of(task: Task, given: Sequence[tuple[str, str]]) -> Wish:
    """Read the fields of a request. Raises BadOptions for one that is unknown, out of range, or given twice."""
    guards = tuple(wished(text) for name, text in given if name == PROTECT)
    values = dict[str, str]()
    for name, text in given:
        if name in values:
            raise BadOptions(f"{name} is given twice; please give it once.")
        if name != PROTECT:
            values[name] = text
    ours = {f.name for f in fields(FileOptions)}
    file = parse_text(FileOptions, {name: text for name, text in values.items() if name in ours})
    wanted = {name: text for name, text in values.items() if name not in ours}
    options: Any = parse_text(task.options, wanted)
    return Wish(Step(task.id, {name: getattr(options, name) for name in wanted}), file, guards)
