"""Who draws the frames: tasks that see each one alone, or a network that remembers the frames before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.media.picture import Picture
from enhancer.models.catalog import CATALOG
from enhancer.models.contract import Model, Origin
from enhancer.models.moving import COLOURS, carried_on, evened
from enhancer.progress import Progress
from enhancer.tasks.chain import Step, run_chain, sizes
from enhancer.tasks.choose import AUTO

State = Mapping[str, Tensor]


class Drawer(Protocol):
    """Frames (3, H, W) in [0, 1] in, better ones (3, H', W') out, in the order in which they are shown."""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Of the better frames, (width, height). Raises BadOptions for what cannot be done."""

    def draw(self, pixels: Tensor, progress: Progress) -> Tensor:
        """The better frame. Raises what the tasks and the engine raise."""

    def cut(self) -> None:
        """Another scene begins with the next frame: nothing of the last one helps it."""

    def origins(self, progress: Progress) -> tuple[Origin, ...]:
        """The weights that it draws with and the catalogue does not know. Raises what opening them does."""

    @property
    def state(self) -> State:
        """What is remembered, to go on from in another process."""

    def restore(self, state: State) -> None:
        """Go on from there."""


@dataclass
class EachFrame:
    """Any tasks, one after another, on each frame alone."""

    steps: tuple[Step, ...]
    engine: Engine

    def size(self, width: int, height: int) -> tuple[int, int]:
        """As the tasks make it; their options are checked."""
        return sizes((width, height), self.steps, self.engine.settings.max_output_pixels)[-1]

    def draw(self, pixels: Tensor, progress: Progress) -> Tensor:
        """The tasks, on this frame."""
        return run_chain(Picture(pixels), self.steps, self.engine, progress).pixels

    def cut(self) -> None:
        """Nothing is remembered."""

    def origins(self, progress: Progress) -> tuple[Origin, ...]:
        """Those that the steps name."""
        named = {str(step.options.get("model", AUTO)) for step in self.steps} - {AUTO, *(e.id for e in CATALOG)}
        return tuple(origin for name in sorted(named) for origin in self.engine.model(name, progress).origins)

    @property
    def state(self) -> State:
        """Nothing is remembered."""
        return {}

    def restore(self, state: State) -> None:
        """Nothing was remembered."""


class Remembered:
    """A network that sees what it drew for the frame before."""

    def __init__(self, model_id: str, engine: Engine, progress: Progress) -> None:
        self.model: Model = engine.model(model_id, progress)
        if not self.model.state:
            raise BadOptions(f"{model_id} draws each frame alone; choose it for its task instead.")
        self._engine = engine
        self._last: Tensor | None = None

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Larger by the scale of the network."""
        return self.model.scale * width, self.model.scale * height

    def draw(self, pixels: Tensor, progress: Progress) -> Tensor:
        """With what the frame before left, unless there was a cut."""
        even, (width, height) = evened(pixels), self.size(pixels.shape[2], pixels.shape[1])
        plane = None if self._last is None else carried_on(self._last, even, self.model.scale)
        self._last = self._engine.run(self.model, even, progress, plane)
        return self._last[:COLOURS, :height, :width]

    def cut(self) -> None:
        """Forget the last frame."""
        self._last = None

    def origins(self, progress: Progress) -> tuple[Origin, ...]:
        """Those of its network, known to the catalogue or not."""
        return self.model.origins

    @property
    def state(self) -> State:
        """The last frame with its memory."""
        return {} if self._last is None else {"last": self._last}

    def restore(self, state: State) -> None:
        """Go on from that frame."""
        self._last = state.get("last")
