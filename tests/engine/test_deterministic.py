"""The same picture gives the same bits: run after run, and however many threads compute it."""

from collections.abc import Iterator

import pytest
import torch
from skimage import data

from enhancer.engine import Engine
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings

RUNS = 5
THREADS = (1, 2, 4)


@pytest.fixture
def threads() -> Iterator[None]:
    """Puts the number of threads back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
@pytest.mark.parametrize("model_id", ["x2-fast", "x4-fast", "denoise", "deblock"])
def test_bits_do_not_depend_on_threads_or_runs(model_id: str, precision: str, threads: None) -> None:
    settings = Settings(device="cpu", precision=precision)
    engine = Engine(Store(settings), settings)
    model = engine.model(model_id)
    pixels = torch.from_numpy(data.chelsea()[60:157, 100:221].copy()).permute(2, 0, 1) / 255  # awkward sides: 97 by 121
    results = []
    for count in THREADS:
        torch.set_num_threads(count)
        results += [engine.run(model, pixels, Progress()) for _ in range(RUNS if count == THREADS[-1] else 1)]
    assert all(torch.equal(r, results[0]) for r in results)
