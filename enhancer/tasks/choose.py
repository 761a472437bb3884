"""Which catalogue model serves a purpose."""

from enhancer.errors import BadOptions
from enhancer.models.catalog import CATALOG, Bundled

AUTO = "auto"
MODEL_HELP = "a catalogue id, a local weight file, or owner/repo/file on the Hub; auto takes a bundled one"
STRENGTH_HELP = "how much of the network's picture is blended over the plain one"


def choose_model(model_id: str, purpose: str, factor: float = 1.0) -> str:
    """`auto` is the bundled model of the smallest sufficient scale, else of the largest; other ids stay as they are.

    Raises BadOptions when no bundled model has this purpose, naming those that can be fetched.
    """
    if model_id != AUTO:
        return model_id
    suited = [e for e in CATALOG if e.purpose == purpose]
    own = sorted((e for e in suited if isinstance(e.source, Bundled)), key=lambda e: e.scale)
    if not own:
        names = ", ".join(e.id for e in suited) or "none"
        raise BadOptions(f"No bundled model does {purpose}; choose one from the Hub: {names}.")
    return next((e.id for e in own if e.scale >= factor), own[-1].id)
