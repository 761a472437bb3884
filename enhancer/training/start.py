"""The network of a run: new, from the weights of a relative, or whatever a weight file holds; and how it is saved."""

import copy
from collections.abc import Callable, Mapping
from math import isqrt
from pathlib import Path

import torch
from accelerate import Accelerator
from safetensors import SafetensorError
from torch import Tensor, nn

from enhancer.errors import TrainingError, WeightsRefused
from enhancer.models.finetune import Trainable, open_for_training
from enhancer.models.weights import check_finite, read_weights
from enhancer.networks import ARCHITECTURES, Generator, PhotoNetwork, RecurrentUNet, RestorationUNet
from enhancer.networks.initialise import initialise
from enhancer.training.checkpoint import State, export
from enhancer.training.join import mending_part
from enhancer.training.optim import BETAS, optimisers
from enhancer.training.recipes import FILE, Recipe

TAIL, HEAD = ("tail.weight", "tail.bias"), "head.weight"
BLOCK = (".first.", ".second.")  # the layers of a residual block
GROWS = (Generator, RestorationUNet, PhotoNetwork)
Save = Callable[[nn.Module, Path], None]


def network_of(recipe: Recipe, start: Path | None) -> tuple[nn.Module, Save]:
    """The network in its first state, and what writes such a network into a .safetensors file in half precision.

    Raises TrainingError when the recipe wants the network of a file and there is none, or it has another scale;
    WeightsRefused for a file that is no weight file, holds NaN, or does not fit.
    """
    if recipe.network == FILE:
        return _network_in(start, recipe)
    name, hyperparameters = recipe.architecture()
    network = seeded(name, hyperparameters, recipe.seed)
    if start is not None:
        warm_start(network, start)
    return network, lambda trained, file: export(trained, name, hyperparameters, file)


def seeded(name: str, hyperparameters: Mapping[str, object], seed: int) -> nn.Module:
    """A new network, the same for a seed."""
    with torch.random.fork_rng():  # spectral norms draw their first vectors from the global source
        torch.manual_seed(seed)
        network = ARCHITECTURES[name](**hyperparameters)
        initialise(network, seed)
    return network


def begin(recipe: Recipe, start: Path | None, accelerator: Accelerator) -> State:
    """A fresh state on the device, from the weights in `start` if given."""
    network, save = network_of(recipe, start)
    _freeze(network, recipe.freeze)
    network = placed(network, accelerator)
    source = torch.Generator(accelerator.device).manual_seed(recipe.seed + 1_000_003 * accelerator.process_index)
    rates = optimisers(network, recipe.muon_lr, recipe.adamw_lr)
    state = State(network, copy.deepcopy(network).requires_grad_(False), save, rates, source)
    if recipe.adversarial:
        name, width = f"{recipe.discriminator}-discriminator", {"channels": recipe.discriminator_width}
        state.discriminator = placed(seeded(name, width, recipe.seed + 1), accelerator)
        judged = state.discriminator.parameters()
        state.judges = [torch.optim.AdamW(judged, recipe.discriminator_lr, BETAS, weight_decay=0.0)]
    return state


def _freeze(network: nn.Module, parts: str) -> None:
    """Keep what is named by `parts`, beginnings of names with commas between, as it is.

    Raises TrainingError where nothing is named by one of them, or everything by all.
    """
    parameters = dict(network.named_parameters())
    for part in filter(None, parts.split(",")):
        named = [name for name in parameters if name.startswith(part)]
        for name in named:
            parameters[name].requires_grad_(False)
        if not named or not any(p.requires_grad for p in parameters.values()):
            raise TrainingError(
                f"There is no part {part!r} of this network that could stay as it is while the rest learns."
            )


def placed(network: nn.Module, accelerator: Accelerator) -> nn.Module:
    """On the device of the run, in the memory order that convolutions like."""
    move: Callable[..., nn.Module] = network.to
    return move(accelerator.device, memory_format=torch.channels_last)


def opened(file: Path | None, recipe: Recipe) -> Trainable:
    """The network of a weight file, for a recipe that trains on it.

    Raises TrainingError when there is no file, or it has another scale; WeightsRefused where it cannot be opened.
    """
    if file is None:
        raise TrainingError("This recipe trains on the network of a weight file: give it with --start.")
    found = open_for_training(file)
    if (found.model.scale, found.model.channels) != (recipe.scale, 3):
        raise TrainingError(
            f"{file.name} enlarges by {found.model.scale} and takes {found.model.channels} channels; this run wants "
            f"{recipe.scale} and 3. Give --scale {found.model.scale}, or another file."
        )
    return found


def _network_in(file: Path | None, recipe: Recipe) -> tuple[nn.Module, Save]:
    found = opened(file, recipe)

    def save(trained: nn.Module, path: Path) -> None:
        try:
            found.save(path, trained, torch.float16)
        except (OSError, SafetensorError) as error:
            raise TrainingError(f"{path} cannot be written ({error}). Make room or choose another folder.") from error

    return found.model.network, save


def warm_start(network: nn.Module, file: Path) -> None:
    """Copy the weights of `file`; a generator may have another scale, and it, a U-Net or both be larger than there.

    Each sub-pixel of another scale gets the kernel of the old one that covered its place; so does a network for video,
    which sees as many more pixels of what it drew with kernels as much weaker. Residual blocks that the file lacks
    start as the identity; of channels that it lacks the old ones read nothing until they have learned to, while the
    new ones see all. So the larger network begins where the smaller one ended (after Chen et al., "Net2Net",
    ICLR 2016). A U-Net may start from the one inside a photo network.
    Raises WeightsRefused when the file is no weight file, holds NaN, or does not fit the network.
    """
    found = read_weights(file)
    weights: dict[str, Tensor] = (mending_part(found) if isinstance(network, RestorationUNet) else found).tensors
    if isinstance(network, Generator) and set(TAIL) <= set(weights):
        weights |= {name: _respread(weights[name].float(), len(network.tail.weight)) for name in TAIL}
    if type(network) in GROWS:
        weights |= _grown(weights, network.state_dict())
    if isinstance(network, RecurrentUNet) and {*TAIL, HEAD} <= set(weights):
        weights |= _rescaled(weights, network)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise WeightsRefused(f"{file.name} does not fit the network of this recipe ({error}).") from error
    check_finite(network, file.name)


def _grown(weights: Mapping[str, Tensor], larger: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `larger`, a network in its first state, has beyond `weights`: residual blocks, and channels inside it.

    What goes in at the head and comes out of the tail means something, and is left to the caller.
    """
    grown = {}
    for name, new in larger.items():
        old = weights.get(name)
        if old is None and any(part in name for part in BLOCK):
            grown[name] = torch.zeros_like(new) if BLOCK[1] in name else new
        elif old is not None and old.ndim == new.ndim and not _other_pictures(name, old, new):
            grown[name] = _inlaid(old.float(), new)
    return grown


def _other_pictures(name: str, old: Tensor, new: Tensor) -> bool:
    """Whether a head or a tail is for other channels than the network's."""
    return (name.endswith(HEAD) and old.shape[1] != new.shape[1]) or (name.endswith(TAIL) and len(old) != len(new))


def _inlaid(old: Tensor, new: Tensor) -> Tensor:
    """`old` in the first rows and columns of `new`; its rows are zero in the columns that it lacks.

    Shape: (rows, columns, ...) and (more rows, more columns, ...) → the latter; `old` itself where it is no smaller.
    """
    if any(a > b for a, b in zip(old.shape, new.shape, strict=True)) or old.shape[2:] != new.shape[2:]:
        return old
    laid = new.clone()
    laid[: len(old)] = 0
    laid[tuple(slice(side) for side in old.shape)] = old
    return laid


def _rescaled(weights: Mapping[str, Tensor], network: RecurrentUNet) -> dict[str, Tensor]:
    """Head and tail of a network for video, which end with the memory, for the scale of `network`; else nothing."""
    memory, drawn = network.memory, len(network.tail.weight) - network.memory
    frame = network.head.in_channels - drawn - memory
    before = weights[HEAD].shape[1] - frame - memory
    if not before == len(weights[TAIL[1]]) - memory == 3 * isqrt(max(0, before) // 3) ** 2:
        return {}
    seen, last, kept = torch.split(weights[HEAD].float(), [frame, before, memory], 1)
    wide = before / drawn * _respread(last.transpose(0, 1), drawn).transpose(0, 1)
    tails = {n: torch.cat([_respread(weights[n][:-memory].float(), drawn), weights[n][-memory:]]) for n in TAIL}
    return tails | {HEAD: torch.cat([seen, wide, kept], 1)}


def _respread(tail: Tensor, channels: int) -> Tensor:
    """Rows of a tail, 3·s² of them, for another s: shape (3·s², ...) → (channels, ...)."""
    old, new = (round((n / 3) ** 0.5) for n in (len(tail), channels))
    grid = tail.reshape(3, old, old, *tail.shape[1:])
    place = torch.arange(new) * old // new
    return grid[:, place][:, :, place].reshape(channels, *tail.shape[1:])
