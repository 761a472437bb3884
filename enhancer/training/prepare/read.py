"""One picture file as upright sRGB pixels, or one sentence that says why it cannot be learned from."""

import io
import logging
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from enhancer.errors import BadPicture
from enhancer.settings import MIB, Settings
from enhancer.training.prepare.fingerprint import Bytes

log = logging.getLogger(__name__)

# What a picture of this mode was before cannot be told, so it would teach the network its flaws.
UNSUITABLE = {
    "1": "it has two levels only",
    "P": "it has a palette of at most 256 colours",
    "PA": "it has a palette of at most 256 colours",
    "CMYK": "it is in the colours of print (CMYK); please convert it to RGB",
    "LAB": "it is in Lab colours; please convert it to RGB",
    "HSV": "it is in HSV colours; please convert it to RGB",
    "I": "its levels are 32-bit numbers without a stated range",
    "F": "its levels are 32-bit numbers without a stated range",
}
ANIMATED = {"GIF", "WEBP", "PNG", "AVIF"}


def read_picture(path: Path, settings: Settings | None = None) -> Bytes:
    """(H, W, 3) uint8 sRGB, turned upright by its EXIF orientation; 16-bit levels are rounded to 8.

    Raises BadPicture for a file that is missing, may not be read, is damaged or over the limits of `settings`, is
    transparent, animated, CMYK or of a palette.
    """
    limits = settings or Settings.from_environment()
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise BadPicture(f"it has {size / MIB:.0f} MiB, and at most {limits.max_bytes / MIB:g} are read")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata; too many pixels are refused below
            with Image.open(path) as image:
                return _pixels(image, limits)
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(f"it has more than {limits.max_pixels / 1e6:g} megapixels, the limit") from error
    except PermissionError as error:
        raise BadPicture("it may not be read; please check its permissions") from error
    except Exception as error:  # foreign decoders raise nearly any type on hostile bytes
        log.debug("%s was refused by its decoder", path, exc_info=True)
        raise BadPicture("it is damaged, cut off or of a kind that is not read here; please save it as PNG") from error


def _pixels(image: Image.Image, limits: Settings) -> Bytes:
    width, height = image.size
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        raise BadPicture(
            f"it measures {width}x{height}, and at most {limits.max_pixels / 1e6:g} megapixels"
            f" and {limits.max_side} pixels a side are read"
        )
    if image.mode in UNSUITABLE:
        raise BadPicture(UNSUITABLE[image.mode])
    if image.format in ANIMATED and getattr(image, "n_frames", 1) > 1:
        raise BadPicture("it is an animation")
    image.load()
    return np.asarray(_to_rgb(ImageOps.exif_transpose(image)))


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        levels = np.asarray(image).astype(np.float32)
        return Image.fromarray((levels / 257 + 0.5).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        alpha = image.convert("RGBA").getchannel("A")
        if alpha.getextrema() != (255, 255):
            raise BadPicture("it is partly transparent")
    profile = image.info.get("icc_profile")
    rgb = image.convert("RGB")
    return _to_srgb(rgb, profile) if profile and image.mode in ("RGB", "RGBA") else rgb


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Wide-gamut colours into sRGB by lcms2, relative colorimetric; what is sRGB already stays untouched."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(own).lower():
            return image
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        converted = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), renderingIntent=intent)
    except ImageCms.PyCMSError as error:
        raise BadPicture("its colour profile is damaged") from error
    if converted is None:
        raise BadPicture("its colour profile is damaged")
    return converted


def shrunken(picture: Bytes, factor: float) -> Bytes:
    """(H, W, 3) uint8 shrunk to the share `factor` of either side by an antialiased cubic; 1 changes nothing."""
    if factor == 1:
        return picture
    height, width = picture.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))
