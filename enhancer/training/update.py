"""One step: a batch, the losses, the gradients, and what they change."""

from dataclasses import replace

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.unet import FOLD, UNKNOWN
from enhancer.training.adversarial import artefact_loss, feature_distance, fool_loss, judge_loss, shown
from enhancer.training.checkpoint import State
from enhancer.training.damage import HOLES, Sample
from enhancer.training.feed import Feed
from enhancer.training.judge import run
from enhancer.training.lesson import Figures
from enhancer.training.losses import grid_distance, pixel_distance, sharpened
from enhancer.training.recipes import Recipe

STRIDES = 8  # pixels, of the coarsest layer of either judge


def step(state: State, recipe: Recipe, pairs: Feed, spent: float, accelerator: Accelerator) -> Figures:
    """One update of network, discriminator and average, with the share `spent` of the budget used up.

    Returns scalars on the device: the loss, and the discriminator's mean scores `real` and `fake` where there is one.
    """
    patch = recipe.patch if spent < 1 - recipe.finish else recipe.final_patch
    sample = _perhaps_blind(pairs.batch(recipe.batch, patch, state.source), recipe, state.source)
    output = run(state.network, sample, recipe.bfloat16)
    truth = sharpened(sample.sharp, recipe.sharpen)
    goal = truth if sample.taught is None else sample.taught
    loss = pixel_distance(output, goal, truth, recipe.pixel_loss, recipe.fft_weight)
    figures = {"loss": loss.detach()}
    if recipe.artefact:
        steadier = run(state.average, sample, recipe.bfloat16)
        loss = loss + recipe.artefact * artefact_loss(goal, output, steadier)
    if recipe.grid:
        loss = loss + recipe.grid * grid_distance(output, goal, _cell(state.network) * pairs.scale)
    if state.discriminator is not None:
        seen = shown(sample.sharp, output) if recipe.smooth else output
        real, made, drawn = _cut(sample.sharp, seen, _drawn(sample, recipe), state.source)
        loss = loss + _deceive(state.discriminator, recipe, real, made, drawn)
    descend(loss, state.network, state.optimisers, recipe.clip, accelerator)
    if state.discriminator is not None:
        figures |= _judge(state.discriminator, state, recipe, real, made.detach(), drawn, accelerator)
    keep_average(state, recipe.ema)
    state.step += 1
    return figures


def _cell(network: nn.Module) -> int:
    """Input pixels a side after which all that a network does is repeated; of networks of others a usual fold."""
    return int(getattr(network, "multiple_of", FOLD))


def _perhaps_blind(sample: Sample, recipe: Recipe, source: torch.Generator) -> Sample:
    """Some pictures without their strength, so that the network also learns to do without."""
    if sample.plane is None:
        return sample
    drawn = torch.rand(len(sample.plane), 1, 1, 1, generator=source, device=source.device)
    plane = torch.where(drawn < recipe.blind_share, UNKNOWN, sample.plane)
    return replace(sample, plane=plane)


def _drawn(sample: Sample, recipe: Recipe) -> Tensor:
    """(B, 1, H, W), positive where the network draws: in the holes of pictures that have them, else everywhere."""
    if recipe.degradation == HOLES and sample.plane is not None:
        return sample.plane
    return torch.ones_like(sample.sharp[:, :1])


def _cut(sharp: Tensor, output: Tensor, drawn: Tensor, source: torch.Generator) -> tuple[Tensor, ...]:
    """All without a few rows and columns, so that the judge's strides never lie on the same pixels.

    Else the network hides a grid where they do not look.
    """
    top, left = torch.randint(STRIDES, (2,), generator=source, device=source.device).tolist()
    return tuple(x[..., top:, left:] for x in (sharp, output, drawn))


def _seen(discriminator: nn.Module, x: Tensor, bfloat16: bool) -> tuple[list[Tensor], Tensor]:
    """Features and scores of one pass, float32."""
    with torch.autocast(x.device.type, torch.bfloat16, enabled=bfloat16):
        features: list[Tensor] = discriminator.features(x)  # type: ignore[operator]  # every discriminator has
        scores: Tensor = discriminator.scores(features)  # type: ignore[operator]  # both of these
    return [f.float() for f in features], scores.float()


def _in_play(scores: Tensor, drawn: Tensor) -> Tensor:
    """The scores of patches in which the network drew (B, 1, h, w) → (n,); all of them where it drew nothing.

    What it only passed on is real, and would teach the judge to shrug (Suvorov et al., "LaMa", WACV 2022, eq. 3).
    """
    played = F.adaptive_max_pool2d(drawn, scores.shape[-2:]) > 0
    return scores[played] if played.any() else scores.flatten()


def _deceive(discriminator: nn.Module, recipe: Recipe, sharp: Tensor, output: Tensor, drawn: Tensor) -> Tensor:
    """What the game adds to the generator's loss; the discriminator's own kernels get no gradient from it."""
    discriminator.requires_grad_(False)
    with torch.no_grad():
        truths, real = _seen(discriminator, sharp, recipe.bfloat16)
    features, fake = _seen(discriminator, output, recipe.bfloat16)
    loss = recipe.adversarial * fool_loss(_in_play(real, drawn), _in_play(fake, drawn), recipe.relativistic)
    if recipe.feature:
        loss = loss + recipe.feature * feature_distance(truths, features)
    discriminator.requires_grad_(True)
    return loss


def _judge(
    discriminator: nn.Module,
    state: State,
    recipe: Recipe,
    sharp: Tensor,
    made: Tensor,
    drawn: Tensor,
    accelerator: Accelerator,
) -> Figures:
    """One update of the discriminator."""
    real, fake = (_in_play(_seen(discriminator, x, recipe.bfloat16)[1], drawn) for x in (sharp, made))
    loss = judge_loss(real, fake, recipe.relativistic)
    descend(loss, discriminator, state.judges, recipe.clip, accelerator)
    return {"real": real.detach().mean(), "fake": fake.detach().mean()}


def descend(
    loss: Tensor, network: nn.Module, optimisers: list[torch.optim.Optimizer], clip: float, accelerator: Accelerator
) -> None:
    """One update of what has a gradient, its norm clipped."""
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    trained = [p for p in network.parameters() if p.grad is not None]
    _share_gradients(trained, accelerator)
    nn.utils.clip_grad_norm_(trained, clip)
    for optimiser in optimisers:
        optimiser.step()


def _share_gradients(parameters: list[nn.Parameter], accelerator: Accelerator) -> None:
    """The mean over all processes, sent as one tensor: these networks have a few million numbers at most."""
    if accelerator.num_processes == 1:
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    mean = accelerator.reduce(torch.cat([g.flatten() for g in gradients]), "mean")
    for gradient, part in zip(gradients, mean.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))


@torch.no_grad()
def keep_average(state: State, ema: float) -> None:
    """Move the averaged weights towards the present ones; early steps, which are far off, are forgotten sooner."""
    keep = min(ema, (state.step + 1) / (state.step + 10))
    for average, value in zip(state.average.parameters(), state.network.parameters(), strict=True):
        average.lerp_(value, 1 - keep)
    for kept, present in zip(state.average.buffers(), state.network.buffers(), strict=True):
        kept.copy_(present)
