"""What every degradation shares: parameters drawn once for each sample, kept as plain data, applied without chance."""

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import torch
from torch import Tensor

Range = tuple[float, float]
Share = Annotated[float, "between 0 and 1"]
Weights = Annotated[tuple[float, ...], "not negative, not all 0"]


@dataclass(frozen=True)
class Params(ABC):
    """What befell each sample of one batch: tensors of B numbers on the CPU, or further `Params`."""

    @abstractmethod
    def label(self, sample: int) -> str:
        """What befell one sample, in few words; empty where nothing did."""


P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Degradation(ABC, Generic[P]):
    """The ranges of one kind. Calling it draws the parameters and applies them; equal seeds give equal pictures.

    Raises ValueError, when made, for a reversed range, a share outside [0, 1] or useless weights.
    """

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _check(f"{type(self).__name__}.{field.name}", field.type, getattr(self, field.name))

    @abstractmethod
    def draw(self, batch: int, source: torch.Generator) -> P:
        """The parameters of `batch` samples."""

    @abstractmethod
    def _degrade(self, x: Tensor, params: P) -> Tensor:
        """What `apply` does to a batch that has been checked."""

    def apply(self, x: Tensor, params: P) -> Tensor:
        """Degrade (B, 3, H, W) float32 in [0, 1] as `params` alone say, on the device of `x`; no gradient passes.

        Raises ValueError for another shape or type.
        """
        if x.ndim != 4 or x.shape[1] != 3 or x.dtype != torch.float32:
            raise ValueError(f"a batch (B, 3, H, W) of float32 is needed, not {tuple(x.shape)} of {x.dtype}")
        with torch.no_grad(), torch.autocast(x.device.type, enabled=False):
            return self._degrade(x, params)

    def __call__(self, x: Tensor, source: torch.Generator) -> tuple[Tensor, P]:
        """Draw and apply: (B, 3, H, W) float32 in [0, 1] → the degraded batch and its parameters."""
        params = self.draw(len(x), source)
        return self.apply(x, params), params


def _check(name: str, kind: Any, value: Any) -> None:
    if kind == Range and not value[0] <= value[1]:
        raise ValueError(f"{name} must rise, not run from {value[0]} to {value[1]}")
    if kind == Share and not 0 <= value <= 1:
        raise ValueError(f"{name} is a share between 0 and 1, not {value}")
    if kind == Weights and (min(value) < 0 or sum(value) <= 0):
        raise ValueError(f"{name} needs weights that are not negative and not all 0, not {value}")


def record(params: Params) -> dict[str, Any]:
    """The parameters as plain data that JSON can hold: a list of B values for every tensor."""
    return {f.name: _plain(getattr(params, f.name)) for f in dataclasses.fields(params)}


def _plain(value: Any) -> Any:
    if isinstance(value, Params):
        return record(value)
    return value.tolist() if isinstance(value, Tensor) else value


def pick(params: P, samples: Tensor) -> P:
    """The parameters of some samples, given by their indices (N,) or by a mask (B,)."""
    fields = {f.name: getattr(params, f.name) for f in dataclasses.fields(params)}
    return dataclasses.replace(params, **{k: _picked(v, samples) for k, v in fields.items()})


def _picked(value: Any, samples: Tensor) -> Any:
    if isinstance(value, Params):
        return pick(value, samples)
    return value[samples] if isinstance(value, Tensor) else value


def uniform(batch: int, span: Range, source: torch.Generator) -> Tensor:
    """`batch` numbers of `span`, float32 on the CPU."""
    low, high = span
    return low + (high - low) * torch.rand(batch, generator=source, device=source.device).cpu()


def log_uniform(batch: int, span: Range, source: torch.Generator) -> Tensor:
    """`batch` positive numbers of `span`, every ratio as likely as any other."""
    return uniform(batch, (0.0, 1.0), source).mul(torch.tensor(span[1] / span[0]).log()).exp() * span[0]


def chance(batch: int, share: float, source: torch.Generator) -> Tensor:
    """`batch` truths, of which `share` are true in the long run."""
    return uniform(batch, (0.0, 1.0), source) < share


def choose(batch: int, weights: tuple[float, ...], source: torch.Generator) -> Tensor:
    """`batch` indices into `weights`, int64."""
    table = torch.tensor(weights, dtype=torch.float32, device=source.device)
    return torch.multinomial(table, batch, replacement=True, generator=source).cpu()


def seeds(batch: int, source: torch.Generator) -> Tensor:
    """`batch` seeds, so that the noise of a sample hangs neither on its neighbours nor on what was drawn before."""
    return torch.randint(2**31, (batch,), generator=source, device=source.device).cpu()


def spread(values: Tensor, x: Tensor) -> Tensor:
    """One number for each sample, (B,) → (B, 1, 1, 1) with device and type of `x`."""
    return values.to(x)[:, None, None, None]
