"""Teaching a network to draw: the GAN's game, or the VAE's bound, and how good the drawings are."""

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

from enhancer.models.recogniser import Recogniser, open_recogniser
from enhancer.models.weights import write_weights
from enhancer.training.augment import to_unit
from enhancer.training.checkpoint import State, replace_file
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.recognise.lesson import half
from enhancer.training.recognise.sources import read_labelled
from enhancer.training.start import placed, seeded
from enhancer.training.synthesise.judge import likeness
from enhancer.training.synthesise.recipe import Draft
from enhancer.training.update import descend, keep_average
from enhancer.training.watchdog import Rule

BETAS = (0.5, 0.99)
DRAWN = 1000  # pictures that are judged
SEED = 50_000  # of their noise
ROW = 10


@dataclass(frozen=True)
class Drawings:
    """Of one step: see `Likeness`; `psnr` in dB of unseen pictures that a VAE codes and draws again, else None;
    `real` and `fake` the judge's mean logits, None for a VAE, whose `elbo` is the bound in nats for each picture."""

    step: int
    minutes: float
    loss: float
    frechet: float
    sure: float
    variety: float
    copied: float
    psnr: float | None = None
    elbo: float | None = None
    real: float | None = None
    fake: float | None = None

    def line(self) -> str:
        """For the log."""
        extra = f"  again {self.psnr:.2f} dB" if self.psnr is not None else f"  D real {self.real} fake {self.fake}"
        return (
            f"step {self.step}  {self.minutes:.1f} min  loss {self.loss:.3f}  Fréchet {self.frechet:.3f}  "
            f"sure {self.sure:.1%}  variety {self.variety:.2f}  copied {self.copied:.1%}{extra}"
        )

    def data(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


RULES: tuple[Rule[Drawings], ...] = (
    Rule("the loss is not a number", 1, lambda r, _: not (isfinite(r.loss) and isfinite(r.frechet))),
    Rule("all drawings look alike", 4, lambda r, slack: r.variety < slack),
)


class Synthesis(Lesson):
    """Teaches `recipe` on labelled pictures in `data`, judged by a recogniser of the same classes.

    Raises what `read_labelled` and `open_recogniser` raise.
    """

    rules = RULES

    def __init__(self, recipe: Draft, data: Path, recogniser: Path, device: torch.device) -> None:
        self.recipe: Draft = recipe
        self.data = data
        self.judge: Recogniser = open_recogniser(recogniser)
        seen, self.unseen = read_labelled(data, recipe.side, recipe.grey, recipe.hold_out)
        self.names = seen.names
        self.pictures, self.labels = seen.pictures.to(device), seen.labels.to(device)

    def begin(self, accelerator: Accelerator) -> State:
        """What draws, its average, and the judge of a GAN."""
        recipe = self.recipe
        name, shape = recipe.network(len(self.names))
        network = placed(seeded(name, shape, recipe.seed), accelerator)
        source = torch.Generator(accelerator.device).manual_seed(recipe.seed)
        rates: list[torch.optim.Optimizer] = [torch.optim.Adam(network.parameters(), recipe.lr, BETAS)]

        def save(trained: nn.Module, file: Path) -> None:
            header = {"architecture": name, "hyperparameters": json.dumps(shape, sort_keys=True)}
            header |= {"labels": json.dumps(self.names)}
            weights = {key: half(tensor) for key, tensor in trained.state_dict().items()}
            replace_file(file, lambda partial: write_weights(weights, partial, header))

        state = State(network, copy.deepcopy(network).requires_grad_(False), save, rates, source)
        if recipe.kind == "gan":
            name_of_judge, shape_of_judge = recipe.judge(len(self.names))
            state.discriminator = placed(seeded(name_of_judge, shape_of_judge, recipe.seed + 1), accelerator)
            state.judges = [torch.optim.Adam(state.discriminator.parameters(), recipe.lr, BETAS)]
        return state

    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One update of all networks."""
        size, source = self.recipe.batch, state.source
        chosen = torch.randint(len(self.labels), (size,), generator=source, device=source.device)
        real, known = to_unit(self.pictures[chosen]), self._told(self.labels[chosen])
        state.network.train()
        turn = self._game if self.recipe.kind == "gan" else self._bound
        with torch.autocast(real.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
            figures = turn(state, real, known, accelerator)
        keep_average(state, self.recipe.ema)
        state.step += 1
        return figures

    def _told(self, labels: Tensor) -> Tensor:
        """(B,) → (B, classes) one-hot; no columns where classes are not told."""
        return F.one_hot(labels, len(self.names)).float()[:, : len(self.names) * self.recipe.classes]

    def _game(self, state: State, real: Tensor, known: Tensor, accelerator: Accelerator) -> Figures:
        """min over G, max over D of E[log D(x)] + E[log(1 - D(G(z)))] (Goodfellow et al., NeurIPS 2014, eq. 1).

        G maximises log D(G(z)) instead, as their section 3 advises. D(x) is the sigmoid of the judge's logit.
        """
        judge = state.discriminator
        assert judge is not None  # `begin` made one for a GAN
        z = torch.randn(len(real), self.recipe.noise, generator=state.source, device=real.device)
        made = state.network(torch.cat([z, known], 1))
        truth, lie = judge(real, known), judge(made.detach(), known)
        descend(F.softplus(-truth).mean() + F.softplus(lie).mean(), judge, state.judges, self.recipe.clip, accelerator)
        judge.requires_grad_(False)
        loss = F.softplus(-judge(made, known)).mean()
        descend(loss, state.network, state.optimisers, self.recipe.clip, accelerator)
        judge.requires_grad_(True)
        return {"loss": loss.detach(), "real": truth.detach().mean(), "fake": lie.detach().mean()}

    def _bound(self, state: State, real: Tensor, known: Tensor, accelerator: Accelerator) -> Figures:
        """β·KL + reconstruction, in nats for each picture (Higgins et al., "β-VAE", ICLR 2017, eq. 4)."""
        mean, spread = state.network.encode(real, known)  # type: ignore[operator]  # an autoencoder
        z = mean + (spread / 2).exp() * torch.randn(mean.shape, generator=state.source, device=real.device)
        again = state.network.decode(torch.cat([z, known], 1))  # type: ignore[operator]
        divergence = 0.5 * (mean.square() + spread.exp() - 1 - spread).sum(1)
        off = (again - real).square().flatten(1).sum(1) / (2 * self.recipe.noise_level**2)
        descend(
            (off + self.recipe.beta * divergence).mean() / real[0].numel(),
            state.network,
            state.optimisers,
            self.recipe.clip,
            accelerator,
        )
        total = (off + divergence).detach().mean()
        return {"loss": total, "elbo": -total}

    @torch.inference_mode()
    def report(self, state: State, means: dict[str, float]) -> Drawings:
        """A thousand drawings, always of the same noise."""
        found = likeness(
            self._drawn(state.average, DRAWN), to_unit(self.pictures), to_unit(self.unseen.pictures), self.judge
        )
        psnr = None
        if self.recipe.kind == "vae":
            x = to_unit(self.unseen.pictures)
            again = state.average.eval()(x, self._told(self.unseen.labels))
            psnr = float((-10 * (again - x).square().flatten(1).mean(1).log10()).mean())
        return Drawings(step=state.step, minutes=state.seconds / 60, **asdict(found), psnr=psnr, **means)

    def quality(self, report: Drawings) -> float:
        """Nearer to real pictures is better."""
        return -report.frechet

    def sheet(self, state: State) -> Image.Image:
        """A hundred drawings, one class a row where the network is told them."""
        pictures = self._drawn(state.average, ROW * ROW).expand(-1, 3, -1, -1)
        rows = [torch.cat(list(part), 2) for part in torch.split(F.pad(pictures, (1, 1, 1, 1), value=1.0), ROW)]
        return Image.fromarray((torch.cat(rows, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy())

    @torch.inference_mode()
    def _drawn(self, network: nn.Module, count: int) -> Tensor:
        """(count, C, side, side), the classes in turn, row by row."""
        source = torch.Generator().manual_seed(SEED)
        z = torch.randn(count, self.recipe.noise, generator=source)
        labels = torch.arange(count) * len(self.names) // count
        draw = network.eval() if self.recipe.kind == "gan" else network.eval().decode
        drawn: Tensor = draw(torch.cat([z, self._told(labels)], 1))  # type: ignore[operator]
        return drawn
