"""What the tags of an enlarged DICOM say: the same, but for its grid, its identity and how it was made."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid
from pydicom.valuerep import DSfloat

from enhancer.settings import PROGRAM, VERSION

NOTICE = "Not for diagnosis"
SPACINGS = (  # mm from row to row, column to column
    *("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "ImagePlanePixelSpacing"),
)
PLACES = (  # of pixels, counted from 1, at their centres
    *("ShutterLeftVerticalEdge", "ShutterRightVerticalEdge", "ShutterUpperHorizontalEdge"),
    *("ShutterLowerHorizontalEdge", "CenterOfCircularShutter", "VerticesOfThePolygonalShutter"),
    *("CollimatorLeftVerticalEdge", "CollimatorRightVerticalEdge", "CollimatorUpperHorizontalEdge"),
    *("CollimatorLowerHorizontalEdge", "CenterOfCircularCollimator", "VerticesOfThePolygonalCollimator"),
)
LENGTHS = (  # in pixels
    *("RadiusOfCircularShutter", "RadiusOfCircularCollimator", "TotalPixelMatrixRows", "TotalPixelMatrixColumns"),
)
ON_SLIDE = ("RowPositionInTotalImagePixelMatrix", "ColumnPositionInTotalImagePixelMatrix")  # of a first pixel, from 1
RECEIVED = (1, 0, 0, 0, -1, 0)  # how rows and columns of an image of radiotherapy run where it does not say
SIGNED = ((0xFFFA, 0xFFFA), (0x4FFE, 0x0001))  # signatures, which hold for what was signed alone
TABLES = ((0x7FE0, 0x0001), (0x7FE0, 0x0002))  # where packed frames lie
LONGEST = 64  # characters of a short text
OVERLAYS = range(0x6000, 0x6020, 2)


@dataclass(frozen=True)
class Story:
    """How a result was made: enlarged `scale` times by `model`; `key` tells one wish from another."""

    scale: int
    model: str
    consistent: bool
    key: str

    @property
    def sentence(self) -> str:
        """For people who meet the file somewhere else."""
        fit = ", made consistent with its source" if self.consistent else ""
        return f"Enlarged {self.scale} times by {PROGRAM} {VERSION} with the network {self.model}{fit}. {NOTICE}."


def derived(tags: Dataset, story: Story) -> list[str]:
    """Change the tags of a source into those of its enlargement; a sentence for each thing that is not kept."""
    notes = _overlays(tags, story.scale)
    _grid(tags, story.scale)
    _identity(tags, story)
    for gone in (*SIGNED, *TABLES):
        if gone in tags:
            del tags[gone]
            notes += (
                ["Its digital signatures, which held for the source alone, were left out."] if gone in SIGNED else []
            )
    return list(dict.fromkeys(notes))


def _grid(tags: Dataset, scale: int) -> None:
    """Size, spacing and place of the pixels, also where they are told frame by frame."""
    tags.Rows, tags.Columns = scale * tags.Rows, scale * tags.Columns
    shared, each = groups(tags)
    oriented = _first(shared, "PlaneOrientationSequence")
    measured = _first(shared, "PixelMeasuresSequence")
    _place(tags, tags, tags, scale)
    _received(tags, scale)
    for group in chain(shared, each):
        for item in group.get("PlanePositionSequence") or []:
            _place(
                item,
                _first([group], "PlaneOrientationSequence") or oriented,
                _first([group], "PixelMeasuresSequence") or measured,
                scale,
            )
        for item in group.get("PlanePositionSlideSequence") or []:
            for name in ON_SLIDE:
                _changed(item, name, lambda n: scale * (n - 1) + 1)
    for item in chain([tags], *(group.get("PixelMeasuresSequence") or [] for group in chain(shared, each))):
        for name in SPACINGS:
            if item.get(name):
                setattr(item, name, [short(float(v) / scale) for v in item[name].value])
    _regions(tags.get("SequenceOfUltrasoundRegions") or [], scale)
    for name in PLACES:
        _changed(tags, name, lambda n: round((n - 0.5) * scale + 0.5))
    for name in LENGTHS:
        _changed(tags, name, lambda n: scale * n)


def groups(tags: Dataset) -> tuple[list[Dataset], list[Dataset]]:
    """What is told of all frames together, and of each; both are empty where it is told plainly."""
    shared, each = (list(tags.get(f"{n}FunctionalGroupsSequence") or []) for n in ("Shared", "PerFrame"))
    return shared, each


def _first(among: Iterable[Dataset], name: str) -> Dataset | None:
    """The first item of a sequence of this name."""
    return next((item for group in among for item in group.get(name) or []), None)


def _place(item: Dataset, oriented: Dataset | None, measured: Dataset | None, scale: int) -> None:
    """Where the first pixel lies in the patient."""
    place = item.get("ImagePositionPatient")
    direction = None if oriented is None else oriented.get("ImageOrientationPatient")
    spacing = None if measured is None else measured.get("PixelSpacing")
    if place and direction and spacing:
        item.ImagePositionPatient = _moved(place, direction, spacing, scale)


def _received(tags: Dataset, scale: int) -> None:
    """Where the first pixel lies on the receptor of radiotherapy, told as if that were not tilted (PS3.3 C.8.8.2.7)."""
    place, spacing = tags.get("RTImagePosition"), tags.get("ImagePlanePixelSpacing")
    direction = tags.get("RTImageOrientation") if tags.get("RTImagePlane") != "NON_NORMAL" else None
    if place and spacing:
        tags.RTImagePosition = _moved(place, direction or RECEIVED, spacing, scale)


def _moved(place: Iterable[Any], direction: Iterable[Any], spacing: Iterable[Any], scale: int) -> list[DSfloat]:
    """The centre of the first pixel, in mm along 2 or 3 axes, lies nearer to the corner (PS3.3 C.7.6.2.1.1)."""
    centre = np.array([float(v) for v in place])
    along = np.array([float(v) for v in direction]).reshape(2, 3)[:, : centre.size]
    down, right = (float(v) * (1 / scale - 1) / 2 for v in spacing)
    return [short(float(v)) for v in centre + right * along[0] + down * along[1]]


def _regions(regions: Iterable[Dataset], scale: int) -> None:
    """Parts of an ultrasound picture, counted from 0, and what a pixel is there (PS3.3 C.8.5.5)."""
    for region in regions:
        for axis in "XY":
            _changed(region, f"RegionLocationMin{axis}0", lambda n: scale * n)
            _changed(region, f"RegionLocationMax{axis}1", lambda n: scale * n + scale - 1)
            _changed(region, f"ReferencePixel{axis}0", lambda n: scale * n)
            _changed(region, f"PhysicalDelta{axis}", lambda n: n / scale)


def _changed(tags: Dataset, name: str, change: Any) -> None:
    value = tags.get(name)
    if value is not None and value != "":
        several = tags[name].VM > 1
        setattr(tags, name, [change(n) for n in value] if several else change(value))


def _identity(tags: Dataset, story: Story) -> None:
    """A new picture, of a new series of the same study, that names its source and how it was made."""
    source = Dataset()
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = tags.SOPClassUID, tags.SOPInstanceUID
    source.PurposeOfReferenceCodeSequence = [code("121322", "Source image for image processing operation")]
    _appended(tags, "SourceImageSequence", source)
    _appended(tags, "DerivationCodeSequence", code("113085", "Spatial resampling"))
    maker = Dataset()
    maker.Manufacturer, maker.ManufacturerModelName, maker.SoftwareVersions = PROGRAM, PROGRAM, VERSION
    maker.ContributionDescription = story.sentence
    maker.PurposeOfReferenceCodeSequence = [code("109103", "Modifying Equipment")]
    _appended(tags, "ContributingEquipmentSequence", maker)
    kinds = tags.get("ImageType") or []
    further = [] if isinstance(kinds, str) else list(kinds)[1:]
    tags.ImageType = ["DERIVED", *(further or ["SECONDARY"])]
    for name in ("DerivationDescription", "ImageComments"):
        tags[name] = _told(tags, name, story.sentence)
    label = f"x{story.scale}, {NOTICE.lower()}"
    before = str(tags.get("SeriesDescription") or "")
    tags.SeriesDescription = f"{before[: LONGEST - len(label) - 1]} {label}".strip()
    renamed(tags, story.key)


def renamed(tags: Dataset, key: str) -> None:
    """The same source and wish get the same names, and all slices of a series land in one series."""
    tags.SOPInstanceUID = generate_uid(entropy_srcs=[str(tags.SOPInstanceUID), key])
    if tags.get("SeriesInstanceUID"):
        tags.SeriesInstanceUID = generate_uid(entropy_srcs=[str(tags.SeriesInstanceUID), key])
    tags.file_meta.MediaStorageSOPInstanceUID = tags.SOPInstanceUID


def code(value: str, meaning: str) -> Dataset:
    """A code of DICOM itself."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def short(value: float) -> DSfloat:
    """A decimal of at most 16 characters."""
    return DSfloat(value, auto_format=True)


def _told(tags: Dataset, name: str, sentence: str) -> Any:
    """What stood there, and the sentence."""
    before = str(tags.get(name) or "")
    return DataElement(name, dictionary_VR(name), f"{before} {sentence}".strip())


def _appended(tags: Dataset, name: str, item: Dataset) -> None:
    setattr(tags, name, Sequence([*(tags.get(name) or []), item]))


def _overlays(tags: Dataset, scale: int) -> list[str]:
    """Drawings over the picture grow with it; those in spare bits of the pixels, and damaged ones, go."""
    notes = []
    for group in OVERLAYS:
        if (group, 0x0010) in tags and not _enlarged_overlay(tags, group, scale):
            for element in list(tags.group_dataset(group)):
                del tags[element.tag]
            notes.append("A drawing over the picture could not be enlarged and was left out.")
    return notes


def _enlarged_overlay(tags: Dataset, group: int, scale: int) -> bool:
    """Whether it could be done; one bit a pixel, the first pixel in the lowest bit (PS3.5 8.1.2)."""
    rows, columns = int(tags[group, 0x0010].value), int(tags[group, 0x0011].value)
    frames = int(tags[group, 0x0015].value) if (group, 0x0015) in tags else 1
    packed = tags[group, 0x3000].value if (group, 0x3000) in tags else b""
    count = rows * columns * frames
    if min(rows, columns, frames) < 1 or scale * max(rows, columns) > 0xFFFF or 8 * len(packed) < count:
        return False
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=count, bitorder="little").reshape(frames, rows, columns)
    data = np.packbits(bits.repeat(scale, 1).repeat(scale, 2), bitorder="little").tobytes()
    tags[group, 0x3000].value = data + bytes(len(data) % 2)
    tags[group, 0x0010].value, tags[group, 0x0011].value = scale * rows, scale * columns
    if (group, 0x0050) in tags:
        tags[group, 0x0050].value = [scale * (int(n) - 1) + 1 for n in tags[group, 0x0050].value]
    return True
