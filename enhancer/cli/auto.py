"""The diagnosis of a picture, and the chain proposed for it, on the command line."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from enhancer.batch.order import wished
from enhancer.cli.report import DONE, say, table
from enhancer.errors import BadOptions
from enhancer.evidence.diagnosis import Diagnosis
from enhancer.evidence.propose import Proposal, as_plain, propose
from enhancer.evidence.recipe_files import content
from enhancer.hall import default_engine
from enhancer.media import decode
from enhancer.media.files import named
from enhancer.tasks.spoken import Understood, understand
from enhancer.trust import diagnose


def run_diagnose(a: argparse.Namespace) -> int:
    """Say what ails a picture, figure by figure, and which steps `enhance --auto` would do."""
    raw = content(a.input)
    with named(a.input):
        found = diagnose(decode(raw, default_engine().settings), raw)
    proposal = propose(found, wished(found.width, found.height, a.scale))
    if a.json:
        say(json.dumps(as_plain(found, proposal), indent=2))
        return DONE
    table(
        [
            {
                "finding": finding.title,
                "value": None if finding.value is None else f"{finding.value:.1f}",
                "unit": finding.unit,
                "verdict": finding.verdict,
            }
            for finding in found.findings
        ],
        as_json=False,
    )
    tell(found, proposal)
    return DONE


def tell(found: Diagnosis, proposal: Proposal) -> None:
    """Print the evidence for what was found, then the steps."""
    for finding in found.findings:
        if finding.found:
            say(f"{finding.title}: {finding.evidence}")
    for text in proposal.unmet:
        say(f"Left as it is: {text}")
    for number, proposed in enumerate(proposal.steps, 1):
        options = ", ".join(f"{name} {value}" for name, value in proposed.step.options.items())
        say(f"{number}. {proposed.step.task_id}{f' ({options})' if options else ''}: {proposed.reason}")
    if not proposal.steps:
        say("Nothing to do.")


def understood(text: str, task_id: str, given: Mapping[str, Any]) -> Understood:
    """The steps of `--say`, which are told before they are done.

    Raises BadOptions for what is said besides, and for a wish that is not understood whole.
    """
    if task_id != "upscale" or given:
        raise BadOptions("--say names the tasks in words; leave --task and its options out.")
    found = understand(text)
    if found.unknown:
        raise BadOptions(f"Not understood: {', '.join(found.unknown)}. Please say it in other words, or leave it out.")
    for number, said in enumerate(found.said, 1):
        options = ", ".join(f"{name} {value}" for name, value in said.step.options.items())
        say(f"{number}. {said.step.task_id}{f' ({options})' if options else ''}: {said.words!r}")
    if not found.said:
        raise BadOptions("Nothing is left to be done.")
    return found


def check_auto(task_id: str, given: Mapping[str, Any]) -> None:
    """Raises BadOptions for what `--auto` decides by itself."""
    others = [name for name in given if name != "scale"]
    if task_id != "upscale":
        raise BadOptions("--auto chooses the tasks itself; leave --task out.")
    if others:
        raise BadOptions(f"--auto chooses by itself; besides it only --scale may be given, not --{others[0]}.")
