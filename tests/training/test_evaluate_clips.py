"""The protocol of clips: the same damage every time, memory handed on, flicker told."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.training.degradations import quantise
from enhancer.training.evaluate import PROTOCOLS, run_protocol
from enhancer.training.evaluate.clips import drawn, flicker, psnr_frames
from enhancer.training.evaluate.protocol import Case
from enhancer.video.draw import Remembered
from tests.video.make import hall, tiny

CLIPS = PROTOCOLS["clips"]
FRAMES = 3


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A bright square that wanders over a slope of grey."""
    (tmp_path / "walk").mkdir()
    for n in range(FRAMES):
        levels = np.broadcast_to(np.linspace(40, 160, 64, dtype=np.uint8)[None, :, None], (48, 64, 3)).copy()
        levels[16:32, 8 + 2 * n : 24 + 2 * n] = 220
        Image.fromarray(levels).save(tmp_path / "walk" / f"{n:03d}.png")
    return tmp_path / "walk"


def test_noise_is_new_in_each_frame_and_the_same_every_time(clip: Path) -> None:
    (first,), (again,) = list(CLIPS.cases(clip, 20)), list(CLIPS.cases(clip, 20))
    assert first.given.shape == first.truth.shape == (FRAMES, 3, 48, 64)
    assert torch.equal(first.given, again.given)
    noise = first.given - first.truth
    assert not torch.equal(noise[0], noise[1])
    assert 5 < 255 * float(noise.std()) < 20  # JPEG took some of it


def test_a_model_that_remembers_is_shown_with_and_without_it(clip: Path, tmp_path: Path) -> None:
    engine = hall()
    model = engine.model(str(tiny(tmp_path / "tiny.safetensors")))
    rows = run_protocol(CLIPS, [("tiny", model)], engine, tmp_path, ["walk"], [20])
    assert [row.method for row in rows] == ["as it is", "tiny", "tiny, no memory"]
    (case,) = CLIPS.cases(clip, 20)
    for row, remember in zip(rows[1:], (True, False), strict=True):
        output = drawn(engine, model, case.given, remember)
        assert row.figures == pytest.approx((psnr_frames(output, case), flicker(output, case)))
    alone = drawn(engine, model, case.given[1:2], remember=True)
    assert torch.equal(drawn(engine, model, case.given, remember=False)[1], alone[0])
    assert not torch.equal(drawn(engine, model, case.given, remember=True)[1], alone[0])


def test_odd_frames_are_drawn_as_in_a_video(tmp_path: Path) -> None:
    engine, file = hall(), str(tiny(tmp_path / "tiny.safetensors", 2))
    frames, drawer = torch.rand(3, 3, 15, 17), Remembered(file, engine, Progress())
    found = drawn(engine, engine.model(file), frames, remember=True)
    assert torch.equal(found, torch.stack([quantise(drawer.draw(frame, Progress())) for frame in frames]))


def test_clips_that_are_to_be_twice_as_large(clip: Path, tmp_path: Path) -> None:
    doubled, engine = PROTOCOLS["clips-x2"], hall()
    (case,) = doubled.cases(clip, 10)
    assert case.given.shape == (FRAMES, 3, 24, 32)
    assert case.truth.shape == doubled.plain(case).shape == (FRAMES, 3, 48, 64)
    model = engine.model(str(tiny(tmp_path / "tiny.safetensors", 2)))
    rows = run_protocol(doubled, [("tiny", model)], engine, tmp_path, ["walk"], [10])
    assert [row.method for row in rows] == ["bicubic", "tiny", "tiny, no memory"]
    with pytest.raises(ValueError, match="enlarges by none of the scales 1 of protocol clips"):
        run_protocol(CLIPS, [("tiny", model)], engine, tmp_path, ["walk"], [10])


def test_flicker_is_what_changes_without_moving(clip: Path) -> None:
    (case,) = CLIPS.cases(clip, 20)
    brighter = case.truth + torch.tensor([0, 10, 0])[:, None, None, None] / 255
    still = Case(case.truth, case.truth[:1].expand(FRAMES, -1, -1, -1))
    assert flicker(still.truth, still) == pytest.approx(0, abs=1e-4)
    assert flicker(brighter, case) == pytest.approx(10, abs=1)
    assert flicker(case.given, case) > flicker(case.truth, case) + 1


def test_psnr_is_the_mean_of_the_frames(clip: Path) -> None:
    (case,) = CLIPS.cases(clip, 20)
    output = case.truth + torch.tensor([0.1, 0.01, 0.1])[:, None, None, None]
    assert psnr_frames(output, case) == pytest.approx((20 + 40 + 20) / 3, abs=0.01)


def test_a_model_without_memory_sees_each_frame_alone(clip: Path, tmp_path: Path) -> None:
    engine, model = hall(), Model("same", torch.nn.Identity(), scale=1, halo=0)
    rows = run_protocol(CLIPS, [("same", model)], engine, tmp_path, ["walk"], [20])
    assert [row.method for row in rows] == ["as it is", "same"]
    assert rows[0].figures == pytest.approx(rows[1].figures)
