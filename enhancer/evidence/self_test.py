"""How good is each model on this very picture? Shrink the picture, enhance it, and compare with what it was."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import torch
from torch import Tensor

from enhancer import watch
from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture
from enhancer.media import Picture, decode, encode
from enhancer.metrics import measure
from enhancer.options import option
from enhancer.progress import Progress
from enhancer.tasks import task
from enhancer.tasks.chain import Step, for_part, run_chain
from enhancer.tasks.resize import colours, resize
from enhancer.tasks.upscale import upscale
from enhancer.tasks.upscale_options import UpscaleOptions
from enhancer.watch import What

FIGURES = ("psnr", "psnr-y", "ssim", "ssim-y", "haarpsi")
PLAIN, UNTREATED = "a plain resize", "the untreated picture"  # what every model has to beat, by enlarging or not
STEPS = "the chosen steps"
HALF = 2
BUDGET = 1.0  # megapixels; enough to judge by, and seconds for a small model
SMALLEST = 32  # pixels a side that are left to measure
PLACES = 5  # in either direction, where a part of a large picture may lie
SAME = 0.1  # dB, which nobody sees
DEGREES = ((1.0, "A little better"), (3.0, "Clearly better"), (math.inf, "Far better"))  # up to so many dB
EDGES = 0.005  # of HaarPSI, from which edges are worth a word
SEED = 0  # of the noise


@dataclass(frozen=True)
class Damage:
    """What the shrunken picture suffers besides, in this order: what the diagnosis found in the upload."""

    noise: float = option(0.0, "standard deviation of the noise in levels of 255", minimum=0, maximum=75)
    quality: int | None = option(None, "quality that a JPEG is saved with", minimum=1, maximum=100)


@dataclass(frozen=True)
class Row:
    """One method: figures by the ids of `METRICS`, seconds, and `gain`, dB of RGB by which it beats the plain row."""

    method: str
    figures: dict[str, float]
    seconds: float
    gain: float
    verdict: str


@dataclass(frozen=True)
class SelfTest:
    """The plain row first, then a row a model. `part` is (left, top, width, height) of what was shrunk and compared.

    `halved` where the truth is the picture at half its size.
    """

    rows: tuple[Row, ...]
    factor: int
    damage: Damage
    part: tuple[int, int, int, int]
    about: str
    halved: bool = False

    @property
    def shrunk(self) -> int:
        """By how much of its sides the picture became smaller."""
        return HALF if self.halved else self.factor


def self_test(
    picture: Picture,
    models: Sequence[str],
    engine: Engine,
    progress: Progress,
    factor: int = 2,
    damage: Damage | None = None,
    megapixels: float = BUDGET,
    steps: Sequence[Step] = (),
    halved: bool = False,
) -> SelfTest:
    """Shrink by `factor` (antialiased bicubic, 8 bits), damage, enhance with each model, compare with the picture.

    As in the papers, results are rounded to 8 bits and a border of `factor` pixels is left out. A factor of 1 only
    damages, for models that keep the size; where the picture is `halved` for that, its own faults are weaker in the
    truth than what is imitated. Of more than `megapixels` a part is taken whose amount of detail is typical
    of the whole. `steps`, as a chain was wished for the whole picture, have a row before the models; what they make
    comes to the size of the truth. Raises BadPicture for a picture that is too small, BadOptions for a factor below 1,
    for one of 1 without damage and for a model that does not suit it, and what the engine raises.
    """
    damage = damage or Damage()
    if factor < 1 or (factor == 1 and damage == Damage()):
        raise BadOptions(f"Shrinking by {factor} leaves nothing to undo; choose 2 to 4, or some noise or compression.")
    pixels = colours(picture)
    shrink = HALF if halved else 1
    part = typical_part(pixels, factor, megapixels, shrink)
    left, top, width, height = part
    truth = pixels[:, top : top + height, left : left + width]
    if halved:
        width, height = width // HALF, height // HALF
        truth = eight_bit(resize(truth, height, width))
    small = damaged(eight_bit(resize(truth, height // factor, width // factor)), damage)
    plain = _row(PLAIN if factor > 1 else UNTREATED, lambda: resize(small, height, width), truth, factor, None)
    rows, size, all_methods = [plain], (width, height), bool(steps) + len(models)
    if steps:
        own = _fitted(steps, (picture.width, picture.height), small, size, engine.settings.max_output_pixels)
        chain = partial(_chain, own, small, engine, progress.part(0, all_methods))
        rows.append(_row(STEPS, chain, truth, factor, plain))
    for n, model_id in enumerate(models, len(rows) - 1):
        run = _method(model_id, small, size, engine, progress.part(n, all_methods))
        rows.append(_row(model_id, run, truth, factor, plain))
        watch.tell(What.GAIN, rows[-1].gain, model=model_id)
    rest = factor * shrink
    whole = part[3] > pixels.shape[1] - rest and part[2] > pixels.shape[2] - rest
    what = "Your picture" if whole else f"A part of {part[2]}×{part[3]} pixels, with as much detail as the whole,"
    return SelfTest(tuple(rows), factor, damage, part, _about(what, rest, damage, halved), halved)


def typical_part(pixels: Tensor, factor: int, megapixels: float, shrink: int = 1) -> tuple[int, int, int, int]:
    """(left, top, width, height) of what is at most `megapixels` large, its sides multiples of `factor`, once shrunk.

    Of 25 places the one is taken whose mean step between neighbours is nearest to that of the whole picture: neither
    mere sky nor the busiest corner. Raises BadPicture for a picture that is too small.
    """
    full, least, factor = list(pixels.shape[1:]), shrink * (SMALLEST + 2 * factor), factor * shrink
    if min(full) < least:
        raise BadPicture(
            f"The self-test needs at least {least} pixels on each side, and this picture has {full[1]}×{full[0]}."
        )
    share = min(1.0, shrink * math.sqrt(megapixels * 1e6 / math.prod(full)))
    height, width = (max(int(side * share), least) // factor * factor for side in full)
    steps = (pixels[:, 1:, 1:] - pixels[:, :-1, 1:]).abs() + (pixels[:, 1:, 1:] - pixels[:, 1:, :-1]).abs()
    detail = steps.mean(0)
    typical = detail.mean()

    def strangeness(place: tuple[int, int]) -> float:
        y, x = place
        return abs(float(detail[y : y + height, x : x + width].mean() - typical))

    down, right = (_places(side, part, factor) for side, part in zip(full, (height, width), strict=True))
    top, left = min(product(down, right), key=strangeness)
    return left, top, width, height


def _places(side: int, part: int, factor: int) -> list[int]:
    """Where a part of a side may begin, from end to end; at 0 where it is the whole side but for an odd rest."""
    return [n * (side - part) // (PLACES - 1) for n in range(PLACES if part + factor <= side else 1)]


def damaged(pixels: Tensor, damage: Damage) -> Tensor:
    """Noise, then JPEG, each rounded to 8 bits: (3, H, W) in [0, 1] → the same shape. The noise is always the same."""
    if damage.noise:
        grain = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(SEED))
        pixels = eight_bit(pixels + grain * damage.noise / 255)
    if damage.quality is not None:
        pixels = decode(encode(Picture(pixels), "jpeg", damage.quality)).pixels
    return pixels


def eight_bit(x: Tensor) -> Tensor:
    """Rounded to the levels that a file holds."""
    return (x.clamp(0, 1) * 255).round_().div_(255)


def _fitted(
    steps: Sequence[Step], whole: tuple[int, int], small: Tensor, size: tuple[int, int], largest: int
) -> list[Step]:
    """The steps for `small`, the last of those that set a size coming to `size`."""
    part = list(for_part(steps, whole, (small.shape[2], small.shape[1]), largest))
    if last := [n for n, step in enumerate(part) if "width" in step.options][-1:]:
        step = part[last[0]]
        part[last[0]] = Step(step.task_id, {**step.options, "width": size[0], "height": size[1]})
    return part


def _chain(steps: Sequence[Step], small: Tensor, engine: Engine, progress: Progress) -> Tensor:
    return run_chain(Picture(small), steps, engine, progress).pixels


def _method(
    model_id: str, small: Tensor, size: tuple[int, int], engine: Engine, progress: Progress
) -> Callable[[], Tensor]:
    """The task that people would choose: enlarging to `size`, or mending at the picture's own."""
    given, (width, height) = Picture(small), size
    if small.shape[1:] == (height, width):
        mend = task("mend")
        return lambda: mend.run(given, mend.options(model_id), engine, progress).pixels
    return lambda: upscale(given, UpscaleOptions(model_id, width=width, height=height), engine, progress).pixels


def _row(method: str, run: Callable[[], Tensor], truth: Tensor, shave: int, plain: Row | None) -> Row:
    began = time.perf_counter()
    result = eight_bit(run())
    seconds = time.perf_counter() - began
    inner = (slice(None), slice(shave, -shave), slice(shave, -shave))
    figures = measure(result[inner], truth[inner], FIGURES)
    if plain is None:
        return Row(method, figures, seconds, 0.0, "What every model has to beat.")
    mine, theirs = figures["psnr"], plain.figures["psnr"]
    gain = 0.0 if mine == theirs else mine - theirs  # both may be infinite
    edges = figures["haarpsi"] - plain.figures["haarpsi"]
    return Row(method, figures, seconds, gain, _verdict(gain, edges, plain.method))


def _verdict(gain: float, edges: float, other: str) -> str:
    if gain == -math.inf:
        return f"Worse than {other}, which gives this picture back without any error."
    if abs(gain) < SAME:
        return f"No better than {other}: the difference of {abs(gain):.2f} dB is too small to be seen."
    off = 10 ** (-gain / 20) - 1
    amount = f"{abs(gain):.1f} dB, its pixels are off by {abs(off):.0%} {'more' if gain < 0 else 'less'}."
    if gain < 0:
        return f"Worse than {other}: {amount}{' Edges look truer to the eye, though.' if edges >= EDGES else ''}"
    degree = next(words for most, words in DEGREES if gain <= most)
    return f"{degree} than {other}: {amount}{' Edges look less true to the eye, though.' if edges <= -EDGES else ''}"


def _about(what: str, factor: int, damage: Damage, halved: bool) -> str:
    done = [f"was shrunk to 1/{factor} of its sides"] * (factor > 1)
    done += [f"received noise of {damage.noise:g} levels"] * (damage.noise > 0)
    done += [f"was saved as a JPEG of quality {damage.quality}"] * (damage.quality is not None)
    if halved:
        return (
            f"{what} {', '.join(done)}, enhanced again, and compared with what it was when it had been shrunk. So the "
            "truth is known here, and your picture's own noise and blocks are weaker in it. How the full picture would "
            "truly look without them cannot be known."
        )
    return (
        f"{what} {', '.join(done)}, enhanced again, and compared with what it had been. So the truth is known here, "
        "with the noise and softness that your picture itself has. How the full picture would truly look still larger "
        "cannot be known."
    )
