"""Muon for hidden kernels, AdamW for the rest."""

from collections.abc import Callable, Iterable
from typing import Any, overload

import torch
from torch import Tensor, nn

from enhancer.engine.device import choose_precision

BETAS = (0.9, 0.99)
ENDS = ("head", "tail", "blind", "see", "mix", "basis")  # first and last layers, and single numbers


def orthogonalise(matrices: Tensor, steps: int = 5) -> Tensor:
    """The nearest semi-orthogonal matrices by a quintic Newton-Schulz iteration (Jordan et al., "Muon", 2024).

    Each step multiplies by a polynomial of the Gram matrix, and those commute: so they are multiplied with each other
    first, as small squares in float32, and with the long matrices once at the end.

    Shape: (N, rows, columns) with rows <= columns → the same; the last product is done in bfloat16 where the hardware
    multiplies it, else in float32.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    x: Tensor = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    gram = x @ x.mT
    total = torch.eye(x.shape[1], device=x.device).expand_as(gram)
    for _ in range(steps):
        polynomial = b * gram + c * gram @ gram
        polynomial.diagonal(dim1=1, dim2=2).add_(a)
        total, gram = polynomial @ total, polynomial @ gram @ polynomial
    precision = choose_precision("auto", matrices.device)
    directions: Tensor = total.to(precision) @ x.to(precision)
    return directions


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised over (out, in·kernel); kernels of one shape are treated in one batch."""

    def __init__(self, params: Iterable[nn.Parameter], lr: float = 0.005, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One update of every parameter that has a gradient."""
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    by_shape.setdefault(p.shape, []).append(p)
            for params in by_shape.values():
                self._step_alike(params, group["lr"], group["momentum"])
        return loss

    def _step_alike(self, params: list[nn.Parameter], lr: float, momentum: float) -> None:
        directions = []
        for p in params:
            gradient = p.grad if p.grad is not None else torch.zeros_like(p)
            state: dict[str, Any] = self.state[p]
            buffer: Tensor = state.setdefault("momentum_buffer", torch.zeros_like(p))
            buffer.lerp_(gradient, 1 - momentum)
            directions.append(gradient.lerp(buffer, momentum).flatten(1))
        stacked = torch.stack(directions)
        rows, columns = stacked.shape[1:]
        tall = rows > columns
        updates = orthogonalise(stacked.mT if tall else stacked)
        updates = updates.mT if tall else updates
        for p, update in zip(params, updates, strict=True):
            p.add_(update.reshape(p.shape).to(p.dtype), alpha=-lr * max(1.0, rows / columns) ** 0.5)


def optimisers(network: nn.Module, muon_lr: float, adamw_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for hidden kernels, AdamW (β .9/.99, no decay) for the first and last layers, biases and all the rest.

    Without a rate for Muon, AdamW does everything.
    """
    named = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    hidden = [p for name, p in named if muon_lr and p.ndim == 4 and not _is_end(name)]
    chosen = {id(p) for p in hidden}
    rest = [p for _, p in named if id(p) not in chosen]
    adamw = torch.optim.AdamW(rest, adamw_lr, BETAS, weight_decay=0.0)
    return [Muon(hidden, muon_lr), adamw] if hidden else [adamw]


def _is_end(name: str) -> bool:
    """Whether a parameter is none of a hidden layer, by the names that all our networks share."""
    return not set(name.split(".")).isdisjoint(ENDS)
