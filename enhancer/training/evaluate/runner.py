"""One runner for every protocol: models and the row beside them, over the sets, through the engine of the page."""

import logging
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.ensemble import enhanced
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.training.degradations import quantise
from enhancer.training.evaluate.clips import drawn
from enhancer.training.evaluate.protocol import Case, Protocol, Row

log = logging.getLogger(__name__)
Method = Callable[[Case], Tensor]


def run_protocol(
    protocol: Protocol,
    models: Sequence[tuple[str, Model]],
    engine: Engine,
    bench: Path,
    sets: Sequence[str] | None = None,
    levels: Sequence[int] | None = None,
    pictures: int | None = None,
    best: bool = False,
) -> list[Row]:
    """Rows by level, method (the baseline first) and set. `pictures` takes only so many of each set.

    With `best` each model has a second row: the mean of the picture's eight flips and turns, "geometric self-ensemble"
    (Timofte, Rothe and Van Gool, CVPR 2016, section 3.5), which papers mark by a plus sign.

    Raises ValueError for a model whose scale the protocol or `levels` leave out and for an unknown level,
    FileNotFoundError for a set without pictures, and what the engine raises.
    """
    if pictures is not None and pictures < 1:
        raise ValueError(f"at least 1 picture of each set must be measured, not {pictures}")
    chosen = _levels(protocol, models, levels)
    rows = []
    for level in chosen:
        methods: dict[str, Method] = {protocol.baseline: protocol.plain}
        for name, model in models:
            if not protocol.scaled or model.scale == level:
                methods |= _methods(name, engine, model, best)
        found = [_score(protocol, methods, bench / name, level, pictures) for name in sets or protocol.sets]
        rows += [one[method] for method in methods for one in found]
    return rows


def _levels(protocol: Protocol, models: Sequence[tuple[str, Model]], levels: Sequence[int] | None) -> list[int]:
    wanted = list(protocol.levels if levels is None else levels)
    unknown = [str(level) for level in wanted if level not in protocol.levels]
    if unknown:
        known = ", ".join(map(str, protocol.levels))
        raise ValueError(f"protocol {protocol.id} has no level {', '.join(unknown)}; it has {known}")
    allowed = wanted if protocol.scaled else [protocol.scale]
    left_out = [name for name, model in models if model.scale not in allowed]
    if left_out:
        names = ", ".join(map(str, allowed))
        raise ValueError(f"{', '.join(left_out)} enlarges by none of the scales {names} of protocol {protocol.id}")
    used = {model.scale for _, model in models}
    return [w for w in wanted if not protocol.scaled or levels is not None or not used or w in used]


def _score(
    protocol: Protocol, methods: dict[str, Method], folder: Path, level: int, pictures: int | None
) -> dict[str, Row]:
    """One set at one level, each picture made once for all methods."""
    figures: dict[str, list[list[float]]] = {method: [] for method in methods}
    spent = dict.fromkeys(methods, 0.0)
    pixels = 0
    for case in islice(protocol.cases(folder, level), pictures):
        pixels += case.truth[..., 0, :, :].numel()
        for method, run in methods.items():
            began = time.perf_counter()
            output = run(case)
            spent[method] += time.perf_counter() - began
            if case.grey:
                output = output.mean(0, keepdim=True).expand_as(case.truth)
            figures[method].append([column.function(output, case) for column in protocol.columns])
    log.info("%s %s%d on %s measured", protocol.id, protocol.mark, level, folder.name)
    return {
        method: Row(level, method, folder.name, len(values), _mean(values), spent[method] / pixels * 1e6)
        for method, values in figures.items()
    }


def _mean(values: list[list[float]]) -> tuple[float, ...]:
    return tuple(torch.tensor(values, dtype=torch.float64).mean(0).tolist())


def _methods(name: str, engine: Engine, model: Model, best: bool) -> dict[str, Method]:
    """The model, with `best` in eight turns as well; where it remembers from frame to frame, without its memory."""
    found = {name: _network(engine, model)}
    if model.state:
        return found | {f"{name}, no memory": _network(engine, model, remember=False)}
    return found | ({f"{name}, eight turns": _network(engine, model, best=True)} if best else {})


def _network(engine: Engine, model: Model, remember: bool = True, best: bool = False) -> Method:
    """The model as a method; outputs rounded to 8 bits. A network of one channel sees a grey picture once."""

    def run(case: Case) -> Tensor:
        if case.given.ndim == 4:
            return drawn(engine, model, case.given, remember)
        once = case.grey and model.channels == 1
        given = case.given[:1] if once else case.given
        output = enhanced(engine, model, given, Progress(), case.plane, best)
        return quantise(output.mean(0, keepdim=True) if case.grey else output)

    return run
