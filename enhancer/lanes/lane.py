"""The lanes there are, and what differs between them in words. Data alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lane:
    """`name` as all doors know it; `kept` of a source, always; the `notice` comes with every result."""

    name: str
    file: str
    suffix: str
    media_type: str
    layer: str
    kept: tuple[str, ...]
    notice: str


MEDICAL = Lane(
    name="medical",
    file="DICOM file",
    suffix=".dcm",
    media_type="application/dicom",
    layer="frame",
    kept=("tags", "bits", "units", "place in the patient"),
    notice="Not for diagnosis: detail between the pixels of the source is estimated by a network, which was trained on "
    "photographs. Please judge by the source.",
)
SATELLITE = Lane(
    name="satellite",
    file="GeoTIFF file",
    suffix=".tif",
    media_type="image/tiff; application=geotiff",
    layer="band",
    kept=("tags", "bits", "bands", "place on Earth"),
    notice="Detail between the pixels of the source is estimated: please measure in the source.",
)
