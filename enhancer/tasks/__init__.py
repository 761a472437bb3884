"""The table of everything that can be done to a picture, as data: nothing here imports what computes.

To add a task: one file that does it, its options and one line in its table.
"""

from enhancer.errors import BadOptions
from enhancer.tasks.classical import CLASSICAL
from enhancer.tasks.repair_options import REPAIR
from enhancer.tasks.restore_options import RESTORE
from enhancer.tasks.task import Task
from enhancer.tasks.upscale_options import UPSCALE

TASKS: dict[str, Task] = {t.id: t for t in (UPSCALE, *RESTORE, REPAIR, *CLASSICAL)}


def task(task_id: str) -> Task:
    """The task with this id. Raises BadOptions naming the known ones."""
    if task_id not in TASKS:
        raise BadOptions(f"There is no task {task_id!r}; known: {', '.join(TASKS)}.")
    return TASKS[task_id]


__all__ = ["TASKS", "Task", "task"]
