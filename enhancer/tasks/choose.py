"""Which catalogue model serves a purpose, and how far between a crisp model and its faithful twin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from enhancer.errors import BadOptions
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import CRISPNESS, Bundled, Entry
from enhancer.progress import Progress

if TYPE_CHECKING:
    from enhancer.engine import Engine
    from enhancer.models.contract import Model

AUTO = "auto"
FILLING = "repair"  # the purpose of models that fill holes
MODEL_HELP = "a catalogue id, a local weight file, or owner/repo/file on the Hub; auto takes a bundled one"
STRENGTH_HELP = "how much of the network's picture is blended over the plain one"
BEST_HELP = "mean of eight flips and turns: a little better, eight times as slow"
CRISPNESS_HELP = f"0 invents nothing, 1 draws likely texture; for models that have both, {CRISPNESS:g} where left out"


def choose_model(model_id: str, purpose: str, factor: float = 1.0) -> str:
    """`auto` is the usual bundled model (see `usual_model`); other ids stay as they are.

    Raises BadOptions when no bundled model has this purpose, naming those that can be fetched.
    """
    if model_id != AUTO:
        return model_id
    if usual := usual_model(CATALOG, purpose, factor):
        return usual.id
    names = ", ".join(e.id for e in CATALOG if e.purpose == purpose) or "none"
    raise BadOptions(f"No bundled model does {purpose}; choose one from the Hub: {names}.")


def usual_model(catalog: Sequence[Entry], purpose: str, factor: float = 1.0) -> Entry | None:
    """The bundled model of the smallest sufficient scale, else of the largest; None where there is none.

    Models for photographs with unknown faults go before those for clean pictures, crisp ones before their twins.
    """
    suited = [e for e in catalog if e.purpose == purpose]
    twins = {e.twin for e in suited}
    own = sorted((e for e in suited if isinstance(e.source, Bundled) and e.id not in twins), key=lambda e: e.scale)
    first = [e for e in own if e.blind] or own
    return next((e for e in first if e.scale >= factor), first[-1] if first else None)


def twin_of(model_id: str) -> str:
    """The faithful twin of a model of the catalogue; "" where it has none."""
    return next((e.twin for e in CATALOG if e.id == model_id), "")


def crisp_share(model_id: str, asked: float | None) -> float:
    """The share of the crisp model in a blend with its faithful twin; 1 for models without one.

    Raises BadOptions where a share is asked for and there is no twin.
    """
    if twin_of(model_id):
        return CRISPNESS if asked is None else asked
    if asked is None:
        return 1.0
    raise BadOptions(f"{model_id} has no faithful twin to blend with; leave crispness out.")


def heard(model_id: str, chosen: str, crispness: float | None) -> float | None:
    """The crispness that was asked for; None where `auto` chose a model without a twin."""
    return crispness if model_id != AUTO or twin_of(chosen) else None


def open_model(
    engine: "Engine",
    progress: Progress,
    model_id: str,
    purpose: str,
    crispness: float | None = None,
    factor: float = 1.0,
) -> "Model":
    """The model that was chosen for a purpose, blended as `crisp_share` says. Raises what these and the engine do."""
    chosen = choose_model(model_id, purpose, factor)
    model = engine.model(chosen, progress, crisp_share(chosen, heard(model_id, chosen, crispness)))
    check_suits(chosen, purpose, remembers=bool(model.state), fills=model.fills)
    return model


def check_suits(model_id: str, purpose: str, *, remembers: bool, fills: bool) -> None:
    """Raises BadOptions for a model that `remembers` frames, that fills holes, and for one that does not for Repair."""
    if remembers:
        raise BadOptions(
            f"{model_id} is for video, where one frame follows another; choose another model for a picture."
        )
    if fills and purpose != FILLING:
        raise BadOptions(f"{model_id} fills holes; choose another model, or the task Repair with a mask.")
    if purpose == FILLING and not fills:
        raise BadOptions(f"{model_id} fills no holes; choose a model that is made for Repair.")
