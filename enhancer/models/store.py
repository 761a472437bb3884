"""From a model id to a model: verified bytes, a known network, and the last few kept in memory."""

import json
import logging
import math
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from weakref import WeakValueDictionary

import torch
from torch import nn

from enhancer.errors import UnknownModel, WeightsRefused
from enhancer.models.catalog import CATALOG
from enhancer.models.contract import BOTH, Model
from enhancer.models.entry import Entry, Hub
from enhancer.models.fetch import hub_file, on_disk, weights_file
from enhancer.models.halo import estimate_halo, window_grid
from enhancer.models.weights import SUFFIXES, Weights, check_finite, read_weights
from enhancer.networks import ARCHITECTURES
from enhancer.progress import Progress
from enhancer.settings import Settings

log = logging.getLogger(__name__)
KEPT = 3  # models in memory
LARGEST_HYPERPARAMETER = 4096  # a header may not make us build a network without end
HUB_NAME = re.compile(r"([\w.-]+/[\w.-]+)/((?:[\w .()+-]+/)*[\w .()+-]+\.safetensors)")


class Store:
    """Opens models and keeps the last `KEPT` of them; safe to use from several threads.

    An id is one of the catalogue, the path of a local .safetensors, .pth or .pt file, or owner/repo/file.safetensors
    on the Hub. `catalog_only` allows the first kind alone, as it should be wherever strangers choose the id.

    What is verified: for the catalogue the pinned sha256, each time a file is opened; for other files of the Hub the
    sha256 that the Hub declares; for local files no hash. For all: no code runs on opening, the tensors fit a known
    network exactly, and all are finite.

    What is not promised: networks that take statistics of the whole picture (the pooling of NAFNet, the channel
    attention of HVI-CIDNet and HAT, the group norm of PLKSR, and so on) take them of each tile, so their result
    depends on the tiles by as much as those statistics differ.
    """

    def __init__(self, settings: Settings, catalog: tuple[Entry, ...] = CATALOG, *, catalog_only: bool = False) -> None:
        self._settings = settings
        self._catalog = {e.id: e for e in catalog}
        self._catalog_only = catalog_only
        self._models: OrderedDict[str, Model] = OrderedDict()
        self._guard = threading.Lock()
        self._turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()

    def available(self, model_id: str) -> bool:
        """Whether `load` can do without the network. Raises UnknownModel."""
        place = self._place(model_id)
        if isinstance(place, Entry):
            return on_disk(place.source, self._settings, place.bytes)
        return place.is_file() if isinstance(place, Path) else on_disk(place, self._settings)

    def load(self, model_id: str, progress: Progress | None = None) -> Model:
        """The model with this id, on the processor in float32, fetched first where it must be.

        Raises UnknownModel, WeightsUnavailable, WeightsRefused, Cancelled.
        """
        progress = progress or Progress()
        place = self._place(model_id)
        key = f"{model_id} {_version(place)}" if isinstance(place, Path) else model_id
        with self._turn(key, progress):
            model = self._kept(key)
            if model is None:
                model = self._open(model_id, place, progress)
                self._keep(key, model)
            return model

    def _place(self, model_id: str) -> Entry | Path | Hub:
        if model_id in self._catalog:
            return self._catalog[model_id]
        if not self._catalog_only:
            file = Path(model_id)
            if _is_file(file):
                return file
            name = HUB_NAME.fullmatch(model_id)
            if name and ".." not in PurePosixPath(model_id).parts:
                return Hub(name[1], name[2])
        raise UnknownModel(f"There is no model {model_id!r}; {self._known()}.")

    def _known(self) -> str:
        known = f"known are {', '.join(self._catalog)}"
        if self._catalog_only:
            return known
        return f"{known}, a local file ending in {', '.join(SUFFIXES)}, or owner/repo/file.safetensors on the Hub"

    def _open(self, model_id: str, place: Entry | Path | Hub, progress: Progress) -> Model:
        if isinstance(place, Entry):
            model = open_model(weights_file(place, self._settings, progress), model_id)
            if model.scale != place.scale:
                raise WeightsRefused(f"{model_id} should enlarge by {place.scale}, its file does by {model.scale}.")
            return model
        file = place if isinstance(place, Path) else hub_file(place, None, self._settings, progress)
        return open_model(file, model_id)

    @contextmanager
    def _turn(self, key: str, progress: Progress) -> Iterator[None]:
        """One thread opens a model, the others that want the same one wait; whoever waits can still be cancelled."""
        with self._guard:
            turn = self._turns.setdefault(key, threading.Lock())
        while not turn.acquire(timeout=0.2):
            progress.step(0, 1, "waiting for the model")
        try:
            yield
        finally:
            turn.release()

    def _kept(self, key: str) -> Model | None:
        with self._guard:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def _keep(self, key: str, model: Model) -> None:
        with self._guard:
            self._models[key] = model
            while len(self._models) > KEPT:
                forgotten, _ = self._models.popitem(last=False)
                log.info("model %s is no longer kept in memory", forgotten)


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a name that is too long for any file
        return False


def _version(file: Path) -> tuple[int, ...]:
    """Changes when a file is written anew, even within one tick of the clock."""
    found = file.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def open_model(file: Path, model_id: str) -> Model:
    """The model in a weight file whose bytes the caller has verified. Raises WeightsRefused with the reason."""
    weights = read_weights(file)
    ours = {"architecture", "hyperparameters"} <= weights.header.keys()
    model = _own(weights, file.name, model_id) if ours else _community(weights.tensors, file.name, model_id)
    check_finite(model.network, file.name)
    model.network.eval().requires_grad_(False)
    return model


def _own(weights: Weights, name: str, model_id: str) -> Model:
    """A file of ours rebuilds its own network from its header."""
    architecture = weights.header["architecture"]
    if architecture not in ARCHITECTURES:
        raise WeightsRefused(f"{name} needs the network {architecture!r}; known are {', '.join(ARCHITECTURES)}.")
    try:
        with torch.device("meta"):  # takes no memory, so a lying header cannot fill it
            network: Any = ARCHITECTURES[architecture](**_hyperparameters(weights.header["hyperparameters"]))
        network.load_state_dict({k: t.float() for k, t in weights.tensors.items()}, assign=True)
    except (TypeError, ValueError, RuntimeError) as error:
        raise WeightsRefused(f"{name} does not fit the network {architecture!r}: {_first_line(error)}") from error
    if not all(hasattr(network, wanted) for wanted in ("scale", "halo", "unshuffle")):
        raise WeightsRefused(f"{name} holds the network {architecture!r}, which does not give out pictures.")
    return Model(
        id=model_id,
        network=network.to(memory_format=torch.channels_last),
        scale=network.scale,
        multiple_of=network.unshuffle,
        minimum=network.unshuffle,
        halo=network.halo,
    )


def _hyperparameters(text: str) -> dict[str, Any]:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError(f"its hyper-parameters are a {type(values).__name__}, not names with values")
    for key, value in values.items():
        if isinstance(value, int) and value > LARGEST_HYPERPARAMETER:
            raise ValueError(f"{key} is {value}, above the limit of {LARGEST_HYPERPARAMETER}")
    return values


def _community(tensors: dict[str, Any], name: str, model_id: str) -> Model:
    """A checkpoint of others, its network recognised by spandrel from the names and shapes of the tensors."""
    from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError

    try:
        found = ModelLoader("cpu").load_from_state_dict(tensors)
    except UnsupportedModelError as error:
        raise WeightsRefused(f"{name} holds a network of a kind that is not known here.") from error
    except Exception as error:  # foreign tensors make its 42 architectures fail in as many ways
        log.info("%s cannot be built", name, exc_info=True)
        raise WeightsRefused(f"{name} resembles a known network, but does not fit it: {_first_line(error)}") from error
    if not isinstance(found, ImageModelDescriptor) or found.purpose not in ("SR", "Restoration"):
        raise WeightsRefused(f"{name} is made for {found.purpose}, not for whole pictures alone.")
    if found.input_channels != found.output_channels or found.input_channels not in (1, 3):
        raise WeightsRefused(
            f"{name} turns {found.input_channels} channels into {found.output_channels}, not 3 into 3."
        )
    needs = found.size_requirements
    multiple_of = math.lcm(needs.multiple_of, window_grid(found.architecture.id, found.model))
    return Model(
        id=model_id,
        network=_Described(found),
        scale=found.scale,
        channels=found.input_channels,
        multiple_of=multiple_of,
        minimum=max(1, needs.minimum),
        halo=estimate_halo(found.model, multiple_of),
        precisions=BOTH if found.supports_bfloat16 else (torch.float32,),
    )


class _Described(nn.Module):
    """A spandrel descriptor as a module: its call adds noise maps, picks outputs and squares where a network needs it.

    Shape: (B, C, H, W) in [0, 1] → (B, C, scale·H, scale·W); a descriptor takes one picture at a time.
    """

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.inner = descriptor.model
        self._descriptor = descriptor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, H, W) → (B, C, scale·H, scale·W)."""
        return torch.cat([self._descriptor(x[i : i + 1]) for i in range(len(x))])


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines[:2]) or type(error).__name__
    return f"{text[:200].rstrip('.')}."
