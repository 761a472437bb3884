"""Whether recipe, network and tiles go together, asked before the first step and not after hours."""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from enhancer.errors import TrainingError
from enhancer.networks import ARCHITECTURES
from enhancer.training.damage import HOLES, Sample
from enhancer.training.feed import Feed
from enhancer.training.recipes import FILE, Recipe
from enhancer.training.start import opened

ENLARGED = ("bicubic", "blind")  # damages that make pictures smaller; the others leave them as large as they are


def wanted(recipe: Recipe, start: Path | None) -> tuple[int, bool]:
    """Of what the sides of pictures must be multiples for the network of this recipe, and whether it takes a map.

    Raises TrainingError where recipe, network and damage cannot work together, WeightsRefused for a `start` that is
    the network and cannot be opened.
    """
    if recipe.scale > 1 and recipe.degradation not in ENLARGED:
        raise TrainingError(
            f"What {recipe.degradation} damages stays as large as it was: train at --scale 1, or with --degradation "
            f"{' or '.join(ENLARGED)}."
        )
    if recipe.network == FILE:
        model = opened(start, recipe).model
        multiple, planes = model.multiple_of, model.planes > 0
    else:
        name, hyperparameters = recipe.architecture()
        with torch.device("meta"):
            network = ARCHITECTURES[name](**hyperparameters)
        if getattr(network, "scale", 1) != recipe.scale:
            raise TrainingError(f"The network {recipe.network} works at --scale 1, not at {recipe.scale}.")
        multiple, planes = int(getattr(network, "multiple_of", 1)), getattr(network, "planes", 0) > 0
    if recipe.degradation == HOLES and not planes:
        raise TrainingError("A network that fills holes must be told where they are, and this one takes no map.")
    return multiple, planes


def without_map(pairs: Feed) -> Feed:
    """The same for a network that cannot be told how strong the damage is."""
    degrade = pairs.degrade
    if degrade is None:
        return pairs

    def untold(sharp: Tensor, source: torch.Generator) -> Sample:
        return replace(degrade(sharp, source), plane=None)

    return replace(pairs, degrade=untold)


def check_patches(recipe: Recipe, pairs: Feed, multiple: int) -> None:
    """Raises TrainingError for patches that the network does not take, or that do not fit into the tiles."""
    side = min(pairs.sharp.shape[-2:])
    named = {"--patch": recipe.patch} | ({"--final-patch": recipe.final_patch} if recipe.finish else {})
    for option, patch in named.items():
        if patch % multiple:
            raise TrainingError(f"This network takes sides that are multiples of {multiple}, not {option} {patch}.")
        if patch * recipe.scale > side:
            raise TrainingError(
                f"Tiles of {side} pixels hold no squares of {patch * recipe.scale}, as {option} {patch} needs; choose "
                f"at most {side // recipe.scale // multiple * multiple}, or make larger tiles."
            )
