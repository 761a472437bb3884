"""python -m enhancer.training join: one network out of one that mends and one that enlarges or brightens."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from enhancer.errors import WeightsRefused
from enhancer.models.weights import Weights, read_weights, write_weights
from enhancer.networks.unet import FOLD
from enhancer.training.checkpoint import replace_file

Tensors = dict[str, Tensor]

MENDS, ENLARGES, TONES, BOTH = "restoration-unet", "generator", "tone", "photo"
U_NET, GENERATOR = (
    ("widths", "blocks"),
    ("scale", "channels", "depth"),
)  # what each part is told


def join(mending: Path, other: Path, out: Path) -> None:
    """Write one network out of a U-Net that mends and another network, to start training from.

    With a generator it is a `PhotoNetwork` that does what the two do one after the other; with a tone network a
    `ToneNetwork` whose own way of cleaning gives way to the U-Net. Of a photo network, in either place, the part for
    that place is taken. Raises WeightsRefused where a file holds another network, or is no weight file.
    """
    first, second = _opened(mending, MENDS, BOTH), _opened(other, ENLARGES, TONES, BOTH)
    first, second = mending_part(first), _part(second, "enlarge.", ENLARGES, GENERATOR)
    u_net = json.loads(first.header["hyperparameters"])
    if u_net.get("planes") != 1:
        raise WeightsRefused(f"Only a U-Net with an extra plane can be joined, not {u_net}.")
    architecture, own = ("photo", _photo) if second.header["architecture"] == ENLARGES else ("tone", _tone)
    shape, tensors = own(first.tensors, second)
    shape |= {k: u_net[k] for k in ("widths", "blocks")}
    header = {"architecture": architecture, "hyperparameters": json.dumps(shape, sort_keys=True)}
    replace_file(out, lambda partial: write_weights(tensors, partial, header))


def mending_part(weights: Weights) -> Weights:
    """The U-Net of a photo network as if it were alone; other weights as they are."""
    return _part(weights, "mend.", MENDS, U_NET, {"planes": 1})


def _part(
    weights: Weights, begin: str, name: str, shape: Sequence[str], further: Mapping[str, int] | None = None
) -> Weights:
    if weights.header.get("architecture") != BOTH:
        return weights
    whole = json.loads(weights.header["hyperparameters"])
    told = {k: whole[k] for k in shape} | dict(further or {})
    tensors = {n.removeprefix(begin): t for n, t in weights.tensors.items() if n.startswith(begin)}
    return replace(
        weights, tensors=tensors, header={"architecture": name, "hyperparameters": json.dumps(told, sort_keys=True)}
    )


def _photo(u_net: Tensors, generator: Weights) -> tuple[dict[str, Any], Tensors]:
    found = json.loads(generator.header["hyperparameters"])
    if found.get("blocks") or found.get("unshuffle", 1) != 1:
        raise WeightsRefused(f"Only a generator without blocks and folded pixels makes a photo network, not {found}.")
    return {k: found[k] for k in ("scale", "channels", "depth")}, {
        **_inside("mend", u_net),
        **_inside("enlarge", generator.tensors),
    }


def _tone(u_net: Tensors, tone: Weights) -> tuple[dict[str, Any], Tensors]:
    """The U-Net's plane held a strength, here it tells how dark a pixel was: it starts as if it were told nothing."""
    cleaning = dict(u_net)
    head, unknown = cleaning["head.weight"].float().clone(), cleaning["blind"].float().reshape(())
    plane = head[:, -(FOLD**2) :]
    cleaning["head.bias"] = cleaning["head.bias"].float() + unknown * plane.sum((1, 2, 3))
    plane.zero_()
    cleaning["head.weight"] = head
    kept = {k: v for k, v in tone.tensors.items() if not k.startswith("refine.")}
    return json.loads(tone.header["hyperparameters"]), {**kept, **_inside("refine", cleaning)}


def _inside(part: str, tensors: Tensors) -> Tensors:
    return {f"{part}.{name}": tensor.float() for name, tensor in tensors.items()}


def _opened(file: Path, *architectures: str) -> Weights:
    found = read_weights(file)
    if found.header.get("architecture") not in architectures:
        wanted = " or ".join(architectures)
        raise WeightsRefused(f"{file.name} holds {found.header.get('architecture')!r}, not a {wanted}.")
    return found


def run_join(a: argparse.Namespace) -> None:
    """Make the start of a photo or tone network out of weights that mend and weights that enlarge or brighten."""
    join(a.mending, a.other, a.out)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`join`."""
    one = commands.add_parser("join", help=run_join.__doc__, description=run_join.__doc__)
    one.add_argument("mending", type=Path, help=f"weights of a {MENDS}, such as denoise, or of a {BOTH} network")
    one.add_argument("other", type=Path, help=f"weights of a {ENLARGES}, such as x4-fast, or of a {TONES} network")
    one.add_argument("--out", type=Path, required=True, help="file to write")
    one.set_defaults(call=run_join)
