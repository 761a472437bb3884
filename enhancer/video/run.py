"""Enhancing a video: a frame is read, drawn and written before the next one, so that its length costs no memory."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from torch import Tensor

from enhancer import workplace
from enhancer.engine import Engine
from enhancer.engine.results import really
from enhancer.errors import BadOptions
from enhancer.media.files import unwritten
from enhancer.metrics.temporal import unsteadiness
from enhancer.models.catalog import CATALOG
from enhancer.models.watcher import SURE, open_watcher
from enhancer.progress import Progress
from enhancer.settings import VERSION, Settings
from enhancer.video.draw import Drawer
from enhancer.video.facts import Facts, Look, Part
from enhancer.video.pieces import Done, Pieces, named, part_of
from enhancer.video.studio import Studio, studio
from enhancer.video.wish import Wish, drawer_for

PIECE_FRAMES = 100
APART, PAIRS = 10, 20  # frames between two pairs that are compared along time, and about how many pairs there are
USUAL, ROOMY, ROOMY_KIND = ".mp4", ".mkv", "matroska"
CUTS = Settings.weights / "lab" / "cuts.safetensors"
DRAWN, WATCHED = "drawn.", "watched."  # how the names of what they remember begin
LARGEST = 8192 * 4320  # pixels of a frame that the coders take


@dataclass(frozen=True)
class Enhanced:
    """What became of a video: so many `frames` of (width, height) in `seconds` of work.

    `facts` are those of the source; `file` is the result. Scenes change at the seconds of `cuts`, frames seem to be
    repeated or missing at those of `tampered`, and in `flickering` frames the light does. `steady` tells by how many
    grey levels a frame differs from the one before beyond what moves, in the source and in the result.
    """

    facts: Facts
    file: Path
    size: tuple[int, int]
    frames: int
    seconds: float
    cuts: tuple[float, ...] = ()
    tampered: tuple[float, ...] = ()
    flickering: int = 0
    steady: tuple[float, float] | None = None


def enhance_video(
    source: Path,
    target: Path,
    wish: Wish,
    engine: Engine,
    progress: Progress | None = None,
    resume: bool = False,
    desk: Studio | None = None,
) -> Enhanced:
    """Enhance `source` into `target`, with its sound; that file is there whole at the end, or not at all.

    A target without suffix gets that of the container which most players take and which holds the sound.

    It is read and written at `desk`, or at one of its own. With `resume`, what is done when the work ends early lies
    beside the target, and the same call goes on from there. Raises BadVideo, BadOptions, Unwritable, DiskFull, what the
    tasks and the engine raise, and Cancelled between two frames.
    """
    progress = progress or Progress()
    with studio(engine.settings) if desk is None else nullcontext(desk) as desk:
        return _Run(source, target, wish, really(engine), progress, desk).all(resume)


class _Run:
    def __init__(
        self, source: Path, target: Path, wish: Wish, engine: Engine, progress: Progress, desk: Studio
    ) -> None:
        self.source, self.wish, self.desk = source, wish, desk
        self.progress, self.began = progress, time.perf_counter()
        progress.step(0, 1, "looking through the video")
        self.facts = desk.open(source)
        self.target, self.kind = _named(source, target, self.facts.sounds, desk)
        self.watcher, self._begins = open_watcher(CUTS), False
        self._held: tuple[Tensor, Tensor] | None = None
        self.drawer: Drawer = drawer_for(wish, engine, progress)
        self.size = self.drawer.size(self.facts.width, self.facts.height)
        if self.size[0] * self.size[1] > LARGEST:
            raise BadOptions(f"Frames of {self.size[0]}x{self.size[1]} pixels are too large for a video.")
        self.part = _absolute(wish.part, self.facts)
        self.total = _expected(wish.part, self.facts)

    def all(self, resume: bool) -> Enhanced:
        """Every frame, then the whole."""
        key = self._key()
        try:
            pieces = Pieces(self.target, key)
        except OSError as error:
            raise unwritten(error, "The video") from error
        whole = False
        try:
            self._pieces(pieces)
            self._joined(pieces)
            whole = True
        finally:
            if whole or not resume:
                pieces.forget()
        spent = time.perf_counter() - self.began
        done = pieces.done
        steady = (done.source_change / done.pairs, done.result_change / done.pairs) if done.pairs else None
        seen = tuple(done.cuts), tuple(done.tampered), done.flickering, steady
        return Enhanced(self.facts, self.target, self.size, done.frames, spent, *seen)

    def _pieces(self, pieces: Pieces) -> None:
        self.drawer.restore(part_of(pieces.state, DRAWN))
        self.watcher.restore(part_of(pieces.state, WATCHED))
        look, frames = Look.like(self.facts, *self.size), self._frames(pieces.done.frames)
        begun, number = pieces.done.frames, pieces.done.frames
        self._tell(number, begun)
        for pixels, moment, lasts in frames:
            if number == pieces.done.frames:
                self.desk.begin(pieces.next, look)
            self._watch(pixels, moment, pieces.done)
            drawn = self.drawer.draw(pixels, self._token(number, begun))
            self.desk.add(drawn, moment)
            self._compare(number, pixels, drawn, pieces.done)
            pieces.done.last = lasts
            number += 1
            self._tell(number, begun)
            if number - pieces.done.frames == PIECE_FRAMES:
                self._end(pieces, number)
        if number > pieces.done.frames:
            self._end(pieces, number)
        if not number:
            raise BadOptions("No frame lies in the part of the video that was asked for; choose an earlier beginning.")

    def _watch(self, pixels: Tensor, moment: int, done: Done) -> None:
        """At a cut nothing of the scene before may help."""
        notice, seconds = self.watcher.see(pixels), float((moment - self.facts.start) * self.facts.tick)
        before, self._begins = self._begins, notice.cut > SURE
        if self._begins:
            self.drawer.cut()
        if self._begins and not before:  # a whip of the camera is one change
            done.cuts.append(seconds)
        if notice.tampering > SURE:
            done.tampered.append(seconds)
        done.flickering += notice.flicker > SURE

    def _compare(self, number: int, pixels: Tensor, drawn: Tensor, done: Done) -> None:
        """Now and then, two frames of one scene that follow each other."""
        every = max(APART, self.total // PAIRS)
        if number % every == every - 1 and self._held is not None and not self._begins:
            source, result = unsteadiness((self._held[0], pixels), (self._held[1], drawn))
            done.pairs += 1
            done.source_change, done.result_change = done.source_change + source, done.result_change + result
        self._held = (pixels, drawn.clone()) if number % every == every - 2 else None

    def _token(self, number: int, begun: int) -> Progress:
        """For the work on one frame: it says how far the whole is, and hears of its Stop."""
        return Progress(lambda _: self._tell(number, begun))

    def _tell(self, number: int, begun: int) -> None:
        """How far it is, with what was done in an earlier run left out of the time that is left."""
        self.progress.step(number - begun, max(self.total, number) - begun, "frame")

    def _end(self, pieces: Pieces, number: int) -> None:
        self.desk.end()
        workplace.check(pieces.next.stat().st_size)
        pieces.add(number, {**named(self.drawer.state, DRAWN), **named(self.watcher.state, WATCHED)})

    def _joined(self, pieces: Pieces) -> None:
        temporary = self.target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            last = pieces.done.last * self.facts.tick
            self.desk.join(self.source, pieces.paths, last, temporary, self.kind, self.part)
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(self.target)
        except OSError as error:
            raise unwritten(error, "The video") from error
        finally:
            temporary.unlink(missing_ok=True)

    def _frames(self, skipped: int) -> Iterator[tuple[Tensor, int, int]]:
        """(frame, when it is shown, for how long) of the part, without the first `skipped`."""
        back = round(self.part.begin / self.facts.tick)
        for pixels, shown, lasts in self._lasting():
            seconds = float(shown * self.facts.tick)
            if self.part.is_over(seconds):
                return
            if self.part.begin and not self.part.holds(seconds):
                continue
            if skipped:
                skipped -= 1
                continue
            yield pixels, shown - back, lasts

    def _lasting(self) -> Iterator[tuple[Tensor, int, int]]:
        """A frame lasts until the next one, which is read for that; the last until the end of the video."""
        held = self.desk.frame()
        while held is not None:
            following = self.desk.frame()
            yield *held, max(1, (self.facts.end if following is None else following[1]) - held[1])
            held = following

    def _key(self) -> str:
        """Changes with source, wish, program and the bytes of all weights. Raises what opening these does."""
        found = self.source.stat()
        told = [VERSION, str(self.source.resolve()), found.st_size, found.st_mtime_ns, self.wish.plain]
        told += [[entry.sha256 for entry in CATALOG], [o.sha256 for o in self.drawer.origins(self.progress)]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _named(source: Path, target: Path, sounds: Sequence[str], desk: Studio) -> tuple[Path, str]:
    """The file to write, and its container. Raises BadOptions for a folder, and for the source itself."""
    if target.is_dir():
        raise BadOptions(f"{target} is a folder; please name the file for the result, too.")
    _not_itself(source, target)
    if target.suffix:
        return target, desk.kind(target, sounds)
    found = _suited(target, sounds, desk)
    _not_itself(source, found[0])
    return found


def _not_itself(source: Path, target: Path) -> None:
    if target.exists() and target.resolve() == source.resolve():
        raise BadOptions("The result would replace its source; please give it another name.")


def _suited(target: Path, sounds: Sequence[str], desk: Studio) -> tuple[Path, str]:
    """The same for a target without suffix."""
    usual = target.with_suffix(USUAL)
    try:
        return usual, desk.kind(usual, sounds)
    except BadOptions:  # it cannot hold the sound
        return target.with_suffix(ROOMY), ROOMY_KIND


def _absolute(part: Part, facts: Facts) -> Part:
    """On the clock of the file, which may not begin at 0."""
    origin = float(facts.start * facts.tick)
    return Part(part.begin + origin, part.seconds) if part != Part() else part


def _expected(part: Part, facts: Facts) -> int:
    """Frames of a part, about."""
    if part == Part():
        return facts.frames
    lasts = min(part.seconds or facts.seconds, max(0.0, facts.seconds - part.begin))
    return max(1, round(Fraction(lasts) * facts.rate))
