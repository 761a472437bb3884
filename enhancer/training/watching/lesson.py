"""Teaching a network to watch: sequences of joined clips, three questions at each frame."""

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
from enhancer.models.recogniser import NAMES
from enhancer.models.watcher import KINDS, SURE, figures
from enhancer.models.weights import write_weights
from enhancer.training.checkpoint import State, replace_file
from enhancer.training.data import hold_out, picture_files
from enhancer.training.feed import read_tiles
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.start import placed, seeded
from enhancer.training.update import descend, keep_average
from enhancer.training.watchdog import Rule
from enhancer.training.watching.clips import film_clips, joined, still_clips
from enhancer.training.watching.damage import flickered, frozen, shortened
from enhancer.training.watching.recipe import Montage

SEED, JUDGED, SPARE = 80_000, 24, 20  # of held-out sequences, how many there are, and frames that may be taken out
RARE = 4.0  # weight of what is there, as little is


@dataclass(frozen=True)
class Watched:
    """Over held-out sequences: shares of the cuts, of flickering and of tampered frames that are noticed, `films` of
    the cuts between films alone, and how many frames of a thousand are taken for each of the three though they are not.
    """

    step: int
    minutes: float
    loss: float
    cuts: float
    films: float
    flicker: float
    tampering: float
    false: tuple[float, ...]

    def line(self) -> str:
        """For the log."""
        wrong = ", ".join(f"{n} {f:.1f}" for n, f in zip(KINDS, self.false, strict=True))
        return (
            f"step {self.step}  {self.minutes:.1f} min  loss {self.loss:.4f}  cuts {self.cuts:.1%} (films "
            f"{self.films:.1%})  flicker {self.flicker:.1%}  tampering {self.tampering:.1%}  false of 1,000: {wrong}"
        )

    def data(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


RULES: tuple[Rule[Watched], ...] = (
    Rule("the loss is not a number", 1, lambda r, _: not isfinite(r.loss)),
    Rule("fewer cuts are found than chance would find", 5, lambda r, slack: r.cuts < slack),
)


class Watching(Lesson):
    """Teaches `recipe` on clips made of the tiles in `data`, and on `films` where there are any.

    Raises FileNotFoundError for a folder without pictures, ValueError for tiles of several sizes, TrainingError for
    too few of them and for a folder without films.
    """

    rules = RULES

    def __init__(self, recipe: Montage, data: Path, films: Path | None, device: torch.device) -> None:
        self.recipe: Montage = recipe
        self.data = data
        source = torch.Generator().manual_seed(SEED)
        parts = [read_tiles(files, 8) for files in hold_out(picture_files(data), recipe.hold_out)]
        if min(map(len, parts)) < 2:
            raise TrainingError(f"{data} holds too few pictures: two to learn from and two held out are needed.")
        self.clips, unseen = (still_clips(p, recipe.stills, recipe.longest + SPARE, source) for p in parts)
        learned, aside = film_clips(films) if films is not None else ([], [])
        self.clips += [part for film in learned for part in torch.split(film, recipe.longest + SPARE)] * recipe.stills
        self.unseen = [self.sequence(unseen + aside, source) for _ in range(JUDGED)]
        scenes = [
            scene for film in aside for scene in torch.split(film, recipe.longest) if len(scene) >= recipe.shortest
        ]
        self.films = [self.plain(scenes, source) for _ in range(JUDGED if len(scenes) > 1 else 0)]

    def plain(self, clips: list[Tensor], source: torch.Generator) -> tuple[Tensor, Tensor]:
        """Figures (length, 10) of joined clips, and what is to be noticed, (length, 3): cuts alone."""
        recipe = self.recipe
        x, cut = joined(clips, recipe.length + 2, (recipe.shortest, recipe.longest), source)
        return figures(x), torch.stack([cut, torch.zeros_like(cut), torch.zeros_like(cut)], 1)[2:]

    def sequence(self, clips: list[Tensor], source: torch.Generator) -> tuple[Tensor, Tensor]:
        """The same with flicker and tampering in some."""
        recipe, frames = self.recipe, self.recipe.length + 2
        x, cut = joined(clips, frames + SPARE, (recipe.shortest, recipe.longest), source)
        wild, odd = torch.zeros(len(x)), torch.zeros(len(x))
        tampers, freezes, flickers = torch.rand(3, generator=source)
        if tampers < recipe.tampering and freezes < 0.5:
            x, odd = frozen(x, cut, source)
        elif tampers < recipe.tampering:
            x, cut, odd = shortened(x, cut, source)
        if flickers < recipe.flicker:
            x, wild = flickered(x, source)
        told = torch.stack([cut[:frames], wild[:frames], odd[:frames]], 1)
        return figures(x[:frames]), told[2:]

    def begin(self, accelerator: Accelerator) -> State:
        """Network, average and optimiser; the network learns first what figures are usual."""
        name, shape = self.recipe.architecture()
        network = seeded(name, shape, self.recipe.seed)
        source = torch.Generator().manual_seed(self.recipe.seed)
        usual = torch.cat([self.sequence(self.clips, source)[0] for _ in range(JUDGED)])
        network.get_buffer("mean").copy_(usual.mean(0))
        network.get_buffer("spread").copy_(usual.std(0).clamp(min=1e-3))
        network = placed(network, accelerator)
        adam = torch.optim.AdamW(network.parameters(), self.recipe.lr, weight_decay=0.0)

        def save(trained: nn.Module, file: Path) -> None:
            header = {"architecture": name, "hyperparameters": json.dumps(shape, sort_keys=True)}
            header[NAMES] = json.dumps(KINDS)
            weights = {k: v.detach().float().contiguous().cpu() for k, v in trained.state_dict().items()}
            replace_file(file, lambda partial: write_weights(weights, partial, header))

        return State(network, copy.deepcopy(network).requires_grad_(False), save, [adam], source)

    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One batch of sequences, by binary cross-entropy for each question."""
        for group in state.optimisers[0].param_groups:
            group["lr"] = self.recipe.lr * self.recipe.rate(state.step, spent)
        pairs = [self.sequence(self.clips, state.source) for _ in range(self.recipe.batch)]
        x, told = (torch.stack(part).to(accelerator.device) for part in zip(*pairs, strict=True))
        logits, _ = state.network(x)
        loss = F.binary_cross_entropy_with_logits(logits, told, pos_weight=told.new_tensor(RARE))
        descend(loss, state.network, state.optimisers, self.recipe.clip, accelerator)
        keep_average(state, self.recipe.ema)
        state.step += 1
        return {"loss": loss.detach()}

    def report(self, state: State, means: dict[str, float]) -> Watched:
        """Over the held-out sequences."""
        noticed, told = judged(state.average, self.unseen)
        shares = [_share(noticed[..., n], told[..., n] > 0) for n in range(len(KINDS))]
        false = tuple(1000 * _share(noticed[..., n], told[..., n] == 0) for n in range(len(KINDS)))
        films = _share(*(x[..., 0] > 0 for x in judged(state.average, self.films))) if self.films else shares[0]
        return Watched(state.step, state.seconds / 60, means["loss"], shares[0], films, shares[1], shares[2], false)

    def quality(self, report: Watched) -> float:
        """What is noticed, less what is taken for it."""
        return report.cuts + report.flicker + report.tampering - sum(report.false) / 100

    def sheet(self, state: State) -> Image.Image:
        """Held-out sequences from left to right: above what is to be noticed, below what is; red, green, blue."""
        noticed, told = judged(state.average, self.unseen)
        rows = torch.stack([told, noticed.float(), torch.zeros_like(told)], 1).flatten(0, 1)
        picture = (rows * 255).byte().repeat_interleave(6, 0).repeat_interleave(6, 1)
        return Image.fromarray(picture.numpy())


@torch.inference_mode()
def judged(network: nn.Module, sequences: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """What is noticed, (N, length, 3) bool, and what is to be, (N, length, 3)."""
    x, told = (torch.stack(part) for part in zip(*sequences, strict=True))
    logits, _ = network.cpu()(x)
    return logits.sigmoid() > SURE, told


def _share(noticed: Tensor, where: Tensor) -> float:
    """The share of the frames `where` that are noticed; 1 where there are none."""
    return float(noticed[where].float().mean()) if where.any() else 1.0
