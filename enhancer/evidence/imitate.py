"""What of a picture's faults, and of the steps against them, a self-test can imitate fairly."""

from collections.abc import Sequence

from enhancer.evidence.diagnosis import Diagnosis
from enhancer.evidence.propose import STRONGEST_NOISE
from enhancer.evidence.self_test import Damage
from enhancer.tasks.chain import Step

# What is done to the picture to test models that keep its size: what each of them is for, in a middling degree.
# Where the picture itself shows such damage, it is that instead.
TRIALS = {"denoise": Damage(noise=15), "deblock": Damage(quality=40), "mend": Damage(noise=8, quality=60)}
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


def trials(steps: Sequence[Step], grown: float, found: Damage) -> tuple[tuple[int, Damage], ...]:
    """For each test of steps that make a picture `grown` times as large: by how much it is shrunk, and what it suffers.

    An enlargement is tested on the shrunken picture as it is, and again with the damage that was found in the picture.
    Steps against that damage are tested with it alone.
    """
    factor = min(4, max(2, round(grown)))
    if len(steps) > 1:
        return ((factor if grown > 1 else 1, found),)
    if steps[0].task_id in TRIALS:
        return ((1, found if found != Damage() else TRIALS[steps[0].task_id]),)
    return ((factor, Damage()), (factor, found)) if found != Damage() else ((factor, Damage()),)


def halved(factor: int, found: Damage) -> bool:
    """Whether a test that keeps the size must take the picture at half of it for the truth.

    At its own size a picture with noise or blocks would be the truth with them, and whoever takes them off would lose.
    """
    return factor == 1 and found != Damage()
