"""The table of protocols; to add one, write where its cases come from and one entry here."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import Tensor

from enhancer.metrics import gmsd, haarpsi, psnr, psnr_b, ssim
from enhancer.models.entry import VIDEO
from enhancer.training.evaluate.clips import enlarged_frames, flicker, psnr_frames, surveyed
from enhancer.training.evaluate.photo import worn
from enhancer.training.evaluate.protocol import Case, Column, Protocol
from enhancer.training.evaluate.sources import (
    as_given,
    biharmonic,
    compressed_colour,
    compressed_grey,
    darkened,
    enlarged,
    holed,
    noisy,
    shrunk,
    untouched,
)


def psnr_y(output: Tensor, case: Case) -> float:
    """PSNR on the luminance, which spans 16 to 235 and so reads 1.3 dB higher than a grey file measured as it is.

    The scripts behind the published tables measure grey files (one of Set14) as they are, and so does this.
    """
    return psnr(output, case.truth, y=not case.grey, shave=case.shave)


def ssim_y(output: Tensor, case: Case) -> float:
    """SSIM on the luminance; of a grey file as it is."""
    return ssim(output, case.truth, y=not case.grey, shave=case.shave)


def psnr_rgb(output: Tensor, case: Case) -> float:
    """PSNR over all samples."""
    return psnr(output, case.truth, shave=case.shave)


def ssim_rgb(output: Tensor, case: Case) -> float:
    """SSIM, mean over R, G and B."""
    return ssim(output, case.truth, shave=case.shave)


def haar(output: Tensor, case: Case) -> float:
    """HaarPSI of the whole picture."""
    return haarpsi(output, case.truth)


def gradients(output: Tensor, case: Case) -> float:
    """GMSD of the whole picture; lower is better."""
    return gmsd(output, case.truth)


def psnr_blocks(output: Tensor, case: Case) -> float:
    """PSNR-B of the whole picture."""
    return psnr_b(output, case.truth)


def change(output: Tensor, case: Case) -> float:
    """Mean absolute difference to what was given, in per cent of white."""
    return 100 * float((output - case.given).abs().mean())


def psnr_holes(output: Tensor, case: Case) -> float:
    """PSNR over the samples that were missing."""
    if case.plane is None:
        raise ValueError("a protocol that measures holes has to say where they are")
    missing = case.plane[0] > 0
    return psnr(output[:, missing][:, None], case.truth[:, missing][:, None])


def _likeness(title: str, function: Callable[[Tensor, Case], float], short: int = 0) -> Column:
    return Column(title, "", function, digits=4, width=9, short=short, tolerance=0.002)


Y_PSNR = Column("Y-PSNR", "dB", psnr_y)
PSNR = Column("PSNR", "dB", psnr_rgb)
PSNR_B = Column("PSNR-B", "dB", psnr_blocks, short=0)

_STEADY = (
    "PSNR over R, G and B, and flicker (the change from frame to frame that does not move, in grey levels; lower is "
    "better), the means over a clip after"
)
_SURVEYED = "noise of 10 to 30 levels, new in each frame, and JPEG of quality 50; 8-bit outputs, whole frames"
_CLIPS: Mapping[str, Any] = {
    "level": "sigma",
    "mark": "σ",
    "levels": (10, 20, 30),
    "sets": ("../video/tennis",),
    "columns": (
        Column("PSNR", "dB", psnr_frames),
        Column("flicker", "", flicker, digits=2, width=9, tolerance=0.05),
    ),
    "stated": (10, 20, 30),
}
_ALL = (
    Protocol(
        id="sr",
        about="Luminance PSNR / SSIM by the rules of super-resolution papers: MATLAB's bicubic, 8-bit outputs, "
        "a border of `scale` pixels left out",
        level="scale",
        mark="x",
        levels=(2, 3, 4),
        sets=("Set5", "Set14"),
        baseline="bicubic",
        cases=shrunk,
        plain=enlarged,
        columns=(Y_PSNR, _likeness("Y-SSIM", ssim_y)),
        label="{set} {column}",
        scaled=True,
        stated=(2, 3, 4),
    ),
    Protocol(
        id="noise",
        about="PSNR over R, G and B under Gaussian colour noise of 15, 25 and 50 levels, neither clipped nor rounded "
        "(NumPy's generator, seed 0 for each picture); 8-bit outputs, whole picture",
        level="sigma",
        mark="σ",
        levels=(15, 25, 50),
        sets=("McMaster",),
        baseline="noisy",
        cases=noisy,
        plain=as_given,
        columns=(PSNR, _likeness("SSIM", ssim_rgb)),
        label="{set} σ{level} {column}",
        stated=(15, 25, 50),
    ),
    Protocol(
        id="jpeg",
        about="PSNR / SSIM / PSNR-B of grey pictures (of colour ones the luminance, 16 to 235) after JPEG of libjpeg "
        "quality 10 to 40; 8-bit outputs, whole picture",
        level="grey",
        mark="q",
        levels=(10, 20, 30, 40),
        sets=("LIVE1", "Classic5"),
        baseline="JPEG",
        cases=compressed_grey,
        plain=as_given,
        columns=(PSNR, _likeness("SSIM", ssim_rgb), PSNR_B),
        label="{set} grey q{level} {column}",
        stated=(10, 40),
    ),
    Protocol(
        id="jpeg-colour",
        about="PSNR / SSIM over R, G and B after colour JPEG (4:2:0) of libjpeg quality 10 to 40; 8-bit outputs, "
        "whole picture",
        level="rgb",
        mark="q",
        levels=(10, 20, 30, 40),
        sets=("LIVE1",),
        baseline="JPEG",
        cases=compressed_colour,
        plain=as_given,
        columns=(PSNR, _likeness("SSIM", ssim_rgb)),
        label="{set} colour q{level} {column}",
        stated=(10, 40),
    ),
    Protocol(
        id="photo",
        about="HaarPSI, GMSD (lower is better), SSIM and luminance PSNR after two orders of blur, resizing, noise and "
        "JPEG down to 1/scale, listed in enhancer/training/evaluate/photo.json; 8-bit outputs, whole picture",
        level="scale",
        mark="x",
        levels=(1, 2, 4),
        sets=("LIVE1",),
        baseline="bicubic",
        cases=worn,
        plain=enlarged,
        columns=(
            _likeness("HaarPSI", haar, short=4),
            _likeness("GMSD", gradients, short=4),
            _likeness("SSIM", ssim_rgb, short=4),
            Y_PSNR,
        ),
        label="{set} worn {column}",
        scaled=True,
        stated=(1, 2, 4),
        timed=True,
    ),
    Protocol(
        id="tone",
        about="PSNR / SSIM over R, G and B after darkening by gamma 2 to 4, a colour cast and noise, drawn with a fixed"
        " seed and rounded to 8 bits",
        level="seed",
        mark="",
        levels=(0,),
        sets=("LIVE1",),
        baseline="dark",
        cases=darkened,
        plain=as_given,
        columns=(PSNR, _likeness("SSIM", ssim_rgb)),
        label="{set} darkened {column}",
        stated=(0,),
    ),
    Protocol(
        id="daylight",
        about="How much good pictures are changed: mean absolute difference in per cent of white",
        level="seed",
        mark="",
        levels=(0,),
        sets=("LIVE1",),
        baseline="as it is",
        cases=untouched,
        plain=as_given,
        columns=(Column("change", "%", change, width=11),),
        label="{set} daylight {column}",
        stated=(0,),
    ),
    Protocol(
        id="holes",
        about="PSNR over R, G and B inside free-form holes over 10 and 25 per cent of each picture, drawn with a fixed "
        "seed; SSIM of the whole picture",
        level="per cent",
        mark="",
        levels=(10, 25),
        sets=("LIVE1",),
        baseline="biharmonic",
        cases=holed,
        plain=biharmonic,
        columns=(Column("hole PSNR", "dB", psnr_holes, width=13), _likeness("SSIM", ssim_rgb)),
        label="{set} {level} % missing {column}",
        stated=(10, 25),
    ),
    Protocol(
        id="clips",
        about=f"{_STEADY} {_SURVEYED}",
        baseline="as it is",
        cases=surveyed,
        plain=as_given,
        label="{set} σ{level} {column}",
        **_CLIPS,
    ),
    Protocol(
        id="clips-x2",
        about=f"{_STEADY} bicubic shrinking to one half, {_SURVEYED}",
        baseline="bicubic",
        cases=partial(surveyed, scale=2),
        plain=enlarged_frames,
        label="{set} x2 σ{level} {column}",
        scale=2,
        **_CLIPS,
    ),
)

PROTOCOLS: dict[str, Protocol] = {protocol.id: protocol for protocol in _ALL}
BY_PURPOSE: dict[str, tuple[str, ...]] = {
    "mend": ("photo",),
    "upscale": ("sr",),
    "denoise": ("noise",),
    "deblock": ("jpeg", "jpeg-colour"),
    "lowlight": ("tone", "daylight"),
    "repair": ("holes",),
    VIDEO: ("clips",),
}
