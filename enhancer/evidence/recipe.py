"""How a result was made, as data: enough to make it again and to see that nothing was changed since."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadRecipe
from enhancer.evidence.guard import Guard, guarded
from enhancer.media import Picture, raster_of
from enhancer.media.formats import format_of
from enhancer.media.raster import coloured
from enhancer.models.contract import Model, Origin
from enhancer.progress import Progress
from enhancer.settings import VERSION
from enhancer.tasks import chain
from enhancer.tasks.choose import AUTO, twin_of
from enhancer.tasks.repair_options import NETWORK, TEXTURE
from enhancer.tasks.upscale_options import TARGETS

MAX_STEPS = 16


@dataclass(frozen=True)
class Step:
    """One task that ran: every option as it was resolved, and the files whose weights drew.

    "auto" stays as the model only where no network ran, or where one run used several, in the order of `models`; a
    blend names its two files with their shares.
    """

    task: str
    options: dict[str, Any]
    models: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Fingerprint:
    """Pixels as `fingerprint` saw them; `sha256` in hexadecimal digits, `depth` in bits a channel."""

    sha256: str
    width: int
    height: int
    depth: int


@dataclass(frozen=True)
class Recipe:
    """What went in, what was done with what, and what came out; no file names and no places.

    `version` is that of the program, `torch` that of its library; `file` the sha256 of the bytes of the source file,
    None where the picture came from elsewhere; `quality` that of the JPEG which the result was written as, None for
    files that keep every pixel; `guards` say where less of the enhancement was let through.
    """

    version: str
    steps: tuple[Step, ...]
    precision: str
    device: str
    torch: str
    file: str | None
    source: Fingerprint
    result: Fingerprint
    quality: int | None = None
    guards: tuple[Guard, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether a network had a hand in it."""
        return any(step.models for step in self.steps)

    def written_as(self, format_id: str, quality: int = 95) -> "Recipe":
        """The recipe to lay into, or beside, a file of this format. Raises BadOptions for an unknown format."""
        return replace(self, quality=None if format_of(format_id).lossless else quality)


def fingerprint(picture: Picture) -> Fingerprint:
    """The sha256 of "WIDTHxHEIGHT CHANNELS DEPTH\\n" and of the samples that a PNG of the picture would hold.

    Row by row, red, green, blue and, where anything shows through, alpha; 16 bits with the greater byte first. A grey
    picture counts as three equal colours, so that the fingerprint does not depend on the format of the file.
    """
    raster = raster_of(picture)
    height, width, _ = raster.shape
    channels = 4 if picture.see_through else 3
    found = hashlib.sha256(f"{width}x{height} {channels} {raster.depth}\n".encode())
    for band in raster.bands():
        found.update(coloured(band)[..., :channels].astype(f">u{raster.depth // 8}").tobytes())
    return Fingerprint(found.hexdigest(), width, height, raster.depth)


def record(
    picture: Picture,
    wishes: Sequence[chain.Step],
    engine: Engine,
    progress: Progress | None = None,
    file: bytes | None = None,
    guards: Sequence[Guard] = (),
    watch: Callable[[Picture], None] | None = None,
) -> tuple[Picture, Recipe]:
    """Do one step of a chain after the other → the result and its recipe; all options are checked before any work.

    `file` are the bytes that the picture came from; `guards` are done to the result of the last step; `watch` is shown
    what each step receives. Raises BadRecipe for no or more than 16 steps and for weights that no file stands behind,
    and what the tasks raise.
    """
    if not 1 <= len(wishes) <= MAX_STEPS:
        raise BadRecipe(f"A recipe has 1 to {MAX_STEPS} steps, not {len(wishes)}.")
    size, result, steps = (picture.width, picture.height), picture, list[Step]()
    for job in chain.jobs(size, wishes, engine.settings.max_output_pixels, progress or Progress()):
        if watch is not None:
            watch(result)
        result, step = _done(result, job, engine)
        steps.append(step)
    if guards:
        result, _ = guarded(picture, result, guards)
    return result, Recipe(
        version=VERSION,
        steps=tuple(steps),
        precision=str(engine.precision).removeprefix("torch."),
        device=engine.device.type,
        torch=torch.__version__,
        file=None if file is None else hashlib.sha256(file).hexdigest(),
        source=fingerprint(picture),
        result=fingerprint(result),
        guards=tuple(guards),
    )


class _Witness(Engine):
    """An engine that remembers which models ran; all else it shares with the engine that it stands for."""

    def __init__(self, engine: Engine) -> None:
        vars(self).update(vars(engine))
        self._real = engine
        self.ran: list[Model] = []

    def run(self, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None) -> Tensor:
        """As `Engine.run`."""
        self.ran.append(model)
        return self._real.run(model, pixels, progress, plane)


def _done(picture: Picture, job: chain.Job, engine: Engine) -> tuple[Picture, Step]:
    witness = _Witness(engine)
    result = job.run(picture, witness)
    blends = list(dict.fromkeys(_origins(model) for model in witness.ran))
    resolved = asdict(job.options)
    resolved |= _models(resolved, blends) | _target(resolved, picture, result)
    return result, Step(job.task.id, resolved, tuple(origin for blend in blends for origin in blend))


def _origins(model: Model) -> tuple[Origin, ...]:
    if not model.origins:
        raise BadRecipe(f"No file is known that the weights of {model.id} came from, so no recipe can name them.")
    return model.origins


def _models(options: dict[str, Any], blends: list[tuple[Origin, ...]]) -> dict[str, Any]:
    """Which model, what crispness and which method it was in the end."""
    found: dict[str, Any] = {}
    if "model" in options:
        found["model"] = blends[0][-1].id if len(blends) == 1 else AUTO
    if "crispness" in options and blends:
        if not any(twin_of(b[-1].id) for b in blends):
            found["crispness"] = None  # nobody heard it
        elif options["crispness"] is None and all(len(b) > 1 for b in blends):
            found["crispness"] = blends[0][-1].share
    if options.get("method") == AUTO:
        found["method"] = NETWORK if blends else TEXTURE
    return found


def _target(options: dict[str, Any], before: Picture, after: Picture) -> dict[str, Any]:
    """The factor where no target was given."""
    if not set(TARGETS) <= set(options) or any(options[name] is not None for name in TARGETS):
        return {}
    return {"scale": after.width / before.width}
