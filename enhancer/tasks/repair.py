"""Repair: what a mask covers is filled by a network, patches or a smooth surface, and nothing else is touched."""

from collections.abc import Callable

import torch
from torch import Tensor

from enhancer import canvas
from enhancer.engine import Engine
from enhancer.media.picture import Picture
from enhancer.models.catalog import CATALOG
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.tasks.choose import AUTO, open_model, usual_model
from enhancer.tasks.holes import Hole, Reach, in_turn, parts_of, width_of
from enhancer.tasks.mask import mask_of
from enhancer.tasks.patches import filled_with_patches
from enhancer.tasks.repair_options import BIHARMONIC, NETWORK, REPAIR, TEXTURE, RepairOptions, check_method
from enhancer.tasks.resize import colours

# The equation looks two pixels around a hole. Its cost grows faster than the hole: 90,000 missing pixels take 1.8 s and
# half a gigabyte on one core of a server.
SMOOTH = Reach(surround=48, at_once=90_000, core=256)
DRAWN = Reach(surround=256, at_once=1024 * 1024, core=1024)  # a little more than the network sees at each side
COPIED = Reach(surround=256, at_once=1024 * 1024, core=1024)  # large holes are filled at a smaller size first
WIDE = 16  # pixels of a hole, from which what a network draws looks vague, and texture more like the picture

Fill = Callable[[Tensor, Tensor, Progress], Tensor]  # (3, h, w), the hole (1, h, w) of 0 and 1 → (3, h, w)


def repair(picture: Picture, options: RepairOptions, engine: Engine, progress: Progress) -> Picture:
    """Fill what the mask covers; pixels outside it and the transparency stay bit by bit.

    Raises BadOptions as `mask_of` does, and for a model that fills no holes.
    """
    hole = mask_of(options.mask, (picture.width, picture.height), engine.settings)
    method = method_of(options, hole)
    reach = {BIHARMONIC: SMOOTH, TEXTURE: COPIED, NETWORK: DRAWN}[method]
    fill = FILLS[method] if method in FILLS else drawn(engine, open_model(engine, progress, options.model, REPAIR.id))
    work = canvas.by_parts(torch.clone, colours(picture))
    parts, left = parts_of(hole, reach), hole.copy()
    for done, part in enumerate(in_turn(parts, left)):
        seen, missing = work[(slice(None), *part.window)].clone(), torch.from_numpy(left[part.window])[None]
        filled = fill(seen, missing.float(), progress.part(done, len(parts)))
        core = (slice(None), *part.inside)
        work[(slice(None), *part.core)] = torch.where(missing, filled, seen)[core]
        left[part.core] = False
        canvas.release(work)
    kept = canvas.by_parts(lambda a, b, gone: torch.where(gone, b, a), picture.pixels, work, hole[None])
    return picture.with_pixels(kept, picture.alpha)


def method_of(options: RepairOptions, hole: Hole) -> str:
    """How it is filled: "auto" is the network for narrow holes if one is bundled, or named; else texture.

    Raises BadOptions for a method that needs no model, if one is named.
    """
    check_method(options)
    if options.method != AUTO:
        return options.method
    if options.model != AUTO:
        return NETWORK
    return NETWORK if width_of(hole) <= WIDE and usual_model(CATALOG, REPAIR.id) else TEXTURE


def drawn(engine: Engine, model: Model) -> Fill:
    """Filled by a network, which begins with a smooth guess."""

    def fill(pixels: Tensor, hole: Tensor, progress: Progress) -> Tensor:
        return engine.run(model, model.guess(pixels[None], hole[None])[0], progress, hole)

    return fill


def smooth(pixels: Tensor, hole: Tensor, progress: Progress) -> Tensor:
    """Filled by the biharmonic equation (Damelin and Hoang, 2018), as scikit-image solves it."""
    from skimage.restoration import inpaint_biharmonic  # slow to import, and only needed here

    progress.step(0, 1, BIHARMONIC)
    known = (pixels * (1 - hole)).permute(1, 2, 0).double().numpy()
    filled = inpaint_biharmonic(known, hole[0].numpy() > 0, split_into_regions=True, channel_axis=-1)
    progress.step(1, 1, BIHARMONIC)
    return torch.from_numpy(filled).permute(2, 0, 1).float().clamp(0, 1)


def copied(pixels: Tensor, hole: Tensor, progress: Progress) -> Tensor:
    """Filled with patches of the picture; with a smooth surface where it knows no whole patch."""
    filled = filled_with_patches(pixels, hole, progress)
    return smooth(pixels, hole, progress) if filled is None else filled


FILLS: dict[str, Fill] = {BIHARMONIC: smooth, TEXTURE: copied}  # those that need no model
RUNS = {REPAIR.id: repair}
