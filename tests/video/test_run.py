"""A video comes out with its sound, times, colours and size as they were, and no half of it is ever left behind."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from torch import Tensor

from enhancer.errors import BadOptions, BadVideo, Cancelled
from enhancer.networks import Generator
from enhancer.progress import Progress
from enhancer.tasks.chain import Step
from enhancer.training.checkpoint import export
from enhancer.video import run
from enhancer.video.draw import Remembered
from enhancer.video.facts import Part
from enhancer.video.film import look_through
from enhancer.video.run import enhance_video
from enhancer.video.wish import Wish
from tests.video.make import film, hall, packets, scene, shown, times, tiny

SAME = Wish("", (Step("gamma", {"gamma": 1.0}),))
LIKE = 4.0  # grey levels that coding twice may change in the mean
FRAME = 1 / 25


def near(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and float(np.abs(a.astype(float) - b).mean()) < LIKE


def test_pictures_sound_and_times_are_kept(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", 30)
    made = enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    assert (made.frames, made.size) == (30, (64, 48))
    assert made.steady is not None
    assert made.steady[1] == pytest.approx(made.steady[0], abs=0.1)  # the frames were drawn as they are
    assert times(tmp_path / "b.mp4") == times(source)
    assert packets(tmp_path / "b.mp4", "audio") == packets(source, "audio")
    assert all(near(a, b) for a, b in zip(shown(source), shown(tmp_path / "b.mp4"), strict=True))
    assert abs(look_through(tmp_path / "b.mp4", hall().settings).seconds - made.facts.seconds) < FRAME
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_apart_it_is_the_same_video(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", 8)
    for name, workers in (("b.mp4", 0), ("c.mp4", 1)):
        enhance_video(source, tmp_path / name, SAME, hall(decode_workers=workers))
    assert [p for _, p in packets(tmp_path / "b.mp4", "video")] == [p for _, p in packets(tmp_path / "c.mp4", "video")]


@pytest.mark.parametrize("suffix", ["mkv", "mov"])
def test_uneven_times_are_kept(suffix: str, tmp_path: Path) -> None:
    uneven = [0, 24, 30, 90, 96, 200, 203, 600]
    source = film(tmp_path / f"a.{suffix}", show=scene(64, 48), times=uneven)
    made = enhance_video(source, tmp_path / f"b.{suffix}", SAME, hall())
    assert made.facts.variable
    assert times(tmp_path / f"b.{suffix}") == times(source)
    assert abs(look_through(tmp_path / f"b.{suffix}", hall().settings).seconds - made.facts.seconds) < FRAME


def test_colours_mean_the_same(tmp_path: Path) -> None:
    tags = {"color_primaries": 9, "color_trc": 14, "colorspace": 9, "color_range": 1}
    source = film(tmp_path / "a.mp4", tags=tags)
    made = enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    again = look_through(tmp_path / "b.mp4", hall().settings)
    assert again.colours == made.facts.colours
    assert (again.colours.primaries, again.colours.transfer, again.colours.matrix, again.colours.range) == (9, 14, 9, 1)
    with av.open(str(source)) as a, av.open(str(tmp_path / "b.mp4")) as b:
        pairs = zip(a.decode(video=0), b.decode(video=0), strict=True)
        assert all(near(x.to_ndarray(), y.to_ndarray()) for x, y in pairs)  # the planes as they are stored


def test_a_network_that_remembers_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PIECE_FRAMES", 4)
    source, engine = film(tmp_path / "a.mp4", 11), hall()
    wish = Wish(str(tiny(tmp_path / "tiny.safetensors", 2)))
    whole = enhance_video(source, tmp_path / "whole.mp4", wish, engine)
    assert whole.size == (128, 96)
    stopping = Progress(lambda p: p.cancel() if p.done == 6 else None)
    with pytest.raises(Cancelled):
        enhance_video(source, tmp_path / "parts.mp4", wish, engine, stopping, resume=True)
    assert not (tmp_path / "parts.mp4").exists()
    told = list[int]()
    enhance_video(
        source, tmp_path / "parts.mp4", wish, engine, Progress(lambda p: told.append(p.total - p.done)), resume=True
    )
    assert max(told) == 7  # of 11, 4 were done
    assert packets(tmp_path / "parts.mp4", "video") == packets(tmp_path / "whole.mp4", "video")
    assert not list(tmp_path.glob(".*"))


def test_a_cut_begins_anew_and_is_told(tmp_path: Path) -> None:
    first, second = scene(64, 48, 0), scene(64, 48, 1)
    source = film(tmp_path / "a.mp4", 20, show=lambda n: first(n) if n < 12 else second(n), sound=None)
    engine, file, cuts = hall(), str(tiny(tmp_path / "tiny.safetensors")), list[int]()

    class Counting(Remembered):
        drawn = 0

        def draw(self, pixels: Tensor, progress: Progress) -> Tensor:
            self.drawn += 1
            return super().draw(pixels, progress)

        def cut(self) -> None:
            cuts.append(self.drawn)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "drawer_for", lambda wish, engine, progress: Counting(wish.model, engine, progress))
        made = enhance_video(source, tmp_path / "b.mp4", Wish(file), engine)
    assert cuts == [12]
    assert made.cuts == (pytest.approx(12 / 25),)


def test_after_a_cut_nothing_is_remembered(tmp_path: Path) -> None:
    engine, file = hall(), str(tiny(tmp_path / "tiny.safetensors"))
    a, b = (torch.from_numpy(scene(64, 48, n)(0)).permute(2, 0, 1) / 255 for n in range(2))
    drawer, fresh = (Remembered(file, engine, Progress()) for _ in range(2))
    drawer.draw(a, Progress())
    after = drawer.draw(b, Progress())
    drawer.draw(a, Progress())
    drawer.cut()
    assert torch.equal(drawer.draw(b, Progress()), alone := fresh.draw(b, Progress()))
    assert not torch.allclose(after, alone, atol=0.01)


def test_another_wish_does_not_go_on_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PIECE_FRAMES", 2)
    source = film(tmp_path / "a.mp4", 6)
    stopping = Progress(lambda p: p.cancel() if p.done == 3 else None)
    with pytest.raises(Cancelled):
        enhance_video(
            source, tmp_path / "b.mp4", Wish("", (Step("gamma", {"gamma": 3.0}),)), hall(), stopping, resume=True
        )
    enhance_video(source, tmp_path / "b.mp4", SAME, hall(), resume=True)
    assert all(near(a, b) for a, b in zip(shown(source), shown(tmp_path / "b.mp4"), strict=True))


def mending(file: Path, seed: int) -> Path:
    """The weights of a very small network that sees one picture."""
    torch.manual_seed(seed)
    shape = {"scale": 1, "channels": 4, "depth": 1}
    export(Generator(**shape), "generator", shape, file)
    return file


@pytest.mark.parametrize("remembers", [True, False])
def test_weights_that_were_trained_further_begin_anew(
    remembers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PIECE_FRAMES", 2)
    source, file, made = film(tmp_path / "a.mp4", 6), tmp_path / "best.safetensors", tiny if remembers else mending
    wish = Wish(str(file)) if remembers else Wish("", (Step("denoise", {"model": str(file)}),))
    made(file, seed=1)
    stopping = Progress(lambda p: p.cancel() if p.done == 3 else None)
    with pytest.raises(Cancelled):
        enhance_video(source, tmp_path / "b.mp4", wish, hall(), stopping, resume=True)
    made(file, seed=2)
    enhance_video(source, tmp_path / "b.mp4", wish, hall(), resume=True)
    enhance_video(source, tmp_path / "c.mp4", wish, hall())
    assert packets(tmp_path / "b.mp4", "video") == packets(tmp_path / "c.mp4", "video")


def test_without_resume_nothing_is_left_behind(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4")
    with pytest.raises(Cancelled):
        enhance_video(source, tmp_path / "b.mp4", SAME, hall(), Progress(lambda p: p.cancel() if p.done == 3 else None))
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_part_has_the_sound_of_that_part(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", 50)
    made = enhance_video(source, tmp_path / "b.mp4", Wish("", SAME.steps, Part(1.0, 0.4)), hall())
    assert made.frames == 10
    assert times(tmp_path / "b.mp4") == [Fraction(n, 25) for n in range(10)]
    assert near(shown(tmp_path / "b.mp4")[0], shown(source)[25])
    sound = [p for _, p in packets(source, "audio")]
    part = [p for _, p in packets(tmp_path / "b.mp4", "audio")]
    assert part == sound[sound.index(part[0]) :][: len(part)]
    assert abs(len(part) * 1024 / 44_100 - 0.4) < 0.05


def test_what_cannot_be_is_said_before_anything_is_drawn(tmp_path: Path) -> None:
    source = film(tmp_path / "a.avi", sound="pcm_u8")
    with pytest.raises(BadOptions, match=r"cannot hold the sound of this video \(pcm_u8\).*\.mkv"):
        enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    with pytest.raises(BadOptions, match=r"saved as '.gif'; known: .mp4"):
        enhance_video(source, tmp_path / "b.gif", SAME, hall())
    with pytest.raises(BadOptions, match="replace its source"):
        enhance_video(source, source, SAME, hall())
    played = film(tmp_path / "played.mp4")
    before = played.read_bytes()
    with pytest.raises(BadOptions, match="replace its source"):
        enhance_video(played, tmp_path / "played", SAME, hall())  # which becomes played.mp4
    assert played.read_bytes() == before
    with pytest.raises(BadOptions, match="is a folder"):
        enhance_video(played, tmp_path, SAME, hall())
    with pytest.raises(BadVideo, match="no such file"):
        enhance_video(tmp_path / "none.mp4", tmp_path / "b.mp4", SAME, hall())
    with pytest.raises(BadOptions, match="earlier beginning"):
        enhance_video(source, tmp_path / "b.mkv", Wish("", SAME.steps, Part(9, 1)), hall())
    enhance_video(source, tmp_path / "b.mkv", SAME, hall())
    assert [p for _, p in packets(tmp_path / "b.mkv", "audio")] == [p for _, p in packets(source, "audio")]
