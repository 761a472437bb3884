"""What the Explain tab does behind its button: maps of what an answer, or a pixel, came from, as display files."""

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from enhancer.errors import BadOptions
from enhancer.lab.bundled import DIGITS, recogniser
from enhancer.lab.heat import enlarged, laid_over, marked
from enhancer.lab.influence import Influence, influence, model_here
from enhancer.lab.paper import digit_in
from enhancer.lab.reasons import GRAD_CAM, INTEGRATED, Reasons, reasons
from enhancer.media.picture import Picture
from enhancer.models.catalog import CATALOG, Bundled
from enhancer.models.contract import Model
from enhancer.settings import Settings
from enhancer.tasks.resize import colours
from enhancer.ui.controls import learned
from enhancer.ui.display import save_display
from enhancer.ui.enhance_work import Pair
from enhancer.ui.picture_input import read

SIDE = 520  # pixels of the shown map
ROOT = 0.5  # weak influence is lifted, or only a dot would be seen
NEAREST, AROUND = 8, 1.3  # pixels around the point that are shown at least, and times the radius that matters
WAYS = [("Which pixels counted", INTEGRATED), ("Where it looked", GRAD_CAM)]
ABOUT = {
    INTEGRATED: "Integrated gradients: warm pixels speak for this digit, cool ones against it, and all of them "
    "together add up to the answer.",
    GRAD_CAM: "Grad-CAM: the warmer a place, the more the last features of the network found there for this digit. It "
    "is coarse, 4 by 4 places.",
}
ABOUT_INFLUENCE = (
    "The framed pixel of the result was made from the warm pixels of your picture; the map shows the gradient, its "
    "root, so that weak influence is seen. A change of a warm pixel would change the framed one."
)


@dataclass(frozen=True)
class Explained:
    """What was seen and its map, as display files, and what they say: one sentence, and how to read the map."""

    pair: Pair
    sentence: str
    reading: str


def askable() -> list[tuple[str, str]]:
    """(title, id) of the networks that can be asked: the recogniser, then what is bundled for enhancing."""
    enhancing = {purpose for _, purpose in learned()}
    bundled = [e for e in CATALOG if isinstance(e.source, Bundled) and e.purpose in enhancing]
    return [("Recogniser of digits", DIGITS), *((e.title, e.id) for e in bundled)]


def answer_explained(path: Path, way: str, name: str, settings: Settings, place: Path) -> Explained:
    """Why the recogniser answers so, or what speaks for another digit. Raises BadPicture as `digit_in`."""
    named = recogniser(settings)
    found = reasons(named, digit_in(read(path, settings)).pixels, way, name)
    picture = found.seen.expand(3, -1, -1)
    pair = _files(enlarged(picture, SIDE), enlarged(laid_over(picture, found.weight), SIDE), place)
    return Explained(pair, _for_digit(found), ABOUT[way])


def pixel_explained(
    path: Path, model_id: str, centre: tuple[float, float], settings: Settings, place: Path
) -> Explained:
    """What made the pixel of a result at `centre`, fractions of width and height.

    Raises BadPicture, BadOptions for a network that cannot be asked.
    """
    if model_id not in [known for _, known in askable()]:
        raise BadOptions(f"The network {model_id!r} cannot be asked here; choose one of the list.")
    model = model_here(settings, model_id)
    found = influence(model, colours(read(path, settings)), centre)
    return Explained(_framed(found, place), _for_pixel(found, model), ABOUT_INFLUENCE)


def _framed(found: Influence, place: Path) -> Pair:
    reach = max(NEAREST, round(AROUND * found.most))
    top, left = max(0, found.row - reach), max(0, found.column - reach)
    part = (slice(None), slice(top, found.row + reach + 1), slice(left, found.column + reach + 1))
    seen = found.seen[part]
    times = max(1, SIDE // max(seen.shape[1:]))
    shown = [enlarged(x, SIDE) for x in (seen, laid_over(seen, found.share[part], ROOT))]
    before, after = (marked(x, times, found.row - top, found.column - left) for x in shown)
    return _files(before, after, place)


def _files(before: Tensor, after: Tensor, place: Path) -> Pair:
    left, _, _ = save_display(Picture(before.contiguous()), place / "seen.png")
    right, _, _ = save_display(Picture(after.contiguous()), place / "why.png")
    return str(left), str(right)


def _for_digit(found: Reasons) -> str:
    total = f" The integral found all but {found.missing:.1%} of it." if found.missing is not None else ""
    return f"This is what speaks for a {found.name}.{total}"


def _for_pixel(found: Influence, model: Model) -> str:
    if found.half == 0:
        return (
            f"{model.id} made at least half of this pixel from the very same one of your picture, and 95% from within "
            f"{found.most} pixels around it."
        )
    return (
        f"{model.id} made half of this pixel from within {found.half} pixels around it, and 95% from within "
        f"{found.most}."
    )
