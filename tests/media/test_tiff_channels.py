"""TIFF with channels beside its colours: which of them is alpha, and what the colours then mean."""

import numpy as np
import pytest
import torch

from enhancer.media import decode
from enhancer.media.tiff import SPARE
from tests.media.make import photo
from tests.media.test_decode import tiff

ALPHA = np.linspace(0.3, 1, 45 * 60).reshape(45, 60, 1)


def as_numbers(samples: np.ndarray, top: float, kind: type) -> np.ndarray:
    return (samples * top + (0 if kind is np.float32 else 0.5)).astype(kind)


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("alpha", ["assocalpha", "unassalpha"])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_alpha_is_found_behind_channels_without_a_meaning(planar: str, kind: type, alpha: str, before: int) -> None:
    top = 1 if kind is np.float32 else np.iinfo(kind).max
    colours = photo() / 255 * (ALPHA if alpha == "assocalpha" else 1)
    stored = np.dstack([colours, *[np.full_like(ALPHA, 0.9)] * before, ALPHA])
    samples = as_numbers(stored, top, kind)
    samples = np.moveaxis(samples, 2, 0).copy() if planar == "separate" else samples
    extra = [*["unspecified"] * before, alpha]
    found = decode(tiff(samples, photometric="rgb", planarconfig=planar, extrasamples=extra))
    assert found.alpha is not None
    assert torch.allclose(found.alpha[0].double(), torch.from_numpy(ALPHA[..., 0]), atol=1 / 255)
    assert torch.allclose(found.pixels.double(), torch.from_numpy(photo() / 255).permute(2, 0, 1), atol=4 / 255)
    assert found.notes == ((SPARE,) if before else ())


def test_a_channel_without_a_meaning_is_no_alpha() -> None:
    found = decode(tiff(np.dstack([photo(), photo()[..., :1]]), photometric="rgb", extrasamples=["unspecified"]))
    assert (found.alpha, found.notes) == (None, (SPARE,))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_ink_is_divided_by_its_alpha_before_it_becomes_light(kind: type) -> None:
    top = 1 if kind is np.float32 else np.iinfo(kind).max
    ink = np.dstack([photo(), photo()[..., ::-1].min(2)]) / 255
    plain, covered = (
        decode(tiff(as_numbers(samples, top, kind), photometric="separated", extrasamples=[name]))
        for samples, name in (
            (np.dstack([ink, ALPHA]), "unassalpha"),
            (np.dstack([ink * ALPHA, ALPHA]), "assocalpha"),
        )
    )
    assert covered.alpha is not None
    assert plain.alpha is not None
    assert torch.equal(covered.alpha, plain.alpha)
    assert covered.notes == plain.notes
    assert (covered.pixels - plain.pixels).abs().max() < 6 / 255
    nothing = np.zeros((4, 4, 5))
    hidden = decode(tiff(as_numbers(nothing, top, kind), photometric="separated", extrasamples=["assocalpha"]))
    assert hidden.pixels.isfinite().all()
