"""The crops in a model card, and `python -m enhancer.training crops`, which draws them again."""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.models.bundled import read_entries
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.training.checkpoint import replace_file
from enhancer.training.crops.cases import CROPS
from enhancer.training.crops.draw import Drawn, drawn

HEAD = "## At 100 %"
AFTER = re.compile(r"^## (Expected error|Network)$", re.MULTILINE)  # what it stands before
ABOUT = (
    "Input (its pixels enlarged), result and truth, of pictures that scikit-image carries; drawn by `python -m "
    "enhancer.training crops {id}`. Figures are PSNR over R, G and B of the crop: of the input, resized bicubically "
    "where the model enlarges, and of the result. First what goes well, then what does not."
)


def crops(model_id: str, model: Model, engine: Engine, folder: Path) -> list[Drawn]:
    """Draw what the card of a model shows into `folder`; nothing without cases. Raises what the engine raises."""
    found = sorted((drawn(crop, model, engine) for crop in CROPS.get(model_id, ())), key=lambda d: not d.crop.good)
    for one in found:
        one.image.save(folder / one.crop.file(model_id), quality=90, method=6)
    return found


def with_crops(text: str, model_id: str, found: Sequence[Drawn]) -> str:
    """The card with this section, in place of the one that it may have; no crop is shown twice."""
    if not found:
        return text
    names = [one.crop.file(model_id) for one in found]
    for name in names:
        text = re.sub(rf"!\[[^]]*\]\({re.escape(name)}\)\n\n", "", text)
    shown = [f"![{_words(one)}]({name})\n\n{_told(one)}" for one, name in zip(found, names, strict=True)]
    section = "\n\n".join([HEAD, ABOUT.format(id=model_id), *shown])
    start = AFTER.search(text)
    assert start is not None, "every card has a section on its network"
    before = text[: start.start()].partition(HEAD)[0]
    return f"{before}{section}\n\n{text[start.start() :]}"


def _words(one: Drawn) -> str:
    return one.crop.caption.replace("-", " ")


def _told(one: Drawn) -> str:
    words = _words(one)
    return f"{words[0].upper()}{words[1:]} ({one.crop.damage.told}): {one.before:.1f} → {one.after:.1f} dB."


def run_crops(a: argparse.Namespace) -> None:
    """Draw the crops of bundled models again, good and bad, and put them into their cards."""
    settings = replace(Settings.from_environment(), weights=a.weights)
    entries = {entry.id: entry for entry in read_entries(a.weights)}
    engine = Engine(Store(settings, tuple(entries.values())), settings)
    for model_id in a.models or [name for name in entries if name in CROPS]:
        if model_id not in entries or model_id not in CROPS:
            raise BadOptions(f"No crops are chosen for {model_id!r} in {a.weights}; there are for {', '.join(CROPS)}.")
        found = crops(model_id, engine.model(model_id), engine, a.weights)
        card = a.weights / f"{model_id}.md"
        told = with_crops(card.read_text(encoding="utf-8"), model_id, found)
        replace_file(card, lambda partial, told=told: partial.write_text(told, encoding="utf-8"))
        sys.stdout.write("".join(f"{one.crop.file(model_id)}: {_told(one)}\n" for one in found))


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `crops` to the command line of this room."""
    parser = commands.add_parser("crops", help=run_crops.__doc__, description=run_crops.__doc__)
    parser.add_argument("models", nargs="*", help="bundled models, by name; all that have crops if none")
    parser.add_argument("--weights", type=Path, default=Settings.weights, help="folder of the bundled models")
    parser.set_defaults(call=run_crops)
