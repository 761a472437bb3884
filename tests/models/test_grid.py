"""No bundled network that enlarges leaves the grid of its sub-pixels on a photograph."""

import numpy as np
import pytest
import torch
from skimage import data
from torch import Tensor
from torch.nn import functional as F

from enhancer.hall import default_engine
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Bundled
from enhancer.progress import Progress
from enhancer.training.degradations import Jpeg

LEVELS = 255
SEEN = 0.3  # grey levels; a grid of one is seen on smooth ground at 100 %
PHOTOGRAPHS = ("chelsea", "coffee", "astronaut")
ENLARGING = [e.id for e in CATALOG if isinstance(e.source, Bundled) and e.purpose == "upscale"]


def grid(x: Tensor, scale: int) -> float:
    """How far the sub-pixels of (3, H, W) in [0, 1] lie apart in the mean, without what is coarse: grey levels."""
    light = x.mean(0)[None, None] * LEVELS
    fine = (light - F.avg_pool2d(light, 5, 1, 2, count_include_pad=False))[0, 0]
    height, width = (side - side % scale for side in fine.shape)
    return float(fine[:height, :width].reshape(height // scale, scale, -1, scale).mean((0, 2)).std())


def photograph(name: str) -> Tensor:
    """A part of it as it comes by way of a messenger, (3, 96, 96)."""
    part = torch.from_numpy(np.ascontiguousarray(getattr(data, name)()[40:136, 60:156])).permute(2, 0, 1)[None] / LEVELS
    return Jpeg(quality=(60, 60))(part, torch.Generator().manual_seed(1))[0][0]


def test_a_grid_is_measured() -> None:
    pattern = torch.zeros(3, 64, 64)
    pattern[:, ::4, ::4] = 4 / LEVELS
    assert grid(torch.full((3, 64, 64), 0.5), 4) == pytest.approx(0, abs=1e-4)
    assert grid(0.5 + pattern, 4) > 3 * SEEN
    noise = torch.randn(3, 400, 400, generator=torch.Generator().manual_seed(2)) / 50
    assert grid(0.5 + noise, 4) < SEEN


@pytest.mark.parametrize("model_id", ENLARGING)
def test_photographs_are_enlarged_without_a_grid(model_id: str) -> None:
    engine = default_engine()
    model = engine.model(model_id)
    found = [grid(engine.run(model, photograph(name), Progress()), model.scale) for name in PHOTOGRAPHS]
    assert max(found) < SEEN
