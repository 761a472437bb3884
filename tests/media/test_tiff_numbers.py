"""TIFF whose numbers have no scale of their own: floats, signed and long ones."""

import numpy as np
import torch

from enhancer.media import decode
from tests.media.test_decode import tiff


def test_numbers_that_have_no_scale_are_stretched_with_a_note() -> None:
    values = np.linspace(-2, 6, 200).reshape(10, 20)
    for kind in (np.float32, np.float64, np.int16, np.int32):
        scaled = values if kind in (np.float32, np.float64) else values * 1000
        found = decode(tiff(scaled.astype(kind), photometric="minisblack"))
        assert torch.allclose(found.pixels[0].double(), torch.from_numpy((values + 2) / 8), atol=1e-3)
        assert any("stretched" in note for note in found.notes)
    values[0, 0], values[0, 1] = np.nan, np.inf
    found = decode(tiff(values.astype(np.float32), photometric="minisblack"))
    assert found.pixels.isfinite().all()
    assert any("not finite" in note for note in found.notes)


def test_floats_within_the_scale_and_alpha_are_never_stretched() -> None:
    colours = np.linspace(0.2, 0.7, 90).reshape(6, 5, 3).astype(np.float32)
    found = decode(tiff(colours, photometric="rgb"))
    assert torch.allclose(found.pixels, torch.from_numpy(colours).permute(2, 0, 1))
    assert found.notes == ()
    bright = np.dstack([(colours - 0.2) * 8, np.full((6, 5), 1.0)]).astype(np.float32)
    bright[0, 0, 3], bright[0, 1, 3] = 0.25, 1.5
    found = decode(tiff(bright, photometric="rgb", extrasamples=["unassalpha"]))
    assert torch.allclose(found.pixels, torch.from_numpy(bright[..., :3] / 4).permute(2, 0, 1), atol=1e-6)
    assert found.alpha is not None
    assert found.alpha.flatten().tolist() == [0.25, *[1.0] * 29]
