"""The one training loop, to be read from top to bottom."""

import copy
import logging
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks import Generator
from enhancer.networks.generator import SLOPE, ResidualBlock, initialise
from enhancer.training.checkpoint import State, export, warm_start
from enhancer.training.data import Pairs, hold_out, picture_files
from enhancer.training.losses import l1_fft
from enhancer.training.optim import optimisers
from enhancer.training.recipes import Recipe

log = logging.getLogger(__name__)


def train(
    recipe: Recipe, data: Path, out: Path, minutes: float, start: Path | None = None, report_every: int = 500
) -> Path:
    """Train until `minutes` of training time are spent, resuming from `out` where it holds a checkpoint.

    Returns the exported weight file (the averaged weights in half precision).
    """
    out.mkdir(parents=True, exist_ok=True)
    training, validation = hold_out(picture_files(data), recipe.hold_out)
    pairs, unseen = Pairs.load(training, recipe.scale), Pairs.load(validation, recipe.scale)
    state = begin(recipe, start)
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        state.load(checkpoint)
        log.info("resumed at step %d after %.1f minutes", state.step, state.seconds / 60)
    budget, running = 60 * minutes, 0.0
    while state.seconds < budget:
        began = time.perf_counter()
        spent = state.seconds / budget
        loss = step(state, recipe, pairs, spent)
        state.seconds += time.perf_counter() - began
        running += loss
        if state.step % report_every == 0:
            quality = validate(state.average, unseen)
            mute = " ".join(str(n) for n in silent_channels(state.network, unseen))
            log.info(
                "step %d  %.1f min  loss %.5f  held-out %.3f dB  silent %s",
                *(state.step, state.seconds / 60, running / report_every, quality, mute),
            )
            running = 0.0
            state.save(checkpoint)
    state.save(checkpoint)
    weights = out / "weights.safetensors"
    export(state.average, "generator", {"scale": recipe.scale, **recipe.network}, weights)
    log.info("done: step %d, held-out %.3f dB, %s", state.step, validate(state.average, unseen), weights)
    return weights


def begin(recipe: Recipe, start: Path | None) -> State:
    """A fresh state, from the weights in `start` if given."""
    network = Generator(scale=recipe.scale, **recipe.network)
    initialise(network, recipe.seed)
    if start is not None:
        warm_start(network, start)
    network.to(memory_format=torch.channels_last)
    source = torch.Generator().manual_seed(recipe.seed)
    rates = optimisers(network, recipe.muon_lr, recipe.adamw_lr)
    for optimiser in rates:
        for group in optimiser.param_groups:
            group["full_lr"] = group["lr"]
    return State(network, copy.deepcopy(network).requires_grad_(False), rates, source)


def step(state: State, recipe: Recipe, pairs: Pairs, spent: float) -> float:
    """One update of network and average; returns the loss."""
    patch = recipe.patch if spent < 1 - recipe.finish else recipe.final_patch
    small, sharp = pairs.batch(recipe.batch, patch, state.source)
    with torch.autocast("cpu", torch.bfloat16):
        output = state.network(small.to(memory_format=torch.channels_last))
    loss = l1_fft(output.float(), sharp, recipe.fft_weight)
    for optimiser in state.optimisers:
        optimiser.zero_grad(set_to_none=True)
        for group in optimiser.param_groups:
            group["lr"] = group["full_lr"] * recipe.rate(state.step, spent)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(state.network.parameters(), recipe.clip)
    for optimiser in state.optimisers:
        optimiser.step()
    keep = min(recipe.ema, (state.step + 1) / (state.step + 10))
    for average, value in zip(state.average.parameters(), state.network.parameters(), strict=True):
        average.lerp_(value.detach(), 1 - keep)
    state.step += 1
    return loss.item()


@torch.inference_mode()
def validate(network: nn.Module, unseen: Pairs) -> float:
    """Mean RGB PSNR in dB over the held-out tiles, outputs rounded to 8 bits and `scale` pixels shaved."""
    total = 0.0
    for small, sharp in zip(unseen.small, unseen.sharp, strict=True):
        with torch.autocast("cpu", torch.bfloat16):
            output = network((small[None] / 255.0).to(memory_format=torch.channels_last))
        error = (output[0].clamp(0, 1) * 255).round() - sharp
        s = unseen.scale
        total += float(10 * torch.log10(255**2 / error[:, s:-s, s:-s].square().mean()))
    return total / len(unseen.small)


@torch.inference_mode()
def silent_channels(network: nn.Module, unseen: Pairs) -> list[int]:
    """Channels a hidden layer leaves negative on all but 0.1 % of a held-out tile, layer by layer."""
    counts: list[int] = []

    def watch(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        counts.append(int(((F.leaky_relu(output, SLOPE) > 0).float().mean((0, 2, 3)) < 1e-3).sum()))

    hidden = [m.first if isinstance(m, ResidualBlock) else m for m in network.get_submodule("body").children()]
    hooks = [m.register_forward_hook(watch) for m in hidden]
    try:
        network(unseen.small[:1] / 255.0)
    finally:
        for hook in hooks:
            hook.remove()
    return counts
