"""What can be said against steps before any picture is seen and any model opened, from options and catalogue alone."""

from collections.abc import Sequence
from typing import Any

from enhancer.errors import BadOptions, EnhancerError
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import VIDEO, Entry
from enhancer.models.store import place_of
from enhancer.options import parse
from enhancer.tasks import task as find_task
from enhancer.tasks.chain import Step, named
from enhancer.tasks.choose import AUTO, FILLING, check_suits, choose_model, crisp_share, heard
from enhancer.tasks.mask import NO_MASK
from enhancer.tasks.repair_options import NETWORK, RepairOptions, check_method
from enhancer.tasks.restore_options import RestoreOptions, check_keeps_size
from enhancer.tasks.task import Task
from enhancer.tasks.upscale_options import UpscaleOptions, check_enlarges, check_targets

KNOWN = {entry.id: entry for entry in CATALOG}


def check_steps(steps: Sequence[Step], *, catalog_only: bool = False) -> None:
    """Raises BadOptions for options that contradict each other or their model, UnknownModel.

    With several steps the message begins with the one it is of. What only an opened model tells is not looked at.
    """
    for number, step in enumerate(steps, 1):
        name = step.task_id
        try:
            task = find_task(step.task_id)
            name = task.title
            _check(task, parse(task.options, step.options), catalog_only)
        except EnhancerError as error:
            if len(steps) == 1:
                raise
            raise named(error, number, name) from error


def _check(task: Task, options: Any, catalog_only: bool) -> None:
    if isinstance(options, UpscaleOptions):
        check_targets(options)
        if not options.strength:  # which needs no model
            return
    elif isinstance(options, RepairOptions):
        check_method(options)
        if not options.mask:
            raise BadOptions(NO_MASK)
        if options.method != NETWORK and options.model == AUTO:
            return
    elif not isinstance(options, RestoreOptions):
        return
    chosen = choose_model(options.model, task.id)
    place = place_of(chosen, KNOWN, catalog_only=catalog_only)
    crisp_share(chosen, heard(options.model, chosen, getattr(options, "crispness", None)))
    if isinstance(place, Entry):
        check_suits(chosen, task.id, remembers=place.purpose == VIDEO, fills=place.purpose == FILLING)
        if isinstance(options, UpscaleOptions):
            check_enlarges(chosen, place.scale)
        elif isinstance(options, RestoreOptions):
            check_keeps_size(chosen, place.scale, task.title)
