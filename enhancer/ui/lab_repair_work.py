"""What the Repair tab does behind its buttons: a mask as the task takes it, and the filled picture."""

from dataclasses import dataclass
from pathlib import Path

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.evidence.receipt import Receipt, receipt
from enhancer.evidence.report_pictures import uri
from enhancer.media.formats import format_of
from enhancer.models.catalog import CATALOG
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.tasks.choose import AUTO
from enhancer.tasks.mask import check_mask, decoded, mask_in, packed, stretched
from enhancer.tasks.repair_options import BIHARMONIC, NETWORK, REPAIR, TEXTURE
from enhancer.ui.choice import Choice
from enhancer.ui.display import reduced
from enhancer.ui.enhance_work import PAINTED_PIXELS, Finished, Written, enhance_file, write
from enhancer.ui.painter import painter
from enhancer.ui.picture_input import Source, read
from enhancer.ui.words import duration, fact_list, file_size, size_of

PAINTED_SIDE = 1000  # pixels of the longer side of what is painted, as many as the canvas has
LONGEST = 400_000  # letters of it
COLOUR = (220, 38, 38)
PAINT = "Paint over what is to go"
ALONE = {"Texture from elsewhere in the picture": TEXTURE, "Smooth surface (biharmonic)": BIHARMONIC}
HOW = {TEXTURE: "texture of the picture", BIHARMONIC: "smooth surface"}
NOTHING = "Please paint over what is to go first, or choose a mask."


@dataclass(frozen=True)
class Repaired:
    """A finished picture as a file, with what was kept."""

    written: Written
    receipt: Receipt


def ways() -> list[tuple[str, str]]:
    """(title, value) of the ways to fill a hole: the networks of the catalogue, and what needs none."""
    networks = [(entry.title, entry.id) for entry in CATALOG if entry.purpose == REPAIR.id]
    return [("Automatic", AUTO), *networks, *ALONE.items()]


def easel(source: Source, settings: Settings) -> str:
    """The picture to paint over. Raises BadPicture as `read`."""
    small = uri(reduced(read(source.path, settings), PAINTED_PIXELS))
    size = (source.width, source.height)
    return painter(f"repair-{source.path.parent.name}", size, small, COLOUR, PAINTED_SIDE, PAINT)


def mask_text(canvas: str, file: str | None, size: tuple[int, int], settings: Settings) -> str:
    """The mask as the task takes it: from an uploaded PNG, else from what was painted.

    Raises BadOptions for none, and as `check_mask`.
    """
    if file is not None:
        mask = mask_in(Path(file).read_bytes(), settings)
    elif canvas and len(canvas) <= LONGEST:
        mask = stretched(decoded(canvas, settings), size)
    else:
        raise BadOptions(NOTHING)
    check_mask(mask, size)
    return packed(mask)


def choice_of(way: str, mask: str) -> Choice:
    """The task with its options."""
    told = {"method": way} if way in (AUTO, *HOW) else {"method": NETWORK, "model": way}
    return Choice(task(REPAIR.id), {"mask": mask, **told})


def repaired(
    path: Path, source: Source, masks: tuple[str, str | None], way: str, engine: Engine, place: Path, progress: Progress
) -> Finished:
    """Fill the picture at `path`; `masks` are what was painted, and the uploaded file. Raises as the task does."""
    text = mask_text(*masks, (source.width, source.height), engine.settings)
    return enhance_file(path, choice_of(way, text), engine, place, progress)


def handed_over(done: Finished, format: str, embed: bool, settings: Settings, place: Path) -> Repaired:
    """The result written as a file, and read back for its receipt."""
    written = write(done, format, place, embed)
    source = read(done.path, settings)
    return Repaired(written, receipt(source, written.file.read_bytes(), done.kept.load(), settings, done.recipe))


def facts(done: Finished, written: Written, format: str, embed: bool) -> str:
    """What was made of what."""
    (step,) = done.recipe.steps
    how = step.models[-1].id if step.models else HOW[step.options["method"]]
    file = f"{format_of(format).title}, {file_size(written.file.stat().st_size)}"
    items = [("Size", size_of(done.size)), ("With", how), ("Time", duration(done.seconds)), ("File", file)]
    told = [("Recipe", "in the file" if written.recipe is None else "beside it")] if embed else []
    return fact_list([*items, *told])
