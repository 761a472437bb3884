"""python -m enhancer.training train RECIPE: every recipe lists its own options."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch

from enhancer.options import add_arguments
from enhancer.settings import Settings
from enhancer.training import detect, moving, recipes, recognise, synthesise, watching
from enhancer.training.lesson import Lesson
from enhancer.training.loop import Budget, fast_as_can_be, follow
from enhancer.training.restoration import Restoration

TILES = "folder of tiles, as `prepare` makes it"
CLASSES = "folder of classes, or of the authors' files, or the word digits, or textures: and a folder of photographs"
START = ("--start", None, "weights to start from")
SCENES = "folder with a COCO file or YOLO text files, or the word shapes"
DIGITS = Settings.weights / "lab" / "digits.safetensors"


@dataclass(frozen=True)
class Subject:
    """One kind of lesson: its recipes by name with what they do, what `--data` is, and how a run of it is made.

    `further` are names, defaults and helps of more options, all of them paths.
    """

    recipes: Mapping[str, Any]
    summaries: Mapping[str, str]
    data: str
    lesson: Callable[[Any, argparse.Namespace, torch.device], Lesson]
    further: tuple[tuple[str, Path | None, str], ...] = ()


SUBJECTS = (
    Subject(
        recipes.RECIPES,
        recipes.SUMMARIES,
        TILES,
        lambda recipe, a, device: Restoration(recipe, a.data, a.start, device, a.taught),
        (
            START,
            ("--taught", None, "folder of the same tiles as `teach` made them, to come near to instead of the truth"),
        ),
    ),
    Subject(
        moving.VIDEOS,
        moving.SUMMARIES,
        TILES,
        lambda recipe, a, device: moving.Video(recipe, a.data, a.start, device),
        (START,),
    ),
    Subject(
        watching.WATCHES,
        watching.SUMMARIES,
        TILES,
        lambda recipe, a, device: watching.Watching(recipe, a.data, a.films, device),
        (("--films", None, "folder of videos, or of folders of frames, to learn from as well"),),
    ),
    Subject(
        recognise.RECOGNITIONS,
        recognise.SUMMARIES,
        CLASSES,
        lambda recipe, a, device: recognise.Recognition(recipe, a.data, device),
    ),
    Subject(
        recognise.INSPECTIONS,
        recognise.FAULT_SUMMARIES,
        TILES,
        lambda recipe, a, device: recognise.Inspecting(recipe, a.data, device),
    ),
    Subject(
        detect.SEARCHES,
        detect.SUMMARIES,
        SCENES,
        lambda recipe, a, device: detect.Detection(recipe, a.data, a.start, device),
        (("--start", None, "a detector to start from, trained here or published by torchvision"),),
    ),
    Subject(
        synthesise.DRAFTS,
        synthesise.SUMMARIES,
        CLASSES,
        lambda recipe, a, device: synthesise.Synthesis(recipe, a.data, a.judge, device),
        (("--judge", DIGITS, "a recogniser of the same classes; that of digits where left out"),),
    ),
)


def run_train(a: argparse.Namespace) -> None:
    """Train a recipe, or go on where it stopped."""
    subject: Subject = a.subject
    recipe = subject.recipes[a.recipe]
    given = {f.name: getattr(a, f.name) for f in fields(recipe) if getattr(a, f.name) is not None}
    accelerator = fast_as_can_be()
    lesson = subject.lesson(recipes.changed(recipe, given), a, accelerator.device)
    follow(lesson, a.out, Budget(a.minutes, a.steps), accelerator)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`train`, with one sub-command for each recipe."""
    top = commands.add_parser("train", help=run_train.__doc__, description=run_train.__doc__)
    names = top.add_subparsers(required=True, metavar="RECIPE", dest="recipe")
    for subject in SUBJECTS:
        for name, recipe in subject.recipes.items():
            one = names.add_parser(name, help=subject.summaries[name], description=subject.summaries[name])
            one.add_argument("--data", type=Path, required=True, help=subject.data)
            one.add_argument("--out", type=Path, required=True, help="folder of checkpoint, weights, reports, samples")
            one.add_argument("--minutes", type=float, help="training time in all, resumed parts included")
            one.add_argument("--steps", type=int, help="steps in all, resumed parts included")
            for option, default, told in subject.further:
                one.add_argument(option, type=Path, default=default, help=told)
            group = one.add_argument_group("options", "what may differ from the recipe")
            add_arguments(group, type(recipe), recipe)
            one.set_defaults(call=run_train, subject=subject)
