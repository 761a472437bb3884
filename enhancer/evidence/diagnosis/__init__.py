"""What ails a picture, measured. To add a measurement: one file, one line in `MEASUREMENTS`."""

from collections.abc import Callable, Mapping

from enhancer.evidence.diagnosis.compression import measure_compression
from enhancer.evidence.diagnosis.drawing import measure_kind
from enhancer.evidence.diagnosis.finding import MILD, NONE, SEVERITIES, STRONG, UNKNOWN, Diagnosis, Finding
from enhancer.evidence.diagnosis.grain import measure_grain
from enhancer.evidence.diagnosis.light import measure_brightness, measure_cast, measure_clipping, measure_highlights
from enhancer.evidence.diagnosis.noise import measure_noise
from enhancer.evidence.diagnosis.resolution import measure_resolution
from enhancer.evidence.diagnosis.seen import measure_hidden_noise
from enhancer.evidence.diagnosis.softness import measure_softness
from enhancer.evidence.diagnosis.view import View, view_of
from enhancer.media.picture import Picture
from enhancer.progress import Progress

Measurement = Callable[[View, Mapping[str, Finding]], Finding]

MEASUREMENTS: tuple[Measurement, ...] = (  # later ones may look at what earlier ones found
    measure_noise,
    measure_grain,
    measure_compression,
    measure_hidden_noise,
    measure_softness,
    measure_resolution,
    measure_brightness,
    measure_highlights,
    measure_clipping,
    measure_cast,
    measure_kind,
)


def diagnose(picture: Picture, raw: bytes | None = None, progress: Progress | None = None) -> Diagnosis:
    """Measure noise, fine and coarse, compression, sharpness, real detail, exposure, colour and kind of `picture`.

    `raw`, the bytes of its file, tells the quality of a JPEG from its own tables; without them, or where the file is of
    another kind, it is sought in the pixels. Large pictures are judged by 16 crops of 256 pixels. Pixels in [0, 1].
    Raises Cancelled.
    """
    view, progress = view_of(picture, raw), progress or Progress()
    found: dict[str, Finding] = {}
    for n, measure in enumerate(MEASUREMENTS):
        progress.step(n, len(MEASUREMENTS))
        finding = measure(view, found)
        found[finding.id] = finding
    progress.step(len(MEASUREMENTS), len(MEASUREMENTS))
    return Diagnosis(picture.width, picture.height, tuple(found.values()))


__all__ = ["MEASUREMENTS", "MILD", "NONE", "SEVERITIES", "STRONG", "UNKNOWN", "Diagnosis", "Finding", "diagnose"]
