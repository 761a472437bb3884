"""What small networks of ours do on the command line: name pictures, and draw them."""

import argparse
from collections.abc import Callable

import torch

from enhancer.cli.report import DONE, SOME_FAILED, complain, say, table
from enhancer.errors import BadOptions, EnhancerError
from enhancer.hall import default_engine
from enhancer.lab.bundled import artist
from enhancer.lab.drawing import DrawOptions, drawn, redrawn, sheet
from enhancer.lab.naming import named
from enhancer.lab.wish import NamingOptions
from enhancer.media import Picture, open_picture, save_picture
from enhancer.media.files import named as file_named
from enhancer.models.artist import Artist, open_artist
from enhancer.models.recogniser import Guess, open_recogniser
from enhancer.options import parse
from enhancer.settings import Settings
from enhancer.tasks.resize import colours


def run_recognise(a: argparse.Namespace) -> int:
    """Say what pictures show, or what is wrong with them, by a network that was trained to name it."""
    settings, name = default_engine().settings, _namer(a)
    rows, failed = [], 0
    for file in a.inputs:
        try:
            guesses = name(open_picture(file, settings))
        except EnhancerError as error:
            failed += 1
            complain(f"{file}: {error}")
        else:
            rows += [{"picture": str(file), "name": g.name, "probability": round(g.probability, 4)} for g in guesses]
    table(rows, a.json)
    return SOME_FAILED if failed else DONE


def _namer(a: argparse.Namespace) -> Callable[[Picture], tuple[Guess, ...]]:
    """A network that was trained here sees the picture as it is, that of digits the digit on it."""
    given = {name: getattr(a, name) for name in ("what", "count") if getattr(a, name) is not None}
    options, settings = parse(NamingOptions, given), default_engine().settings
    if a.weights is None:
        return lambda picture: named(picture, options, settings)
    if a.what is not None:
        raise BadOptions("Give either --what or --weights.")
    trained = open_recogniser(a.weights)
    return lambda picture: trained(colours(picture), options.count)


def run_draw(a: argparse.Namespace) -> int:
    """Draw pictures from a seed, on the way to another seed, or a picture again as the network codes it."""
    if a.to is not None and a.again is not None:
        raise BadOptions("Give either --to or --again.")
    settings = default_engine().settings
    drawings = _drawn(open_artist(a.weights) if a.weights else artist(settings, a.model), a, settings)
    a.output.parent.mkdir(parents=True, exist_ok=True)
    save_picture(sheet(drawings), a.output)
    say(f"{a.output}  {len(drawings)} {'picture' if len(drawings) == 1 else 'pictures'}")
    return DONE


def _drawn(network: Artist, a: argparse.Namespace, settings: Settings) -> torch.Tensor:
    """(N, 3, side, side) in [0, 1]; a bundled network sees of a picture what it sees on the page."""
    if a.again is not None:
        with file_named(a.again):
            picture = open_picture(a.again, settings)
        if a.weights is None and network.codes:
            return redrawn(picture, a.name or "", settings, a.model)[1:]
        return network.again(colours(picture), a.name)[None]
    wished = {name: getattr(a, name) for name in ("seed", "count", "name", "truncation", "to", "to_name")}
    return drawn(network, parse(DrawOptions, {name: value for name, value in wished.items() if value is not None}))
