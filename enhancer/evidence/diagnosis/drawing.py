"""Line art and text against photographs: whether small places with contrast know two tones only."""

from collections.abc import Mapping

import torch

from enhancer.evidence.diagnosis.finding import MILD, NONE, UNKNOWN, Finding
from enhancer.evidence.diagnosis.view import View
from enhancer.evidence.diagnosis.visible import whole

BLOCK = 8
CONTRAST = 60.0  # levels between the darkest and the lightest pixel of a block that counts
NEAR = 0.15  # share of that contrast within which a pixel counts as the one or the other
DRAWN = 0.70  # share of such pixels; photographs of the benchmarks reach 0.67
FEWEST = 16  # blocks


def measure_kind(view: View, _found: Mapping[str, Finding]) -> Finding:
    """The finding "drawing": percent of two-toned pixels in places of contrast."""
    blocks = torch.cat([_blocks(plane, mask) for plane, mask in zip(view.luma, view.masks, strict=True)])
    low, high = blocks.amin(1, keepdim=True), blocks.amax(1, keepdim=True)
    strong = (high - low)[:, 0] >= CONTRAST
    if int(strong.sum()) < FEWEST:
        evidence = "There is too little strong contrast to tell a drawing from a photograph."
        return _finding(None, evidence, UNKNOWN, "no strong edges")
    place = ((blocks - low) / (high - low).clamp(min=1))[strong]
    share = float(((place < NEAR) | (place > 1 - NEAR)).double().mean())
    evidence = (
        f"Around strong edges {100 * share:.0f} % of the pixels are either ink or paper, with nothing between; "
        "photographs stay below 67 %."
    )
    severity, verdict = (MILD, "drawing or text") if share >= DRAWN else (NONE, "photograph")
    return _finding(100 * share, evidence, severity, verdict)


def _finding(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("drawing", "Drawing or text", value, "% two-toned", evidence, severity, verdict)


def _blocks(plane: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """(H, W) → (n, 64), without the blocks of which anything is hidden."""
    rows, columns = (side // BLOCK for side in plane.shape)
    inner = plane[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    blocks = inner.transpose(1, 2).reshape(-1, BLOCK**2)
    return blocks if mask is None else blocks[whole(mask, BLOCK)]
