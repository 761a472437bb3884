"""Teaching a network names: one step, how often it is right, and how far it may be believed."""

import copy
import json
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.errors import TrainingError
from enhancer.models.weights import write_weights
from enhancer.training.augment import to_unit
from enhancer.training.checkpoint import State, replace_file
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.recognise.recipe import Course
from enhancer.training.recognise.sources import Labelled, read_labelled
from enhancer.training.start import placed, seeded
from enhancer.training.update import descend, keep_average
from enhancer.training.watchdog import Rule

BINS = 15  # of the calibration error, as in Guo et al., ICML 2017
TEMPERATURES = torch.logspace(-0.7, 0.7, 57)
SHOWN, ROW = 40, 10
BATCH = 512


@dataclass(frozen=True)
class Names:
    """Over pictures never learned from: the shares that are right at first and among five guesses, the calibration
    error (ECE) as the file states probabilities, and what chance would reach."""

    step: int
    minutes: float
    loss: float
    accuracy: float
    top5: float
    ece: float
    chance: float

    def line(self) -> str:
        """For the log."""
        return (
            f"step {self.step}  {self.minutes:.1f} min  loss {self.loss:.4f}  right {self.accuracy:.2%}  "
            f"among five {self.top5:.2%}  calibration error {self.ece:.3f}"
        )

    def data(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


RULES: tuple[Rule[Names], ...] = (
    Rule("the loss is not a number", 1, lambda r, _: not isfinite(r.loss)),
    Rule("no better than chance", 5, lambda r, slack: r.accuracy <= r.chance - slack),
)


class Recognition(Lesson):
    """Teaches `recipe` on labelled pictures; see `read_labelled` for `data` and what is raised."""

    rules = RULES

    def __init__(self, recipe: Course, data: Path, device: torch.device) -> None:
        self.recipe: Course = recipe
        self.data = data
        self.training, self.unseen = read_labelled(data, recipe.side, recipe.grey, recipe.hold_out)
        if not len(self.training) or len(self.unseen) < 2:
            raise TrainingError(f"{data} holds too few pictures: {len(self.training)} and {len(self.unseen)} held out.")
        self.pictures, self.labels = self.training.pictures.to(device), self.training.labels.to(device)

    def begin(self, accelerator: Accelerator) -> State:
        """Network, average and optimiser."""
        name, shape = self.recipe.architecture(len(self.training.names))
        network = placed(seeded(name, shape, self.recipe.seed), accelerator)
        source = torch.Generator(accelerator.device).manual_seed(self.recipe.seed)
        adam = torch.optim.AdamW(network.parameters(), self.recipe.lr, weight_decay=self.recipe.weight_decay)

        def save(trained: nn.Module, file: Path) -> None:
            self._save(trained, name, shape, file)

        return State(network, copy.deepcopy(network).requires_grad_(False), save, [adam], source)

    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One batch of pictures, shifted and mirrored, by cross-entropy."""
        recipe = self.recipe
        chosen = torch.randint(len(self.labels), (recipe.batch,), generator=state.source, device=state.source.device)
        x = moved(to_unit(self.pictures[chosen]), recipe.shift, recipe.flip, state.source)
        state.network.train()
        with torch.autocast(x.device.type, torch.bfloat16, enabled=recipe.bfloat16):
            logits = state.network(x)
        loss = F.cross_entropy(logits.float(), self.labels[chosen], label_smoothing=recipe.smooth)
        descend(loss, state.network, state.optimisers, recipe.clip, accelerator)
        keep_average(state, recipe.ema)
        state.step += 1
        return {"loss": loss.detach()}

    def report(self, state: State, means: dict[str, float]) -> Names:
        """Judged on one half of the held-out pictures, with the temperature found on the other."""
        logits, labels = logits_of(state.average, self.unseen), self.unseen.labels
        probabilities = (logits[1::2] / temperature(logits[::2], labels[::2])).softmax(1)
        names = len(self.unseen.names)
        among = logits.topk(min(5, names)).indices == labels[:, None]
        return Names(
            step=state.step,
            minutes=state.seconds / 60,
            accuracy=float(among[:, 0].float().mean()),
            top5=float(among.any(1).float().mean()),
            ece=calibration_error(probabilities, labels[1::2]),
            chance=float(torch.bincount(labels, minlength=names).max()) / len(labels),
            **means,
        )

    def quality(self, report: Names) -> float:
        """The share that is right at first."""
        return report.accuracy

    def sheet(self, state: State) -> Image.Image:
        """Held-out pictures; those that are named wrongly come first, in a red frame."""
        wrong = logits_of(state.average, self.unseen).argmax(1) != self.unseen.labels
        order = wrong.int().argsort(descending=True, stable=True)[:SHOWN]
        framed = F.pad(self.unseen.pictures[order].expand(-1, 3, -1, -1), (2, 2, 2, 2), value=255)
        framed[wrong[order], 0, :2] = 220
        framed[wrong[order], 1:, :2] = 30
        rows = [torch.cat(list(part), 2) for part in torch.split(framed, ROW) if len(part) == ROW or len(framed) < ROW]
        return Image.fromarray(torch.cat(rows, 1).permute(1, 2, 0).numpy())

    def _save(self, network: nn.Module, name: str, shape: dict[str, object], file: Path) -> None:
        """Weights in half precision; the header says what the classes are called and how sure the network may be."""
        weights = {k: half(v) for k, v in network.state_dict().items()}
        degree = temperature(logits_of(network, self.unseen), self.unseen.labels)
        header = {
            "architecture": name,
            "hyperparameters": json.dumps(shape, sort_keys=True),
            "labels": json.dumps(self.training.names),
            "temperature": f"{degree:.4f}",
        }
        replace_file(file, lambda partial: write_weights(weights, partial, header))


def half(tensor: Tensor) -> Tensor:
    """As a weight file holds it: numbers with a point in half precision, whole ones as they are."""
    return (tensor.half() if tensor.is_floating_point() else tensor).detach().contiguous().cpu()


def moved(x: Tensor, shift: int, flip: bool, source: torch.Generator) -> Tensor:
    """Each picture of a batch shifted by up to `shift` pixels, what comes in repeated from the border, and mirrored."""
    count, _, height, width = x.shape
    draw = torch.rand(3, count, generator=source, device=x.device)
    down, right = ((draw[n] * (2 * shift + 1)).long() for n in range(2))
    rows = (torch.arange(height, device=x.device) + down[:, None] - shift).clamp(0, height - 1)
    columns = (torch.arange(width, device=x.device) + right[:, None] - shift).clamp(0, width - 1)
    if flip:
        columns = torch.where((draw[2] < 0.5)[:, None], columns.flip(1), columns)
    pictures = torch.arange(count, device=x.device)[:, None, None]
    return x.permute(0, 2, 3, 1)[pictures, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2)


@torch.inference_mode()
def logits_of(network: nn.Module, seen: Labelled) -> Tensor:
    """(N, classes) of all pictures, float32 on the host."""
    network.eval()
    device = next(network.parameters()).device
    return torch.cat([network(to_unit(part.to(device))).float().cpu() for part in torch.split(seen.pictures, BATCH)])


def temperature(logits: Tensor, labels: Tensor) -> float:
    """What logits are divided by so that probabilities are worth most (Guo et al., "On Calibration", ICML 2017)."""
    losses = torch.stack([F.cross_entropy(logits / t, labels) for t in TEMPERATURES])
    return float(TEMPERATURES[losses.argmin()])


def calibration_error(probabilities: Tensor, labels: Tensor) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over 15 bins (Guo et al., eq. 5)."""
    sure, guess = probabilities.max(1)
    right = (guess == labels).float()
    place = (sure * BINS).long().clamp(max=BINS - 1)
    gaps = [(sure[place == b].sum() - right[place == b].sum()).abs() for b in range(BINS)]
    return float(torch.stack(gaps).sum() / len(labels))
