"""What is asked of a lane: by how much to enlarge, with which network, and with which evidence. Data alone."""

from dataclasses import dataclass

from enhancer.errors import BadOptions
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Bundled, Entry
from enhancer.options import option
from enhancer.tasks.choose import AUTO

MODEL_HELP = "a catalogue id; auto takes the bundled one that was trained to be near the truth, and invents nothing"
GENERATIVE_HELP = "allow a network that may draw what is not there, or of which nobody knows"
CONSISTENT_HELP = "correct the result until it gives the source again when it is shrunk"
UNCERTAINTY_HELP = "enhance eight times, mirrored and turned, and write the error to expect into a file of its own"


@dataclass(frozen=True)
class Wish:
    """Enlarge by a whole `scale`; evidence is on unless it is waived, and invention off unless it is asked for."""

    scale: int = option(2, "whole factor for both sides", minimum=2, maximum=4, step=1)
    model: str = option(AUTO, MODEL_HELP)
    generative: bool = option(False, GENERATIVE_HELP)
    consistent: bool = option(True, CONSISTENT_HELP)
    uncertainty: bool = option(True, UNCERTAINTY_HELP)


def faithful(entry: Entry) -> bool:
    """Whether a model was trained to come near the truth alone: bundled ones without a twin are."""
    return isinstance(entry.source, Bundled) and not entry.twin


def chosen(wish: Wish) -> str:
    """The id of the model that is to draw.

    Raises BadOptions for one that may invent where that is not asked for, and for one that enlarges too little.
    """
    fit = [e for e in CATALOG if e.purpose == "upscale" and e.scale >= wish.scale]
    if wish.model == AUTO:
        return min((e for e in fit if faithful(e) and not e.blind), key=lambda e: e.scale).id
    known = next((e for e in CATALOG if e.id == wish.model), None)
    if known is not None and known not in fit:
        raise BadOptions(f"{wish.model} does not enlarge by {wish.scale}; please choose another model.")
    if not wish.generative and (known is None or not faithful(known)):
        raise BadOptions(
            f"{wish.model} may draw what is not there, which these lanes do only where it is asked for in so many "
            "words: say generative, too, or leave the model to the program."
        )
    return wish.model
