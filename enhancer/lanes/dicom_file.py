"""Reading DICOM: tags in one go, values frame by frame or straight from the disk, and none of them in a message."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset, FileDataset
from pydicom.filereader import read_dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from enhancer.errors import BadPicture, EnhancerError, NotAPicture
from enhancer.lanes.limits import check_scene
from enhancer.lanes.scene import Layer, Window
from enhancer.media.files import check_file
from enhancer.media.formats import cut_off, damaged, unsupported
from enhancer.settings import Settings

log = logging.getLogger(__name__)
PREAMBLE, MAGIC = 128, b"DICM"
UNDEFINED, LONG, SHORT = 0xFFFFFFFF, 12, 8  # bytes before a value, with its VR told and without
ITEM, END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
GREY, COLOUR = ("MONOCHROME1", "MONOCHROME2"), ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
BITS = (8, 16, 32)
NAME = "DICOM"


class DicomFile:
    """One DICOM file as a scene: every frame is a layer. `tags` hold everything but the pixels; to be closed."""

    together = False

    def __init__(self, path: Path, settings: Settings) -> None:
        check_file(path, settings, "max_scene_bytes")
        self._file = path.open("rb")
        try:
            with understood():
                self._open(settings)
        except BaseException:
            self._file.close()
            raise

    def _open(self, settings: Settings) -> None:
        _check_head(self._file)
        self.tags, self._at, self.pixel_vr = _tags(self._file)
        self.syntax: UID = self.tags.file_meta.TransferSyntaxUID
        _check_kind(self.tags, self.syntax)
        tags = self.tags
        self.width, self.height, self.frames = int(tags.Columns), int(tags.Rows), _frames(tags)
        self.channels = int(tags.SamplesPerPixel)
        check_scene(self.width, self.height, self.frames, settings)
        if self.syntax.is_encapsulated and self.width * self.height > settings.max_pixels:
            raise BadPicture(
                "A frame of this compressed DICOM has too many pixels; please send it uncompressed.", "max_pixels"
            )
        self.signed, self.bits = bool(tags.PixelRepresentation), int(tags.BitsStored)
        self.number = np.dtype(f"{'i' if self.signed else 'u'}{int(tags.BitsAllocated) // 8}")
        self.padding = _padding(tags, self.signed, int(tags.BitsAllocated)) if self.channels == 1 else None
        inner = _window(tags) if self.channels == 1 else None
        self.layers = tuple(Layer(n, 0, self.channels, inner=inner) for n in range(self.frames))
        self._mapped = self._map()
        self._held: tuple[int, np.ndarray] | None = None

    def read(self, layer: Layer, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Stored values (channels, h, w) float64 and which of them are no padding (1, h, w). Raises BadPicture."""
        with understood():
            part = self._frame(layer.index)[window.slices]
            values = self._numbers(part).astype(np.float64)
        values = values[None] if values.ndim == 2 else np.moveaxis(values, 2, 0)
        if self.padding is None:
            return values, np.ones((1, *values.shape[1:]), bool)
        low, high = self.padding
        return values, (values < low) | (values > high)

    def close(self) -> None:
        """Let go of the file."""
        self._mapped = self._held = None
        self._file.close()

    def _frame(self, index: int) -> np.ndarray:
        """(H, W) or (H, W, 3), on the disk where it lies there plainly."""
        if self._mapped is not None:
            frame: np.ndarray = self._mapped[index]
            return frame
        if self._held is None or self._held[0] != index:
            self._held = index, pixel_array(self._file, index=index)
            if self._held[1].shape[:2] != (self.height, self.width):
                raise damaged(NAME, "a frame is not as large as its tags say")
        return self._held[1]

    def _map(self) -> np.ndarray | None:
        """All frames as they lie on the disk, None where they must be unpacked. Raises BadPicture where some lack."""
        plain = self.tags.PhotometricInterpretation in (*GREY, "RGB") and not self.tags.get("PlanarConfiguration", 0)
        if self.syntax.is_encapsulated or not plain:
            return None
        if self.syntax == ExplicitVRBigEndian and self.number.itemsize == 1:
            return None
        shape = (self.frames, self.height, self.width, *((self.channels,) if self.channels > 1 else ()))
        order = self.number.newbyteorder(">" if self.syntax == ExplicitVRBigEndian else "<")
        if self._at + int(np.prod(shape, dtype=np.int64)) * order.itemsize > Path(self._file.name).stat().st_size:
            raise cut_off(NAME)
        return np.memmap(self._file, order, "r", self._at, shape)

    def _numbers(self, stored: np.ndarray) -> np.ndarray:
        """Without the bits beside those that count, where others may have left something."""
        if self._mapped is None:
            return stored
        above = int(self.tags.BitsAllocated) - 1 - int(self.tags.HighBit)
        below = int(self.tags.HighBit) + 1 - self.bits
        native = stored.astype(self.number)
        return native if not (above or below) else (native << above) >> (above + below)


@contextmanager
def understood() -> Iterator[None]:
    """pydicom says what is odd about values with the values themselves, which belong to patients: nothing is heard."""
    heard = logging.getLogger("pydicom")
    before, heard.disabled = heard.disabled, True
    try:
        with warnings.catch_warnings(), disable_value_validation():
            warnings.simplefilter("ignore")
            yield
    except (EnhancerError, MemoryError, OSError):
        raise
    except Exception as error:  # foreign readers raise nearly any type on hostile bytes
        log.info("a DICOM file was refused: %s", type(error).__name__)
        raise damaged(NAME) from None
    finally:
        heard.disabled = before


def _check_head(file: BinaryIO) -> None:
    head = file.read(PREAMBLE + len(MAGIC))
    if head[PREAMBLE:] != MAGIC:
        raise NotAPicture(
            "This file is not DICOM with its usual head (128 bytes, then DICM); please export it as such."
        )
    file.seek(0)


def _tags(file: BinaryIO) -> tuple[FileDataset, int, str]:
    """All but the pixels, where those begin, and as what they are stored. Raises BadPicture."""
    meta = pydicom.filereader.read_file_meta_info(str(getattr(file, "name", "")))
    if meta.get("TransferSyntaxUID") in (None, DeflatedExplicitVRLittleEndian):
        raise unsupported(NAME, "deflated or unnamed transfer syntax")
    tags = pydicom.dcmread(file, stop_before_pixels=True)
    syntax = meta.TransferSyntaxUID
    implicit, little = syntax.is_implicit_VR, syntax.is_little_endian
    order: Any = "little" if little else "big"
    head = file.read(SHORT if implicit else LONG)
    if head[:4] != (b"\xe0\x7f\x10\x00" if little else b"\x7f\xe0\x00\x10"):
        raise unsupported(NAME, "no pixels, or pixels that are not whole numbers")
    length, at = int.from_bytes(head[-4:], order), file.tell()
    _skip(file, length)
    tags.update(read_dataset(file, implicit, little))
    return tags, at, "OW" if implicit else head[4:6].decode("ascii")


def _skip(file: BinaryIO, length: int) -> None:
    """Past a value, or past its packed items."""
    if length != UNDEFINED:
        file.seek(length, 1)
        return
    while (head := file.read(SHORT))[:4] == ITEM:
        file.seek(int.from_bytes(head[4:], "little"), 1)
    if head[:4] != END:
        raise cut_off(NAME)


def _check_kind(tags: Dataset, syntax: UID) -> None:
    meant = tags.PhotometricInterpretation
    if meant not in (GREY if tags.SamplesPerPixel == 1 else COLOUR) or tags.SamplesPerPixel not in (1, 3):
        raise unsupported(NAME, "another colour model than grey and RGB")
    if tags.BitsAllocated not in BITS or not 0 < tags.BitsStored <= tags.HighBit + 1 <= tags.BitsAllocated:
        raise unsupported(NAME, "an unusual number of bits")
    if "TotalPixelMatrixColumns" in tags and _frames(tags) > 1:
        raise unsupported(NAME, "one frame for each tile of a slide")
    try:
        able = get_decoder(syntax).is_available
    except NotImplementedError:
        able = False
    if not able:
        known = "an unknown kind" if syntax.name == str(syntax) else syntax.name
        raise NotAPicture(
            f"The pixels of this DICOM are packed as {known}, which is not read here; please export it unpacked."
        )


def _frames(tags: Dataset) -> int:
    return max(1, int(tags.get("NumberOfFrames") or 1))


def _padding(tags: Dataset, signed: bool, bits: int) -> tuple[float, float] | None:
    """From which to which stored value there is no measurement."""
    if tags.get("PixelPaddingValue") is None:
        return None
    first = _stored(tags.PixelPaddingValue, signed, bits)
    last = _stored(tags.get("PixelPaddingRangeLimit", tags.PixelPaddingValue), signed, bits)
    return min(first, last), max(first, last)


def _stored(value: int, signed: bool, bits: int) -> float:
    """Some write a signed value as if it had no sign."""
    return float(value - 2**bits if signed and value >= 2 ** (bits - 1) else value)


def _window(tags: Dataset) -> tuple[float, float] | None:
    """Stored values between which the file says that it is looked at (PS3.3 C.11.2.1.2), None where it does not."""
    centre, width = tags.get("WindowCenter"), tags.get("WindowWidth")
    slope, intercept = float(tags.get("RescaleSlope") or 1), float(tags.get("RescaleIntercept") or 0)
    if (
        centre in (None, "")
        or width in (None, "")
        or "ModalityLUTSequence" in tags
        or not np.isfinite([slope, intercept]).all()
    ):
        return None
    middle, whole = (float(v if not isinstance(v, pydicom.multival.MultiValue) else v[0]) for v in (centre, width))
    ends = sorted((middle + side * whole / 2 - intercept) / slope for side in (-1, 1))
    return (ends[0], ends[1]) if np.isfinite(ends).all() and whole > 0 else None
