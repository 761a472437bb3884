"""What is done of a video, on disk: pieces that stay when the work is stopped, so that it goes on from there."""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

from enhancer.media.files import write_whole

JOURNAL, STATE = "journal.json", "state.safetensors"


@dataclass
class Done:
    """So many frames in so many pieces, the last for so many ticks; the seconds at which scenes change, and those at
    which frames seem to be repeated or missing; in how many frames the light flickers; and summed over so many pairs of
    frames, by how many grey levels they change beyond what moves, in the source and in the result."""

    pieces: int = 0
    frames: int = 0
    last: int = 1
    cuts: list[float] = field(default_factory=list)
    tampered: list[float] = field(default_factory=list)
    flickering: int = 0
    pairs: int = 0
    source_change: float = 0.0
    result_change: float = 0.0


class Pieces:
    """A folder beside the result, of one source and one wish: `key` names both."""

    def __init__(self, target: Path, key: str) -> None:
        self.folder, self._key = target.with_name(f".{target.name}.parts"), key
        self.done = Done()
        self.state: dict[str, Tensor] = {}
        if not self._read():
            self.forget()
            self.folder.mkdir(parents=True)

    @property
    def next(self) -> Path:
        """Where the next piece goes."""
        return self._piece(self.done.pieces)

    @property
    def paths(self) -> list[Path]:
        """Those that are done."""
        return [self._piece(n) for n in range(self.done.pieces)]

    def add(self, frames: int, state: Mapping[str, Tensor]) -> None:
        """The next piece is whole; with `state` the one after it goes on."""
        self.state = {name: tensor.contiguous() for name, tensor in state.items()}
        after = self._state(self.done.pieces + 1)
        save_file(self.state, after)
        self.done.pieces, self.done.frames = self.done.pieces + 1, frames
        told = json.dumps({"key": self._key, **asdict(self.done)})
        write_whole(self.folder / JOURNAL, lambda file: file.write(told.encode()), "What is done of the video")
        self._state(self.done.pieces - 1).unlink(missing_ok=True)

    def forget(self) -> None:
        """Delete all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self) -> bool:
        """Whether there is something to go on from."""
        with suppress(OSError, ValueError, TypeError, KeyError):  # whatever is wrong with it, the work begins anew
            told = json.loads((self.folder / JOURNAL).read_text(encoding="utf-8"))
            if told.pop("key") != self._key:
                return False
            done = Done(**told)
            state = load_file(self._state(done.pieces))
            if all(self._piece(n).is_file() for n in range(done.pieces)):
                self.done, self.state = done, state
                return True
        return False

    def _piece(self, number: int) -> Path:
        return self.folder / f"{number:06}.nut"

    def _state(self, number: int) -> Path:
        return self.folder / f"{number:06}.{STATE}"


def named(state: Mapping[str, Tensor], begin: str) -> dict[str, Tensor]:
    """What one of several remembers, under names that begin so."""
    return {begin + name: tensor for name, tensor in state.items()}


def part_of(state: Mapping[str, Tensor], begin: str) -> dict[str, Tensor]:
    """What was `named` so."""
    return {name.removeprefix(begin): tensor for name, tensor in state.items() if name.startswith(begin)}
