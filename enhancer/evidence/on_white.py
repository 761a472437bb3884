"""Pictures as they are measured: white behind whatever is transparent, and sentences on what else is to be known."""

from torch import Tensor

from enhancer.media.colour import look_alike
from enhancer.media.picture import Picture

ON_WHITE = "What is transparent was laid on white before measuring."
OTHER_PROFILE = "The two have different colour profiles: their numbers were compared, not what is seen."


def on_white(candidate: Picture, reference: Picture | None = None) -> tuple[Tensor, Tensor | None, str | None]:
    """The pixels (3, H, W) in [0, 1] of both as they are seen on white; sentences on transparency and on profiles.

    So hidden colours count for nothing, and transparency for what it changes. Opaque pictures stay as they are.
    """
    both = [picture for picture in (candidate, reference) if picture is not None]
    notes = [ON_WHITE] * any(picture.see_through for picture in both)
    if reference is not None and not look_alike(candidate.profile, reference.profile):
        notes.append(OTHER_PROFILE)
    truth = None if reference is None else reference.on_white().pixels
    return candidate.on_white().pixels, truth, " ".join(notes) or None
