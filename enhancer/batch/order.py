"""What is done to every picture of a batch, and a digest of all that its results depend on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.evidence.guard import Guard
from enhancer.evidence.propose import Proposal, propose, usual_factor
from enhancer.media.picture import Picture
from enhancer.models.catalog import CATALOG
from enhancer.models.fetch import digest
from enhancer.settings import VERSION, Settings
from enhancer.tasks.chain import Step
from enhancer.trust import diagnose

FACTORS = (1.0, 4.0)
SETTINGS = ("keep_place", "tile_memory")  # which results depend on; some networks take statistics of each tile
USUAL = {f.name: f.default for f in fields(Settings)}  # as they are, they are no part of a digest


@dataclass(frozen=True)
class Order:
    """`steps` None stands for what is proposed for each picture, enlarged by `scale` where that is given.

    `quality` is that of JPEG files; `embed` lays the recipe into results or beside them. `evidence` measures
    consistency, `self_test` how much better than doing nothing the steps are on each picture.
    """

    steps: tuple[Step, ...] | None
    scale: float | None = None
    guards: tuple[Guard, ...] = ()
    quality: int = 95
    embed: bool = False
    evidence: bool = True
    self_test: bool = False

    def chain(self, picture: Picture, raw: bytes) -> tuple[Step, ...]:
        """The steps for this picture, read from these bytes; none where nothing is proposed. Raises BadOptions."""
        return proposed(picture, raw, self.scale).chain if self.steps is None else self.steps

    def digest(self, engine: Engine) -> str:
        """The sha256 of this order, of the program, of its weights and of what it computes with."""
        values = asdict(self) | {
            "version": VERSION,
            "torch": torch.__version__,
            "computed": [str(engine.precision), engine.device.type],
            "weights": {e.id: e.sha256 for e in CATALOG},
            "files": _local_weights(self.steps or ()),
        }
        values |= {name: value for name in SETTINGS if (value := getattr(engine.settings, name)) != USUAL[name]}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def proposed(picture: Picture, raw: bytes, scale: float | None) -> Proposal:
    """What is proposed for a picture that is wished so large. Raises BadOptions for a scale that no chain takes."""
    return propose(diagnose(picture, raw), wished(picture.width, picture.height, scale))


def wished(width: int, height: int, scale: float | None) -> float:
    """The factor to enlarge by. Raises BadOptions for one that no chain takes."""
    low, high = FACTORS
    if scale is not None and not low <= scale <= high:
        raise BadOptions(f"scale must lie between {low:g} and {high:g}, not {scale:g}.")
    return usual_factor(width, height) if scale is None else scale


def _local_weights(steps: tuple[Step, ...]) -> Mapping[str, Any]:
    """The sha256 of every weight file that a step names by its path."""
    named = {str(step.options.get("model", "")) for step in steps}
    return {name: digest(Path(name)) for name in sorted(named) if name and Path(name).is_file()}
