"""Pictures as they are measured: white behind whatever is transparent, and a sentence that says so."""

from torch import Tensor

from enhancer.media.picture import Picture

ON_WHITE = "What is transparent was laid on white before measuring."


def on_white(candidate: Picture, reference: Picture | None = None) -> tuple[Tensor, Tensor | None, str | None]:
    """The pixels (3, H, W) in [0, 1] of both as they are seen on white; a sentence where either has transparency.

    So hidden colours count for nothing, and transparency for what it changes. Opaque pictures stay as they are.
    """
    told = candidate.alpha is not None or (reference is not None and reference.alpha is not None)
    truth = None if reference is None else reference.on_white().pixels
    return candidate.on_white().pixels, truth, ON_WHITE if told else None
