"""Writing DICOM: pixels gather on a canvas, on disk where it is large, and follow their tags into the file."""

import copy
import io
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pydicom
import torch
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from enhancer import canvas
from enhancer.errors import BadOptions
from enhancer.lanes.dicom_file import DicomFile
from enhancer.lanes.dicom_tags import OVERLAYS, Story, groups, renamed, short
from enhancer.lanes.mapping import Mapping
from enhancer.lanes.scene import Layer, Window
from enhancer.media.files import write_whole
from enhancer.settings import Settings

LARGEST_SIDE, LARGEST = 0xFFFF, 2**32 - 2  # pixels and bytes that tags can tell of
STEPS = 0xFFFF  # of the error to expect, from none to the whole range of the values
DOUBT = "Error to expect, not for diagnosis"
OF_VALUES = (  # what speaks of values, and not of their errors
    *("PixelPaddingValue", "PixelPaddingRangeLimit", "SmallestImagePixelValue", "LargestImagePixelValue"),
    *("ModalityLUTSequence", "VOILUTSequence", "VOILUTFunction", "WindowCenterWidthExplanation", "ICCProfile"),
    *("PlanarConfiguration", "PresentationLUTShape", "PixelIntensityRelationship", "PixelIntensityRelationshipSign"),
    *("SmallestPixelValueInSeries", "LargestPixelValueInSeries", "IconImageSequence"),
    *("RealWorldValueMappingSequence", "PixelIntensityRelationshipLUTSequence"),
)
RESCALING, WINDOWS = "PixelValueTransformationSequence", "FrameVOILUTSequence"  # of a group of frames
READ_OFF = ("RescaleSlope", "RescaleIntercept", "RescaleType", "WindowCenter", "WindowWidth")


class DicomResult:
    """The enlarged frames of a DICOM file, and the errors to expect where there is room for them."""

    def __init__(self, source: DicomFile, scale: int, doubting: bool, settings: Settings) -> None:
        self._source = source
        height, width = scale * source.height, scale * source.width
        shape = (source.frames, height, width)
        size = int(np.prod(shape, dtype=np.int64)) * source.channels * source.number.itemsize
        if max(height, width) > LARGEST_SIDE or size > LARGEST:
            raise BadOptions("A DICOM file cannot hold so many pixels; please choose a smaller factor.")
        self.limits: tuple[float, float] | None = None
        self._values = _room((*shape, source.channels), source.number, settings)
        self._errors = _room(shape, np.dtype(np.uint16), settings) if doubting else None

    def ready(self, mappings: dict[int, Mapping]) -> None:
        """The range of the values is known, in which errors are told."""
        mapping = mappings[0]
        self.limits = mapping.low, mapping.span

    def write(self, layer: Layer, window: Window, values: np.ndarray, valid: np.ndarray) -> None:
        """Values (channels, h, w) into their frame; where there is no measurement, what fills the gaps."""
        source = self._source
        if source.padding is not None:
            values = np.where(valid, kept_apart(values, source.padding), source.padding[0])
        rows, columns = window.slices
        self._values[layer.index, rows, columns] = np.moveaxis(values, 0, 2)

    def doubt(self, layer: Layer, window: Window, error: np.ndarray) -> None:
        """The error to expect (1, h, w) into its frame."""
        assert self._errors is not None
        assert self.limits is not None
        rows, columns = window.slices
        steps = np.rint(error[0] * (STEPS / self.limits[1]))
        self._errors[layer.index, rows, columns] = steps.clip(0, STEPS)

    def save(self, target: Path, tags: FileDataset) -> None:
        """Write the file, with the tags of the result. Raises Unwritable."""
        source = self._source
        tags.HighBit = source.bits - 1
        if source.channels > 1:
            tags.PhotometricInterpretation, tags.PlanarConfiguration = "RGB", 0
        if source.syntax.is_encapsulated:
            tags.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        _write(target, tags, self._values)

    def save_errors(self, target: Path, tags: FileDataset, story: Story) -> None:
        """Write the errors on the same grid, in the unit of the rescaled values."""
        assert self._errors is not None
        assert self.limits is not None
        _write(target, _error_tags(tags, self.limits[1] / STEPS, story), self._errors)


def kept_apart(values: np.ndarray, gap: tuple[float, float]) -> np.ndarray:
    """Measurements that would be taken for a gap, moved to the nearest whole value beside it."""
    low, high = gap
    inside = (values >= low) & (values <= high)
    return (
        np.where(inside, np.where(values - low < high - values, low - 1, high + 1), values)
        if low
        else np.where(inside, high + 1, values)
    )


def _room(shape: tuple[int, ...], number: "np.dtype[Any]", settings: Settings) -> np.ndarray:
    """Not filled."""
    size = int(np.prod(shape, dtype=np.int64)) * number.itemsize
    found: np.ndarray = canvas.empty((size,), settings, torch.uint8).numpy().view(number).reshape(shape)
    return found


def _error_tags(tags: FileDataset, step: float, story: Story) -> FileDataset:
    """Those of the result, for a picture that is read off in its unit: frame by frame where the result is."""
    made = copy.deepcopy(tags)
    _without(made, OF_VALUES)
    for group in OVERLAYS:
        for element in list(made.group_dataset(group)):
            del made[element.tag]
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 16, 15, 0
    rescaling = [_group_read_off(group, step) for group in chain(*groups(made))]
    if any(rescaling):
        _without(made, READ_OFF)
    else:
        _read_off(made, made, step)
    made.SeriesDescription = DOUBT
    renamed(made, story.key + DOUBT)
    return made


def _group_read_off(group: Dataset, step: float) -> bool:
    """Turn what a group of frames tells of values into what holds for errors; whether it tells how to rescale."""
    mapped = next(iter(group.get(RESCALING) or []), None)
    _without(group, (*OF_VALUES, RESCALING, WINDOWS))
    if mapped is None:
        return False
    window = Dataset()
    _read_off(mapped, window, step)
    setattr(group, RESCALING, [mapped])
    setattr(group, WINDOWS, [window])
    return True


def _read_off(mapped: Dataset, window: Dataset, step: float) -> None:
    """Steps of so many stored values become errors in the unit of the rescaled values, and a window shows them."""
    slope = abs(float(mapped.get("RescaleSlope") or 1)) * step
    mapped.RescaleSlope, mapped.RescaleIntercept = short(slope), short(0.0)
    mapped.RescaleType = mapped.get("RescaleType") or "US"
    window.WindowWidth = short(max(slope * STEPS / 20, slope))
    window.WindowCenter = short(float(window.WindowWidth) / 2)


def _without(tags: Dataset, names: tuple[str, ...]) -> None:
    for name in names:
        if name in tags:
            delattr(tags, name)


class _Bytes(io.RawIOBase):
    """An array as a file that is read."""

    def __init__(self, array: np.ndarray) -> None:
        self._bytes, self._at = array.reshape(-1).view(np.uint8).data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._bytes)}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, into: Any) -> int:
        part = self._bytes[self._at : self._at + len(into)]
        into[: len(part)] = part
        self._at += len(part)
        return len(part)


def _write(target: Path, tags: FileDataset, pixels: np.ndarray) -> None:
    if tags.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        pixels.byteswap(inplace=True)
    wide = pixels.dtype.itemsize > 1 or tags.file_meta.TransferSyntaxUID.is_implicit_VR
    raw: Any = _Bytes(pixels)
    tags[0x7FE00010] = DataElement(0x7FE00010, "OW" if wide else "OB", io.BufferedReader(raw))

    def fill(file: BinaryIO) -> None:
        pydicom.dcmwrite(file, tags, enforce_file_format=True)

    write_whole(target, fill, "The DICOM file")


def plain(tags: Dataset) -> Dataset:
    """Tags without their pixels."""
    if "PixelData" in tags:
        del tags.PixelData
    return tags
