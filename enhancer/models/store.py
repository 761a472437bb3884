"""From a model id to a model: verified bytes, a known network, and the last few kept in memory."""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path, PurePosixPath
from weakref import WeakValueDictionary

from enhancer import watch
from enhancer.aside import aside
from enhancer.errors import UnknownModel, WeightsRefused
from enhancer.models.blend import between
from enhancer.models.catalog import CATALOG
from enhancer.models.community import community_model
from enhancer.models.contract import Model, Origin
from enhancer.models.entry import Entry, Hub
from enhancer.models.fetch import digest, hub_file, weights_file
from enhancer.models.own import is_ours, own_model
from enhancer.models.weights import SUFFIXES, check_finite, read_weights
from enhancer.networks.block import ResidualChain
from enhancer.networks.generator import Generator
from enhancer.networks.trials import Trials
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.watch import What

log = logging.getLogger(__name__)
KEPT = 3  # models in memory
PATIENCE = 0.2  # seconds between two looks at whether the one who waits still wants to
TRIALS = "convolutions.json"  # in the cache
HUB_NAME = re.compile(r"([\w.-]+/[\w.-]+)/((?:[\w .()+-]+/)*[\w .()+-]+\.safetensors)")


class Store:
    """Opens models and keeps the last `most` of them; safe to use from several threads.

    An id is one of the catalogue, the path of a local .safetensors, .pth or .pt file, or owner/repo/file.safetensors
    on the Hub. `catalog_only` allows the first kind alone, as it should be wherever strangers choose the id.

    What is verified: for the catalogue the pinned sha256, each time a file is opened; for other files of the Hub the
    sha256 that the Hub declares; for local files no hash. For all: no code runs on opening, the tensors fit a known
    network exactly, and all are finite.

    What is not promised: networks that take statistics of the whole picture (the pooling of NAFNet, the channel
    attention of HVI-CIDNet and HAT, the group norm of PLKSR, and so on) take them of each tile, so their result
    depends on the tiles by as much as those statistics differ.
    """

    def __init__(
        self,
        settings: Settings,
        catalog: tuple[Entry, ...] = CATALOG,
        *,
        catalog_only: bool = False,
        most: int = KEPT,
    ) -> None:
        self._settings, self._most = settings, most
        self._catalog = {e.id: e for e in catalog}
        self._catalog_only = catalog_only
        self._models: OrderedDict[str, Model] = OrderedDict()
        self._guard = threading.Lock()
        self._turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()

    def load(self, model_id: str, progress: Progress | None = None, crispness: float = 1.0) -> Model:
        """The model with this id, on the processor in float32, fetched first where it must be.

        A `crispness` below 1 blends the weights of its faithful twin in, down to the twin alone at 0.
        Raises UnknownModel (for a blend without a twin, too), WeightsUnavailable, WeightsRefused, Cancelled.
        """
        progress = progress or Progress()
        place = self._place(model_id)
        if crispness < 1:
            return self._blend(place, model_id, progress, crispness)
        key = f"{model_id} {_version(place)}" if isinstance(place, Path) else model_id
        with self._turn(key, progress):
            model = self._kept(key)
            if model is None:
                progress.step(0, 1, "getting the model ready")
                model = self._open(model_id, place, progress)
                watch.tell(What.LOADED, model=model_id)
                self._keep(key, model)
            return model

    def _blend(self, place: Entry | Path | Hub, model_id: str, progress: Progress, crispness: float) -> Model:
        if not isinstance(place, Entry) or not place.twin:
            raise UnknownModel(f"There is no faithful twin of {model_id!r} to blend it with.")
        key = f"{model_id} {crispness:g}"
        with self._turn(key, progress):
            model = self._kept(key)
            if model is None:
                model = self._between(place.twin, model_id, progress, crispness)
                self._keep(key, model)
            return model

    def _between(self, twin: str, model_id: str, progress: Progress, crispness: float) -> Model:
        return between(self.load(twin, progress), self.load(model_id, progress), crispness)

    def _place(self, model_id: str) -> Entry | Path | Hub:
        return place_of(model_id, self._catalog, catalog_only=self._catalog_only)

    def _open(self, model_id: str, place: Entry | Path | Hub, progress: Progress) -> Model:
        file = self._file(place, progress)
        if isinstance(place, Entry):
            model = self._settled(open_model(file, model_id))
            if model.scale != place.scale:
                raise WeightsRefused(f"{model_id} should enlarge by {place.scale}, its file does by {model.scale}.")
            return replace(model, origins=(Origin(model_id, place.sha256),))
        name = place.name if isinstance(place, Path) else model_id
        return replace(self._settled(open_model(file, model_id)), origins=(Origin(name, digest(file)),))

    def _settled(self, model: Model) -> Model:
        """The model, whose weights change no more: its chains of convolutions may be computed by whom is faster."""
        for module in model.network.modules():
            if isinstance(module, Generator | ResidualChain):
                module.trials = Trials(self._settings.cache / TRIALS)
        return model

    def _file(self, place: Entry | Path | Hub, progress: Progress) -> Path:
        """The weight file, fetched and verified."""
        if isinstance(place, Path):
            return place
        fetched = isinstance(place, Hub) or isinstance(place.source, Hub)
        with aside() if fetched else nullcontext():
            if isinstance(place, Entry):
                return weights_file(place, self._settings, progress)
            return hub_file(place, None, self._settings, progress)

    @contextmanager
    def _turn(self, key: str, progress: Progress) -> Iterator[None]:
        """One thread opens a model, the others that want the same one wait; whoever waits can still be cancelled."""
        with self._guard:
            turn = self._turns.setdefault(key, threading.Lock())
        mine = turn.acquire(timeout=PATIENCE)
        try:
            with nullcontext() if mine else aside():
                while not mine:
                    progress.step(0, 1, "waiting for the model")
                    mine = turn.acquire(timeout=PATIENCE)
            yield
        finally:
            if mine:
                turn.release()

    def _kept(self, key: str) -> Model | None:
        with self._guard:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def _keep(self, key: str, model: Model) -> None:
        with self._guard:
            self._models[key] = model
            while len(self._models) > self._most:
                forgotten, _ = self._models.popitem(last=False)
                log.info("model %s is no longer kept in memory", forgotten)


def place_of(model_id: str, catalog: Mapping[str, Entry], *, catalog_only: bool) -> Entry | Path | Hub:
    """Where the model with this id is from; nothing is opened. Raises UnknownModel."""
    if model_id in catalog:
        return catalog[model_id]
    known = f"known are {', '.join(catalog)}"
    if not catalog_only:
        file = Path(model_id)
        if _is_file(file):
            return file
        name = HUB_NAME.fullmatch(model_id)
        if name and ".." not in PurePosixPath(model_id).parts:
            return Hub(name[1], name[2])
        known += f", a local file ending in {', '.join(SUFFIXES)}, or owner/repo/file.safetensors on the Hub"
    raise UnknownModel(f"There is no model {model_id!r}; {known}.")


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
    if is_ours(weights):
        model = own_model(weights, file.name, model_id)
    else:
        model = community_model(weights.tensors, file.name, model_id)
    check_finite(model.network, file.name)
    model.network.eval().requires_grad_(False)
    return model
