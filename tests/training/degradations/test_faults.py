"""Faults are drawn as often as asked for, and each does what its name says to the samples that have it, alone."""

from dataclasses import replace

import torch
from skimage import data

from enhancer.training.degradations.faults import BLUR, COMPRESSION, DARKNESS, ENLARGEMENT, FAULTS, NOISE, Faults
from enhancer.training.degradations.jpeg import JpegParams, recompress

PICTURE = torch.from_numpy(data.astronaut()[:96, 160:256].copy()).permute(2, 0, 1)[None] / 255.0
CLEAN = Faults(traces=0)


def detail(x: torch.Tensor) -> float:
    """Mean change from pixel to pixel."""
    return float((x[..., 1:] - x[..., :-1]).abs().mean())


def alone(fault: int) -> torch.Tensor:
    """The picture eight times with one fault of eight strengths."""
    params = CLEAN.draw(8, torch.Generator().manual_seed(1))
    present = torch.zeros(8, len(FAULTS), dtype=torch.bool)
    present[:, fault] = True
    return CLEAN.apply(PICTURE.expand(8, -1, -1, -1), replace(params, present=present))


def test_sets_of_every_size_are_drawn_as_often_as_asked_for() -> None:
    present = Faults(count=(0.4, 0.3, 0.2, 0.1)).draw(20_000, torch.Generator().manual_seed(0)).present
    sizes = torch.bincount(present.sum(1)) / len(present)
    assert (sizes - torch.tensor([0.4, 0.3, 0.2, 0.1])).abs().max() < 0.015
    shares = present.float().mean(0)
    assert (shares - shares.mean()).abs().max() < 0.015


def test_each_fault_does_what_its_name_says() -> None:
    same = PICTURE.expand(8, -1, -1, -1)
    assert all(alone(DARKNESS).mean((1, 2, 3)) < 0.8 * PICTURE.mean())
    assert detail(alone(BLUR)) < 0.6 * detail(PICTURE)
    assert detail(alone(ENLARGEMENT)) < 0.9 * detail(PICTURE)
    assert all((alone(NOISE) - same).flatten(1).std(1) > 3 / 255)
    blocky = alone(COMPRESSION)
    once_more = recompress(blocky, CLEAN.draw(8, torch.Generator().manual_seed(1)).jpeg)
    assert (once_more - blocky).abs().mean() < 0.3 * (blocky - same).abs().mean()  # a second time changes little


def test_samples_without_faults_stay_as_they_are_but_for_the_traces_of_a_camera() -> None:
    params = Faults(traces=0.5).draw(64, torch.Generator().manual_seed(0))
    params = replace(params, present=torch.zeros_like(params.present))
    out = CLEAN.apply(PICTURE.expand(64, -1, -1, -1), params)
    same = (out == PICTURE).flatten(1).all(1)
    assert torch.equal(same, ~params.traces)
    assert 0 < int(params.traces.sum()) < 64
    saved = JpegParams(**vars(params.jpeg) | {"quality": params.saved, "double": torch.zeros(64, dtype=torch.bool)})
    assert torch.equal(out[params.traces], recompress(PICTURE.expand(64, -1, -1, -1), saved)[params.traces])


def test_equal_seeds_give_equal_pictures_and_labels_name_the_faults() -> None:
    x = PICTURE.expand(12, -1, -1, -1)
    (first, params), (second, _) = (Faults()(x, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(first, second)
    for n in range(12):
        assert params.label(n) == ", ".join(f for f, here in zip(FAULTS, params.present[n], strict=True) if here)
