"""Tasks at the picture's own size: what differs is the purpose of the model and what people may know of the damage."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.ensemble import enhanced
from enhancer.errors import BadOptions
from enhancer.media.picture import Picture
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.tasks.choose import open_model
from enhancer.tasks.resize import blended, colours
from enhancer.tasks.restore_options import KINDS, Kind, RestoreOptions, check_keeps_size


def restore(kind: Kind) -> Callable[[Picture, Any, Engine, Progress], Picture]:
    """What runs a model of this purpose.

    It raises BadOptions for a model that changes the size or cannot be told what it was told.
    """

    def run(picture: Picture, options: RestoreOptions, engine: Engine, progress: Progress) -> Picture:
        crispness = getattr(options, "crispness", None)
        model = open_model(engine, progress, options.model, kind.purpose, crispness)
        check_keeps_size(model.id, model.scale, kind.title)
        source = colours(picture)
        plane = told_plane(kind.purpose, options, model, source)
        restored = enhanced(engine, model, source, progress, plane, options.best)
        return picture.with_pixels(blended(source, restored, options.strength), picture.alpha)

    return run


def told_plane(task_id: str, options: Any, model: Model, pixels: Tensor) -> Tensor | None:
    """What people said of the damage, as the map (1, H, W) that the network takes, alike all over the picture.

    None where they left it to the network, and for other tasks. Raises BadOptions for a model that takes no map.
    """
    kind = next((k for k in KINDS if k.purpose == task_id), None)
    level = None if kind is None else kind.told(options)
    if level is None:
        return None
    if not model.planes:
        raise BadOptions(f"{model.id} judges by itself how strong the damage is; leave that option out.")
    return torch.full((1, 1, 1), level).expand(1, *pixels.shape[1:])


RUNS = {kind.purpose: restore(kind) for kind in KINDS}
