"""What the Compare tab does behind its button: a contact sheet of a part of the picture, as files that a page shows."""

import math
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import Cancelled, EnhancerError
from enhancer.evidence.contact import Ballot, Tile, blind, chosen, contact_sheet, suitable
from enhancer.evidence.part import Part
from enhancer.evidence.recipe import Step
from enhancer.media.picture import Picture
from enhancer.models.catalog import Entry
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.tasks import task
from enhancer.ui.choice import UPSCALE
from enhancer.ui.crop import region
from enhancer.ui.picture_input import Source

Keep = Callable[[Tensor], str]  # writes pixels (3, H, W) where a browser can have them → address


@dataclass(frozen=True)
class Order:
    """What is compared: a part of `side` pixels around `centre` through a task, by all that is ready in `seconds`.

    `image` is what the picture box shows, `source` what it remembers; `centre` are fractions of width and height;
    `factor` is for enlargements alone.
    """

    image: str
    source: Source
    centre: tuple[float, float]
    side: int
    purpose: str
    factor: float
    seconds: float
    catalog: tuple[Entry, ...]

    @property
    def part(self) -> Part:
        """The part in pixels of the picture, moved inside."""
        return region((self.source.width, self.source.height), self.centre, (self.side, self.side))

    @property
    def options(self) -> Any:
        """The options of the task, for any model."""
        return parse(task(self.purpose).options, {"scale": self.factor} if self.purpose == UPSCALE.id else {})


@dataclass(frozen=True)
class Sheet:
    """What the grid shows: `tiles` that are ready, without their pixels, and the titles of those `waiting`.

    `files` are the addresses of the pixels by model id, `size` is the width and height of all of them. `voted` is the
    model that was voted for unseen; `seed` decides the numbers of that vote.
    """

    order: Order
    waiting: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    size: tuple[int, int] = (1, 1)
    voted: str = ""
    seed: int = field(default_factory=lambda: secrets.randbits(32))

    def with_tile(self, tile: Tile, keep: Keep) -> "Sheet":
        """One tile more, which is no longer waited for."""
        waiting = tuple(title for title in self.waiting if title != tile.title)
        if tile.pixels is None:
            return replace(self, waiting=waiting, tiles=(*self.tiles, tile))
        return replace(
            self,
            waiting=waiting,
            tiles=(*self.tiles, replace(tile, pixels=tile.pixels[:, :0])),
            files={**self.files, tile.model_id: keep(tile.pixels)},
            size=(tile.pixels.shape[2], tile.pixels.shape[1]),
        )

    @property
    def ballot(self) -> Ballot:
        """The vote on the tiles that have pictures."""
        return blind(self.tiles, self.seed)

    def tile(self, model_id: str) -> Tile | None:
        """The tile of a model, if it is there and has a picture."""
        return next((t for t in self.tiles if t.model_id == model_id and t.model_id in self.files), None)

    def step(self, tile: Tile) -> Step | None:
        """What does to the whole picture what a tile shows; None where that is nothing."""
        step = chosen(tile, self.order.purpose, self.order.options, self.order.catalog)
        return None if step is None else Step(step.task_id, dict(step.options))


def elsewhere(purpose: str, engine: Engine, catalog: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The models of a purpose that would have to be fetched."""
    here = suitable(purpose, engine, catalog=catalog)
    return tuple(e for e in catalog if e.purpose == purpose and e not in here)


def fetched(order: Order, entry: Entry, picture: Picture, engine: Engine, progress: Progress) -> list[Tile]:
    """The part without a network, then by one model that is fetched first, however long that takes.

    An error of the house is why its tile is skipped. Raises Cancelled.
    """
    try:
        engine.model(entry.id, progress)
        options, catalog = order.options, (entry,)
        return list(contact_sheet(picture, order.part, order.purpose, options, engine, progress, math.inf, catalog))
    except Cancelled:
        raise
    except EnhancerError as error:
        return [Tile(entry.id, entry.title, skipped=str(error))]


class Growing:
    """A sheet that work in another thread adds tiles to, while a page looks at it."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._seen: Sheet | None = None

    def add(self, tiles: Iterable[Tile], keep: Keep) -> None:
        """Take each tile as it comes; what is there already is not taken twice."""
        for tile in tiles:
            if all(tile.model_id != t.model_id for t in self.sheet.tiles):
                self.sheet = self.sheet.with_tile(tile, keep)

    def news(self) -> Sheet | None:
        """The sheet, if it has grown since it was last asked for."""
        if self.sheet is self._seen:
            return None
        self._seen = self.sheet
        return self._seen
