"""Colour profiles: which one still describes the pixels, and CMYK into sRGB."""

import io
import logging

import numpy as np
from PIL import Image, ImageCms

log = logging.getLogger(__name__)

MAX_PROFILE = 8 * 2**20
HEADER = 128
SPACES = {True: b"GRAY", False: b"RGB "}
BY_PROFILE = "This picture was CMYK; its colours were converted to sRGB by its own profile."
BY_RULE = "This picture was CMYK without a usable profile; its colours were converted to sRGB as pure inks."
DAMAGED = "The colour profile of this file is damaged and was left out; its colours are read as sRGB."
MISFIT = "The colour profile of this file describes other channels than the picture has, and was left out."
PATCHES, UNSEEN = 6, 3  # steps of each colour, and levels by which two may differ
PLAIN_PRIMARIES = (1, 2, 5, 6)
PLAIN_TRANSFERS = (1, 2, 4, 6, 13)
WIDE = (
    "This picture states a wide or high dynamic range colour space without a profile; its values were kept unconverted."
)


def kept(profile: bytes | None, grey: bool) -> tuple[bytes | None, str | None]:
    """The profile if it is sound and describes a picture with one (grey) or three channels, else a note."""
    if not profile:
        return None, None
    space = _space(profile)
    if space is None:
        return None, DAMAGED
    return (profile, None) if space == SPACES[grey] else (None, MISFIT)


def from_cmyk(array: np.ndarray, top: float, profile: bytes | None) -> tuple[np.ndarray, str]:
    """(H, W, 4 or 5) ink from 0 to `top`, perhaps with alpha → (H, W, 3 or 4) uint8 sRGB, and the note that says how.

    By the embedded profile with relative colorimetric intent and black point compensation (lcms2).
    """
    ink = array if top == 255 else (array * (255 / top) + 0.5).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(ink[..., :4]), "CMYK")
    light, note = _by_profile(image, profile) if profile and _space(profile) == b"CMYK" else (None, BY_RULE)
    rgb = np.asarray(light or image.convert("RGB"))
    return (rgb if ink.shape[2] == 4 else np.dstack([rgb, ink[..., 4:5]])), note


def divided(array: np.ndarray, top: float) -> np.ndarray:
    """(H, W, 5) ink from 0 to `top` that was multiplied by the alpha behind it → the ink itself.

    Light is not linear in ink, so that this cannot wait until the ink is light.
    """
    cover = array[..., 4:].astype(np.float32) / top
    ink = np.divide(array[..., :4], cover, out=np.zeros((*array.shape[:2], 4), np.float32), where=cover > 0)
    ink = ink.clip(0, top)
    return np.dstack([ink if array.dtype.kind == "f" else np.rint(ink).astype(array.dtype), array[..., 4:]])


def unconverted(primaries: int, transfer: int) -> str | None:
    """A note where the code points of ITU-T H.273 say something else than ordinary video or sRGB colours."""
    return None if primaries in PLAIN_PRIMARIES and transfer in PLAIN_TRANSFERS else WIDE


def look_alike(one: bytes | None, other: bytes | None) -> bool:
    """Whether the same numbers look the same under two sound profiles, to three levels of sRGB; None is sRGB itself."""
    if one == other:
        return True
    greys = SPACES[True] in [profile[16:20] for profile in (one, other) if profile]
    try:
        seen = [_seen(profile, greys) for profile in (one, other)]
    except (ImageCms.PyCMSError, OSError, ValueError):
        log.info("a profile that opened could not be used", exc_info=True)
        return False
    return int(np.abs(seen[0] - seen[1]).max()) <= UNSEEN


def _seen(profile: bytes | None, greys: bool) -> np.ndarray:
    """Patches of many colours, or of greys alone, as a profile means them, in sRGB: (1, N, 3)."""
    steps = np.linspace(0, 255, PATCHES).round().astype(np.uint8)
    colours = steps[:, None].repeat(3, 1) if greys else np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3)
    image = Image.fromarray(colours[None])
    if profile is None:
        return np.asarray(image).astype(int)
    found = ImageCms.profileToProfile(
        image.convert("L") if profile[16:20] == SPACES[True] else image,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    return np.asarray(found).astype(int)


def _space(profile: bytes) -> bytes | None:
    """The colour space that an ICC profile is for (ICC.1:2022, 7.2.6), None when it is damaged."""
    if not HEADER < len(profile) <= MAX_PROFILE or profile[36:40] != b"acsp":
        return None
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (OSError, ValueError, TypeError):
        return None
    return profile[16:20]


def _by_profile(image: Image.Image, profile: bytes) -> tuple[Image.Image | None, str]:
    try:
        light = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        log.info("a CMYK profile that opened could not be used", exc_info=True)
        return None, BY_RULE
    return light, BY_PROFILE
