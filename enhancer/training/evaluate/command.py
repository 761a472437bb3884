"""`python -m enhancer.training evaluate`: each model by the protocols of its purpose, or by those asked for."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.models.catalog import BUNDLED_ENTRIES, CATALOG
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.training.evaluate.protocols import BY_PURPOSE, PROTOCOLS
from enhancer.training.evaluate.report import lines
from enhancer.training.evaluate.runner import run_protocol
from enhancer.training.words import WORDS

BENCH = Path("../shared/data/bench")


def evaluate(
    models: Sequence[str],
    sets: Sequence[str] | None = None,
    bench: Path = BENCH,
    levels: Sequence[int] | None = None,
    protocols: Sequence[str] = (),
    pictures: int | None = None,
    best: bool = False,
) -> list[str]:
    """One table for each protocol, as lines: level, method, set, pictures, figures; the row of the input first.

    `models` are catalogue ids or weight files. Without `protocols` each model has those of its purpose; without
    models the super-resolution rows alone. Raises FileNotFoundError for a set without pictures, ValueError for a model
    of another scale, BadOptions for an unknown protocol or a model whose purpose is not known, and what the store
    raises.
    """
    engine = bench_engine()
    loaded = [(name, engine.model(name)) for name in models]
    groups: dict[str, list[tuple[str, Model]]] = {} if models else {"sr": []}
    for name, model in loaded:
        for chosen in protocols or protocols_of(name, model.scale):
            groups.setdefault(_known(chosen), []).append((Path(name).name, model))
    text: list[str] = []
    for chosen, members in groups.items():
        rows = run_protocol(PROTOCOLS[chosen], members, engine, bench, sets, levels, pictures, best)
        text += [*([""] if text else []), *lines(PROTOCOLS[chosen], rows)]
    return text


def bench_engine() -> Engine:
    """The engine that the page would use on this machine."""
    settings = Settings.from_environment()
    return Engine(Store(settings), settings)


def protocols_of(name: str, scale: int) -> tuple[str, ...]:
    """The protocols that a model is measured by: those of its words, of its purpose, or of its scale.

    Raises BadOptions where none of the three tells.
    """
    if name in WORDS:
        return WORDS[name].protocols
    purpose = next((e.purpose for e in CATALOG if e.id == name), "upscale" if scale > 1 else "")
    if purpose not in BY_PURPOSE:
        raise BadOptions(f"What {name} is made for is not known; choose --protocol {', '.join(PROTOCOLS)}.")
    return BY_PURPOSE[purpose]


def _known(protocol: str) -> str:
    if protocol not in PROTOCOLS:
        raise BadOptions(f"There is no protocol {protocol!r}; known: {', '.join(PROTOCOLS)}.")
    return protocol


def run_evaluate(a: argparse.Namespace) -> None:
    """Measure models by the published protocols, with the row of the input beside them."""
    rows = evaluate(a.models, a.sets, a.bench, a.levels, a.protocol, a.pictures, a.best)
    sys.stdout.write("\n".join(rows) + "\n")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `evaluate` to the command line of this room."""
    about = "\n".join(f"  {p.id:<12}{p.about}; sets {', '.join(p.sets)}" for p in PROTOCOLS.values())
    judge = commands.add_parser(
        "evaluate",
        help=run_evaluate.__doc__,
        description=f"{run_evaluate.__doc__}\n\nprotocols:\n{about}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    own = [e.id for e in BUNDLED_ENTRIES]
    judge.add_argument("models", nargs="*", default=own, help="catalogue ids or weight files; all bundled ones if none")
    judge.add_argument("--protocol", nargs="+", default=[], choices=PROTOCOLS, help="instead of those of the purpose")
    judge.add_argument("--bench", type=Path, default=BENCH, help="folder of benchmark folders, each with HR/")
    judge.add_argument("--sets", nargs="+", help="benchmark folders, instead of those of the protocol")
    judge.add_argument("--levels", "--scales", nargs="+", type=int, help="scales, noise or qualities, instead of all")
    judge.add_argument("--pictures", type=int, help="only the first so many of each set, for a quick look")
    judge.add_argument(
        "--best", action="store_true", help="the mean of eight flips and turns as well, eight times as slow"
    )
    judge.set_defaults(call=run_evaluate)
