"""python -m enhancer.training join: one network for photographs out of one that mends and one that enlarges."""

import argparse
import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from enhancer.errors import WeightsRefused
from enhancer.models.weights import Weights, read_weights
from enhancer.training.checkpoint import replace_file

MENDS, ENLARGES = "restoration-unet", "generator"


def join(mending: Path, enlarging: Path, out: Path) -> None:
    """Write a `PhotoNetwork` that does what the two do one after the other, to start training from.

    Raises WeightsRefused where a file holds another network than the one for its place, or is no weight file.
    """
    first, second = _opened(mending, MENDS), _opened(enlarging, ENLARGES)
    u_net, generator = (json.loads(w.header["hyperparameters"]) for w in (first, second))
    if u_net.get("planes") != 1 or generator.get("blocks") or generator.get("unshuffle", 1) != 1:
        raise WeightsRefused(
            "Only a U-Net with an extra plane and a generator without blocks and folded pixels make a photo network, "
            f"not {u_net} and {generator}."
        )
    shape: dict[str, Any] = {k: generator[k] for k in ("scale", "channels", "depth")}
    shape |= {k: u_net[k] for k in ("widths", "blocks")}
    parts = {"mend": first.tensors, "enlarge": second.tensors}
    tensors = {f"{part}.{name}": tensor for part, found in parts.items() for name, tensor in found.items()}
    header = {"architecture": "photo", "hyperparameters": json.dumps(shape, sort_keys=True)}
    replace_file(out, lambda partial: save_file(tensors, partial, metadata=header))


def _opened(file: Path, architecture: str) -> Weights:
    found = read_weights(file)
    if found.header.get("architecture") != architecture:
        raise WeightsRefused(f"{file.name} holds {found.header.get('architecture')!r}, not a {architecture}.")
    return found


def run_join(a: argparse.Namespace) -> None:
    """Make the start of a photo network out of weights that mend and weights that enlarge."""
    join(a.mending, a.enlarging, a.out)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`join`."""
    one = commands.add_parser("join", help=run_join.__doc__, description=run_join.__doc__)
    one.add_argument("mending", type=Path, help=f"weights of a {MENDS}, such as denoise")
    one.add_argument("enlarging", type=Path, help=f"weights of a {ENLARGES}, such as x4-fast")
    one.add_argument("--out", type=Path, required=True, help="file to write")
    one.set_defaults(call=run_join)
