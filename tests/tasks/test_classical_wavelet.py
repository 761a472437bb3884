"""The wavelet shrinkage: the same as the transform of the paper written plainly, in little memory."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import Tensor

from enhancer.tasks.classical_wavelet import shrink
from tests.conftest import ROOT

MOST_BYTES = 80  # a pixel of a plane, beside input and output
SIDE = 1414
MEASURE = f"""
import re, torch
from enhancer.tasks.classical_wavelet import shrink

def peak():  # of this process alone; ru_maxrss would start at that of the process that started it
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

plane = torch.rand({SIDE}, {SIDE})
shrink(torch.rand(64, 64), 6, None)
before = peak()
shrink(plane, 6, None)
print(peak() - before)
"""


def plainly(x: Tensor, shift: int, levels: int, sigma: float) -> Tensor:
    """All four bands of a level at once, shrunk, and put together again from the mean of four shifts."""
    corners = [x.roll((-shift * (i // 2), -shift * (i % 2)), (0, 1)) for i in range(4)]
    signs = torch.tensor([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]], dtype=x.dtype)
    bands = torch.einsum("bc,chw->bhw", signs, torch.stack(corners)) / 4
    for band in bands[1:]:
        signal = max(float(band.square().mean()) - (sigma / 2) ** 2, 0.0)
        limit = (sigma / 2) ** 2 / signal**0.5 if signal else float("inf")
        band.copy_(band.sign() * (band.abs() - limit).clamp(min=0))
    if levels > 1:
        bands[0] = plainly(bands[0], 2 * shift, levels - 1, sigma / 2)
    back = torch.einsum("bc,bhw->chw", signs, bands)
    return torch.stack([back[i].roll((shift * (i // 2), shift * (i % 2)), (0, 1)) for i in range(4)]).mean(0)


@pytest.mark.parametrize("levels", [1, 3, 5])
@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_shrinking_is_the_plain_transform_of_the_mirrored_plane(levels: int, noise: float) -> None:
    plane = torch.rand(70, 53, generator=torch.Generator().manual_seed(levels)) * 0.3
    plane[20:40, 10:30] += 0.6
    border = 2**levels
    padded = torch.from_numpy(np.pad(plane.double().numpy(), border, mode="symmetric"))
    expected = plainly(padded, 1, levels, noise)[border:-border, border:-border]
    before = plane.clone()
    assert (shrink(plane, levels, noise) - expected).abs().max() < 1e-5
    assert torch.equal(plane, before)


def test_without_noise_nothing_changes() -> None:
    plane = torch.rand(40, 61)
    assert (shrink(plane, 6, 0.0) - plane).abs().max() < 1e-6


@pytest.mark.skipif(sys.platform != "linux", reason="the allocator is told to give freed memory back as glibc is")
def test_memory_stays_a_few_planes_even_at_six_levels() -> None:
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "1000000", "OMP_NUM_THREADS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert 0 < int(told.stdout) * 1024 / SIDE**2 < MOST_BYTES
