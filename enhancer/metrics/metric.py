"""A measurement with its direction, unit and needs as data."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Metric:
    """`function(candidate, reference)` on two (3, H, W) float32 in [0, 1]; without reference `function(candidate)`.

    `unit` is "dB", "" for plain numbers, or what the text beside the figure should say.
    """

    id: str
    title: str
    unit: str
    function: Callable[..., float]
    needs_reference: bool
    higher_is_better: bool
    explanation: str

    def __call__(self, candidate: Tensor, reference: Tensor | None = None) -> float:
        """Measure. Raises ValueError when a reference is missing or has another shape."""
        if not self.needs_reference:
            return self.function(candidate)
        if reference is None or reference.shape != candidate.shape:
            found = None if reference is None else tuple(reference.shape)
            raise ValueError(f"{self.title} compares equal shapes, not {tuple(candidate.shape)} with {found}")
        return self.function(candidate, reference)
