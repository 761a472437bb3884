"""python -m enhancer.training benchmark RECIPE: how fast a step is, and what it spends its time on."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import torch
from accelerate import Accelerator
from torch.utils.flop_counter import FlopCounterMode

from enhancer.training.checkpoint import State
from enhancer.training.feed import Feed, feed_of
from enhancer.training.judge import run
from enhancer.training.recipes import RECIPES, Recipe
from enhancer.training.start import begin
from enhancer.training.update import step

TILES, SIDE = 32, 384
WARM = 3


def seconds(work: Callable[[], object], times: int, device: torch.device) -> float:
    """Median wall time of one call, after some that do not count; waits for the device."""

    def once() -> float:
        began = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return time.perf_counter() - began

    for _ in range(WARM):
        once()
    return median(once() for _ in range(times))


def random_feed(recipe: Recipe, device: torch.device) -> Feed:
    """Tiles of random pixels: what they show does not matter for speed."""
    source = torch.Generator().manual_seed(0)
    side = SIDE - SIDE % recipe.scale
    return feed_of(torch.randint(256, (TILES, 3, side, side), dtype=torch.uint8, generator=source), recipe, device)


def forward_backward(state: State, recipe: Recipe, pairs: Feed) -> Callable[[], None]:
    """The network alone on one fixed batch, its gradients included."""
    sample = pairs.batch(recipe.batch, recipe.patch, state.source)

    def work() -> None:
        state.network.zero_grad(set_to_none=True)
        torch.autograd.backward(run(state.network, sample, recipe.bfloat16).square().mean())

    return work


def benchmark(recipe: Recipe, steps: int) -> list[str]:
    """One line for each number format: steps a second, and the shares of network and data in a step's time."""
    accelerator = Accelerator(cpu=not torch.cuda.is_available())
    device = accelerator.device
    lines = [f"{'format':<10}{'steps/s':>9}{'TFLOP/s':>9}{'network':>9}{'data':>7}{'rest':>7}"]
    speeds = {}
    for precision in ("float32", "bfloat16"):
        chosen = replace(recipe, precision=precision)
        pairs, state = random_feed(chosen, device), begin(chosen, None, accelerator)
        alone = forward_backward(state, chosen, pairs)
        with FlopCounterMode(display=False) as counter:
            alone()
        whole = seconds(lambda c=chosen, p=pairs, s=state: step(s, c, p, 0.0, accelerator), steps, device)  # type: ignore[misc]
        network = seconds(alone, steps, device)
        data = seconds(lambda c=chosen, p=pairs, s=state: p.batch(c.batch, c.patch, s.source), steps, device)  # type: ignore[misc]
        speeds[precision] = 1 / whole
        rate = counter.get_total_flops() / network / 1e12
        rest = max(0.0, 1 - (network + data) / whole)
        lines.append(
            f"{precision:<10}{1 / whole:>9.2f}{rate:>9.2f}{network / whole:>9.0%}{data / whole:>7.1%}{rest:>7.1%}"
        )
    ratio = speeds["bfloat16"] / speeds["float32"]
    return [*lines, f"bfloat16 is {ratio:.2f} times as fast as float32 on {device.type}"]


def run_benchmark(arguments: argparse.Namespace) -> None:
    """Time the steps of a recipe in float32 and bfloat16 on random pictures."""
    sys.stdout.write("\n".join(benchmark(RECIPES[arguments.recipe], arguments.steps)) + "\n")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`benchmark`."""
    one = commands.add_parser("benchmark", help=run_benchmark.__doc__, description=run_benchmark.__doc__)
    one.add_argument("recipe", choices=list(RECIPES), nargs="?", default="x4-fast")
    one.add_argument("--steps", type=int, default=15, help="of which the median counts, default 15")
    one.set_defaults(call=run_benchmark)
