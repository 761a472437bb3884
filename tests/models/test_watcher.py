"""The bundled watcher finds the cuts of films that it never saw, in one go and frame by frame alike."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from enhancer.errors import WeightsRefused
from enhancer.models.recogniser import NAMES
from enhancer.models.watcher import FIGURES, KINDS, Watcher, figures, open_watcher, sight
from enhancer.networks import SequenceClassifier
from enhancer.settings import Settings
from enhancer.training.watching.clips import film_clips, joined
from tests.video.make import scene

BUNDLED = Settings.weights / "lab" / "cuts.safetensors"
FOUND, FALSE = 0.95, 0.01


def shots(lengths: tuple[int, ...]) -> torch.Tensor:
    """(T, 3, 48, 64): one scene after the other."""
    frames = [scene(64, 48, seed)(n) for seed, length in enumerate(lengths) for n in range(length)]
    return torch.stack([torch.from_numpy(f).permute(2, 0, 1) / 255 for f in frames])


def seen(watcher: Watcher, frames: torch.Tensor) -> list[int]:
    """Where it sees cuts."""
    return [n for n, frame in enumerate(frames) if watcher.see(frame).cut > 0.5]


def test_scenes_that_follow_each_other_are_told_apart() -> None:
    assert seen(open_watcher(BUNDLED), shots((10, 7, 12))) == [10, 17]


def test_it_goes_on_where_another_stopped() -> None:
    frames = shots((10, 7))
    first, second, third = (open_watcher(BUNDLED) for _ in range(3))
    whole = [first.see(frame).cut for frame in frames]
    begun = [second.see(frame).cut for frame in frames[:6]]
    third.restore(dict(second.state))
    assert begun + [third.see(frame).cut for frame in frames[6:]] == pytest.approx(whole, abs=1e-6)


def test_joined_cuts_of_held_out_films_are_found(shared: Path) -> None:
    _, aside = film_clips(shared / "data" / "video")
    scenes = [part for clip in aside for part in torch.split(clip, 50) if len(part) >= 8]
    source, watcher = torch.Generator().manual_seed(7), open_watcher(BUNDLED)
    right = cuts = wrong = others = 0
    for _ in range(20):
        x, cut = joined(scenes, 102, (8, 50), source)
        with torch.inference_mode():
            logits, _ = watcher.network(figures(x)[None])
        noticed, there = logits[0, :, 0] > 0, cut[2:] > 0
        right, cuts = right + int(noticed[there].sum()), cuts + int(there.sum())
        wrong, others = wrong + int(noticed[~there].sum()), others + int((~there).sum())
    assert cuts > 40
    assert right / cuts >= FOUND
    assert wrong / others <= FALSE


def test_figures_do_not_depend_on_the_size() -> None:
    small = shots((4,))
    large = torch.nn.functional.interpolate(small, scale_factor=2, mode="nearest")
    assert torch.allclose(figures(sight(small)), figures(sight(large)), atol=1e-3)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    shape = {"features": FIGURES, "classes": 1}
    header = {"architecture": "sequence-classifier", "hyperparameters": json.dumps(shape)}
    save_file(SequenceClassifier(**shape).state_dict(), file := tmp_path / "a.safetensors", metadata=header)
    with pytest.raises(WeightsRefused, match="what it watches for"):
        open_watcher(file)
    save_file(SequenceClassifier(**shape).state_dict(), file, metadata={**header, NAMES: json.dumps(KINDS)})
    with pytest.raises(WeightsRefused, match="does not watch for cut, flicker, tampering"):
        open_watcher(file)
