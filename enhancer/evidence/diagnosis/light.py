"""Exposure, clipping and colour cast, from every nth pixel of the whole picture."""

from collections.abc import Mapping

import torch
from torch import Tensor

from enhancer.evidence.diagnosis.finding import MILD, NONE, STRONG, UNKNOWN, UNSEEN, Finding
from enhancer.evidence.diagnosis.view import LUMA_601, View

TOP = 0.99  # share of pixels that are darker than the lightest part, so that a few lamps do not decide
DIM, VERY_DIM = 0.60, 0.40  # brightness of the lightest part, of full white
DARK, VERY_DARK = 0.15, 0.08  # mean brightness, where nine tenths of the pixels are below DARK_MOST
DARK_MOST = 0.45
BRIGHT = 0.85  # mean brightness
WHITE, BLACK = 254.5 / 255, 0.5 / 255
CLIPPED, HEAVILY = 0.02, 0.10  # share of pixels
CAST, STRONG_CAST = 0.5, 1.0  # stops between the strongest and the weakest channel
FEWEST = 100  # pixels


def measure_brightness(view: View, _found: Mapping[str, Finding]) -> Finding:
    """The finding "brightness": mean brightness in percent of white."""
    luma = _luma(view)
    if not len(luma):
        return _brightness(None, UNSEEN, UNKNOWN, "not measured")
    mean, most, top = float(luma.mean()), float(luma.quantile(0.9)), float(luma.quantile(TOP))
    evidence = (
        f"Brightness is {100 * mean:.0f} % of white on average, and all but the lightest hundredth of the pixels stays "
        f"below {100 * top:.0f} %."
    )
    if (mean < DARK and most < DARK_MOST) or top < DIM:
        very = mean < VERY_DARK or top < VERY_DIM
        return _brightness(100 * mean, evidence, *((STRONG, "much too dark") if very else (MILD, "too dark")))
    bright = mean > BRIGHT
    return _brightness(100 * mean, evidence, *((MILD, "very bright") if bright else (NONE, "well exposed")))


def _brightness(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("brightness", "Brightness", value, "% of white", evidence, severity, verdict)


def measure_highlights(view: View, _found: Mapping[str, Finding]) -> Finding:
    """The finding "highlights": how bright the lightest part is, in percent of white."""
    luma = _luma(view)
    if not len(luma):
        return _highlights(None, UNSEEN, UNKNOWN, "not measured")
    top = float(luma.quantile(TOP))
    evidence = f"The lightest hundredth of the pixels begins at {100 * top:.0f} % of white."
    severity, verdict = (MILD, "nothing is bright") if top < DIM else (NONE, "reaches the light tones")
    return _highlights(100 * top, evidence, severity, verdict)


def _highlights(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("highlights", "Lightest part", value, "% of white", evidence, severity, verdict)


def measure_clipping(view: View, _found: Mapping[str, Finding]) -> Finding:
    """The finding "clipping": percent of pixels that are pure white or pure black in every channel."""
    lost = [_visible(view, cut.all(0)) for cut in (view.thin >= WHITE, view.thin <= BLACK)]
    if not len(lost[0]):
        return _clipping(None, UNSEEN, UNKNOWN, "not measured")
    white, black = (float(pixels.double().mean()) for pixels in lost)
    share = white + black
    evidence = (
        f"{100 * white:.1f} % of the pixels are pure white and {100 * black:.1f} % pure black; what was there cannot "
        "be brought back."
    )
    if share < CLIPPED:
        severity, verdict = NONE, "nothing lost in black and white"
    else:
        severity, verdict = (MILD, "some tones lost") if share < HEAVILY else (STRONG, "many tones lost")
    return _clipping(100 * share, evidence, severity, verdict)


def _clipping(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("clipping", "Lost tones", value, "% of pixels", evidence, severity, verdict)


def measure_cast(view: View, _found: Mapping[str, Finding]) -> Finding:
    """The finding "cast": stops of light between the channels, the least of what three ways of looking find."""
    light = _light(view.thin)
    inner = (view.thin.amax(0) < WHITE) & (view.thin.amin(0) > BLACK)
    if view.thin_mask is not None:
        inner &= view.thin_mask
    if int(inner.sum()) < FEWEST:
        return _cast(None, "There are too few pixels between black and white.", UNKNOWN, "not measured")
    pixels = light[:, inner]
    edges = _change(light, view.thin_mask, 1) + _change(light, view.thin_mask, 2)
    stops = min(_spread(guess) for guess in (pixels.mean(1), edges, pixels.double().quantile(TOP, dim=1)))
    evidence = (
        f"Red, green and blue differ by at least {stops:.1f} stops on average, along edges and in the lightest parts. "
        "Whether that is the light or the subject, such as sea or leaves, the picture alone does not tell."
    )
    if stops < CAST:
        return _cast(stops, evidence, NONE, "no clear cast")
    return _cast(stops, evidence, MILD, "perhaps a colour cast" if stops < STRONG_CAST else "strongly coloured")


def _cast(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("cast", "Colour cast", value, "stops", evidence, severity, verdict)


def _luma(view: View) -> Tensor:
    return _visible(view, torch.einsum("c,chw->hw", LUMA_601, view.thin.double()))


def _visible(view: View, plane: Tensor) -> Tensor:
    """(h, w) as `view.thin` → (n,), what is not hidden."""
    return plane.flatten() if view.thin_mask is None else plane[view.thin_mask]


def _change(light: Tensor, mask: Tensor | None, dim: int) -> Tensor:
    """Mean change between neighbours along `dim` of (3, h, w), both visible by the mask (h, w): (3,)."""
    change = light.diff(dim=dim).abs()
    if mask is None:
        return change.mean((1, 2))
    length = mask.shape[dim - 1] - 1
    both = mask.narrow(dim - 1, 0, length) & mask.narrow(dim - 1, 1, length)
    return change[:, both].mean(1)


def _light(pixels: Tensor) -> Tensor:
    """Linear light of gamma-encoded values, IEC 61966-2-1."""
    return torch.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4).double()


def _spread(channels: Tensor) -> float:
    low, high = float(channels.min()), float(channels.max())
    return float(torch.tensor(max(high, 1e-6) / max(low, 1e-6)).log2())
