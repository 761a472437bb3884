"""The model card: what a weight file does, measured and in words, as Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from torch import nn

from enhancer.models.entry import Entry, Spread
from enhancer.networks import ARCHITECTURES
from enhancer.training.evaluate import Protocol, Row, markdown
from enhancer.training.history import History
from enhancer.training.moving import VIDEOS
from enhancer.training.recipes import RECIPES
from enhancer.training.schedule import Schedule
from enhancer.training.words import Words

OWN_SECTION = ("command", "asked")
NETWORK, DOUBTS = "## Network", "## Expected error"


def card(
    entry: Entry,
    words: Words,
    history: History,
    network: nn.Module,
    tables: Sequence[tuple[Protocol, Sequence[Row]]],
    pictures: Sequence[str],
    precision: str,
) -> str:
    """The whole card. `pictures` are files beside it, named `<id>.<caption>.<suffix>`, that show known failures."""
    use = "yes" if entry.commercial else "no"
    parts = [
        f"# {entry.id}",
        f"{words.summary} `{entry.id}.safetensors`, {entry.bytes:,} bytes, half precision, {entry.licence}, "
        f"commercial use: {use}.\nsha256 `{entry.sha256}`.",
        "## Figures",
        _measured(entry, precision),
        *("\n".join([f"{protocol.about}:", "", *markdown(protocol, rows, entry.id)]) for protocol, rows in tables),
        NETWORK,
        _network(entry, network),
        "## Training",
        _training(history),
        "## Known failures",
        "\n".join(f"- {sentence}" for sentence in words.failures),
        *(f"![{_caption(name)}]({name})" for name in pictures),
        "## Do it again",
        "\n".join(["```bash", *_commands(entry, history), "```"]),
    ]
    text = "\n\n".join(parts) + "\n"
    return text if entry.spread is None else with_doubts(text, entry.spread)


def with_doubts(text: str, spread: Spread) -> str:
    """The card with the section on expected errors, in place of the one that it may have."""
    before, _, rest = text.partition(NETWORK)
    usual = "" if spread.crispness == 1 else f", at the usual crispness of {spread.crispness:g}"
    told = (
        "The page can show where the network is guessing, in grey levels, by a table that `python -m enhancer.training "
        "calibrate` found on held-out pictures. On LIVE1, of which it saw nothing, in blocks of 8x8 pixels, the "
        f"expected error follows the true one with a rank correlation of {spread.rank:.3f} and is {spread.ratio:.0%} "
        f"of it in the mean{usual}; single pictures differ more."
    )
    return f"{before.partition(DOUBTS)[0]}{DOUBTS}\n\n{told}\n\n{NETWORK}{rest}"


def _network(entry: Entry, network: nn.Module) -> str:
    parameters = sum(p.numel() for p in network.parameters())
    about = (ARCHITECTURES[entry.architecture].__doc__ or "").strip().splitlines()[0]
    halo = getattr(network, "halo", None)
    reach = f" An output pixel depends on input pixels at most {halo} away." if halo else ""
    return (
        f"`{entry.architecture}` ({_listed(entry.hyperparameters)}), {parameters:,} parameters. {about}{reach}\n"
        "Architecture and hyper-parameters stand in the file's header; `enhancer/networks/` holds the code."
    )


def _training(history: History) -> str:
    facts = {name: value for name, value in history.values().items() if name not in OWN_SECTION}
    rows = [f"| {name} | {_text(value)} |" for name, value in facts.items()]
    return "\n".join(["| what | value |", "| --- | --- |", *rows])


def _commands(entry: Entry, history: History) -> list[str]:
    return [
        str(history.more.get("command", _train_command(entry, history))),
        f"python -m enhancer.training export RUN --id {entry.id}",
        f"python -m enhancer.training evaluate {entry.id}",
    ]


def _measured(entry: Entry, precision: str) -> str:
    """Where the figures come from."""
    return (
        f"Printed by `python -m enhancer.training evaluate {entry.id}` through the engine that the page uses, "
        f"in {precision}."
    )


def _train_command(entry: Entry, history: History) -> str:
    """The recipe by its name, or the one named like the model with the options that differ from it."""
    if isinstance(history.recipe, str):
        name, options = history.recipe, ""
    else:
        recipes: Mapping[str, Schedule] = {**RECIPES, **VIDEOS}
        name = entry.id if entry.id in recipes else "sr"
        usual = asdict(recipes[name])
        options = "".join(_option(k, v) for k, v in history.recipe.items() if k not in usual or usual[k] != v)
    given = {k: history.more[k] for k in ("start", "taught") if k in history.more}
    asked = history.more.get("asked", {"minutes": history.minutes})
    return "".join(
        [
            f"python -m enhancer.training train {name} --data TILES --out RUN",
            *(_option(k, f"{v:g}") for k, v in asked.items()),
            *(_option(k, v) for k, v in given.items()),
            options,
        ]
    )


def _option(name: str, value: Any) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f" --{flag}" if value else f" --no-{flag}"
    return f" --{flag} {value}"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return _listed(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _caption(name: str) -> str:
    return name.split(".")[1].replace("-", " ")
