"""DICOM files made for tests, with all that must survive in them."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

PATIENT = "Doe^Jane"
LOGO = np.array([[1, 0, 0], [0, 1, 1]], np.uint8)  # an overlay


def body(height: int = 40, width: int = 48, low: float = 0, high: float = 4095) -> np.ndarray:
    """A smooth shape with an edge, in whole values from about `low` to `high`."""
    y, x = np.mgrid[:height, :width]
    shape = (
        0.5 + 0.3 * np.sin(x / 5) * np.cos(y / 7) + 0.2 * np.sign((x - width / 2) ** 2 + (y - height / 2) ** 2 - 150)
    )
    return np.rint(low + shape.clip(0, 1) * (high - low))


def item(**tags: Any) -> Dataset:
    """One of a sequence."""
    made = Dataset()
    for name, value in tags.items():
        setattr(made, name, value)
    return made


def dicom(
    path: Path,
    values: np.ndarray,
    *,
    bits: int = 12,
    signed: bool = False,
    syntax: str = ExplicitVRLittleEndian,
    **tags: Any,
) -> Path:
    """`values` (H, W), (H, W, 3) or (F, H, W) as a file with the usual tags, and with `tags`."""
    allocated = 8 if bits <= 8 else 16
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, syntax
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["instance"])
    order, implicit = "<" if syntax != ExplicitVRBigEndian else ">", syntax == ImplicitVRLittleEndian
    ds = FileDataset(str(path), {}, bytes(128), meta, implicit, order == "<")
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = (generate_uid(entropy_srcs=[n]) for n in ("study", "series"))
    ds.PatientName, ds.PatientID, ds.StudyDate, ds.Modality = PATIENT, "4711", "20200102", "CT"
    ds.ImageType, ds.SeriesDescription = ["ORIGINAL", "PRIMARY", "AXIAL"], "Thorax"
    ds.PixelSpacing, ds.ImagerPixelSpacing, ds.SliceThickness = [0.6, 0.4], [0.8, 0.7], 5
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-100.0, -90.5, 12], [1, 0, 0, 0, 0.6, -0.8]
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, -1024, "HU"
    ds.WindowCenter, ds.WindowWidth = [40, 300], [400, 1500]
    private = ds.private_block(0x0029, "SOMEBODY", create=True)
    private.add_new(0x10, "OB", bytes(range(10)))
    private.add_new(0x11, "LO", "private words")
    inner = Dataset()
    inner.ReferencedSOPClassUID, inner.ReferencedSOPInstanceUID = CTImageStorage, generate_uid(entropy_srcs=["other"])
    ds.ReferencedImageSequence = [inner]
    colour = values.shape[-1] == 3
    ds.NumberOfFrames = values.shape[0] if values.ndim == 3 and not colour else 1
    ds.Rows, ds.Columns = values.shape[:2] if values.ndim == 2 or colour else values.shape[1:]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = (3, "RGB") if colour else (1, "MONOCHROME2")
    if colour:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = allocated, bits, bits - 1, int(signed)
    data = values.astype(f"{order}{'i' if signed else 'u'}{allocated // 8}").tobytes()
    ds.PixelData = data + bytes(len(data) % 2)
    ds["PixelData"].VR = "OW" if allocated > 8 else "OB"
    for name, value in tags.items():
        setattr(ds, name, value)
    ds.save_as(path, enforce_file_format=True)
    return path


def with_overlay(path: Path) -> Path:
    """The same file with a drawing over it, at row 5 and column 7."""
    ds = pydicom.dcmread(path)
    bits = np.packbits(LOGO, bitorder="little").tobytes()
    for element, kind, value in (
        *((0x10, "US", LOGO.shape[0]), (0x11, "US", LOGO.shape[1]), (0x40, "CS", "G"), (0x50, "SS", [5, 7])),
        *((0x100, "US", 1), (0x102, "US", 0), (0x3000, "OW", bits + bytes(len(bits) % 2))),
    ):
        ds.add_new((0x6000, element), kind, value)
    ds.save_as(path)
    return path


def values_of(path: Path) -> np.ndarray:
    return pydicom.dcmread(path).pixel_array
