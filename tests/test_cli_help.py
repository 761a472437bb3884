"""Help is there at once, because nothing that computes is imported for it."""

import argparse
import resource
import subprocess
import sys
from importlib import import_module

import pytest

from enhancer.cli.parser import COMMANDS, parser
from enhancer.tasks import TASKS, Task
from tests.conftest import ROOT

HEAVY = {"torch", "numpy", "scipy", "skimage", "PIL", "gradio", "huggingface_hub", "spandrel"}
AT_ONCE = 0.3  # seconds of processor time, which a busy machine does not stretch


def help_of(*words: str) -> tuple[str, set[str], float]:
    """What `python -m enhancer WORDS --help` prints, the packages that it imports, and its seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-X", "importtime", "-m", "enhancer", *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    imported = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    return done.stdout, imported, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)], ids=lambda words: " ".join(words) or "all")
def test_help_is_quick(words: tuple[str, ...]) -> None:
    text, imported, seconds = help_of(*words)
    assert text.startswith("usage: python -m enhancer")
    assert "argparse" in imported
    assert imported & HEAVY == set()
    assert seconds < AT_ONCE


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_task_is_found_where_the_table_says(task: Task) -> None:
    assert callable(import_module(task.home).RUNS[task.id])


def test_help_of_a_task_names_its_options() -> None:
    text, imported, _ = help_of("enhance", "--task", "median")
    assert "--radius" in text
    assert imported & HEAVY == set()


@pytest.mark.parametrize("task", TASKS)
def test_the_options_of_every_task_stand_beside_those_of_the_command(task: str) -> None:
    assert parser(task).parse_args(["enhance", "a.png", "b.png", "--task", task, "--jpeg-quality", "80"]).task == task


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_done_where_the_table_says(name: str) -> None:
    home, told = COMMANDS[name]
    module, function = home.split(":")
    assert getattr(import_module(module), function).__doc__ == told


def test_the_parser_offers_every_command_of_the_table() -> None:
    (commands,) = (a for a in parser("upscale")._actions if isinstance(a, argparse._SubParsersAction))
    assert list(commands.choices) == list(COMMANDS)
