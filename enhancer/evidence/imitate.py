"""What of a picture's faults, and of the steps against them, a self-test can imitate fairly."""

from collections.abc import Sequence

from enhancer.evidence.diagnosis import Diagnosis
from enhancer.evidence.propose import STRONGEST_NOISE
from enhancer.evidence.self_test import Damage
from enhancer.tasks.chain import Step

# These bring a picture back to what it was before it suffered. Others change its tones or edges towards what is liked,
# and a picture that was never dark or soft would only lose by them.
MENDING = {"upscale", "mend", "denoise", "deblock", "median", "bilateral", "nl-means", "wavelet", "total-variation"}


def damage_of(diagnosis: Diagnosis) -> Damage:
    """The noise and the compression that were found, as a self-test can give them to a clean picture."""
    noise, jpeg = diagnosis["noise"], diagnosis["jpeg"]
    level = min(noise.value or 0.0, STRONGEST_NOISE) if noise.found else 0.0
    return Damage(round(level, 1), round(jpeg.value) if jpeg.found and jpeg.value else None)


def fair(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that a self-test can judge."""
    return tuple(step for step in steps if step.task_id in MENDING)
