"""Does enhancement help recognition, where people have drawn what is there? Average precision before and after."""

from collections.abc import Sequence

import torch

from enhancer.errors import BadOptions
from enhancer.lab.detect import boxes_of
from enhancer.metrics.boxes import Boxes, mean_precision
from enhancer.models.annotated import Annotated
from enhancer.models.detector import Detector, Found

LITTLE = 0.005  # a difference of precision below this says nothing


def shared_names(truths: Annotated, detector: Detector) -> list[str]:
    """The classes that both know. Raises BadOptions for none."""
    names = [name for name in truths.names if name in detector.names]
    if not names:
        raise BadOptions(
            f"The boxes are of {', '.join(truths.names[:8])}; this detector knows {', '.join(detector.names[:8])}."
        )
    return names


def precision(found: Sequence[Sequence[Found]], truths: Annotated, names: list[str]) -> float:
    """Mean average precision at an overlap of one half over `names`; boxes in pixels of the annotated pictures."""
    places = torch.tensor([names.index(name) if name in names else -1 for name in truths.names])
    wanted = []
    for truth in truths.truths:
        labels = places[truth.labels]
        wanted.append(Boxes(truth.boxes[labels >= 0], labels[labels >= 0]))
    return mean_precision([boxes_of(one, names) for one in found], wanted)


def precision_sentence(before: float, after: float, pictures: int) -> str:
    """The answer where people have drawn what is there."""
    verdict = "hardly matters to" if abs(after - before) < LITTLE else "helps" if after > before else "hurts"
    return (
        f"Enhancement {verdict} this detector. Average precision at an overlap of one half over "
        f"{pictures} annotated pictures: "
        f"{before:.1%} before, {after:.1%} after."
    )
