"""The map promises errors in grey levels, and pictures that nothing was calibrated on bear it out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import spearmanr
from torch import Tensor
from torch.nn import functional as F

from enhancer.engine import Engine
from enhancer.engine.ensemble import ensemble
from enhancer.evidence.uncertainty import DOUBT, uncertainty
from enhancer.models.catalog import BUNDLED_ENTRIES, CATALOG, entry
from enhancer.models.entry import Spread
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.resize import resize
from tests.engine.test_tiling import Shelf, generator
from tests.metrics.pictures import natural

AUTO = Settings(device="cpu")
SAMPLE = ("bikes", "parrots", "sailing1", "womanhat", "house", "statue")  # of LIVE1, from busy to smooth


@pytest.fixture(scope="module")
def hall() -> Engine:
    return Engine(Store(AUTO), AUTO)


def with_table(monkeypatch: pytest.MonkeyPatch, spread: Spread | None) -> None:
    changed = tuple(replace(e, spread=spread) if e.id == "x2-fast" else e for e in CATALOG)
    monkeypatch.setattr("enhancer.evidence.uncertainty.CATALOG", changed)


def shrunk(truth: Tensor, factor: int) -> Tensor:
    small = resize(truth, truth.shape[1] // factor, truth.shape[2] // factor)
    return (small * 255).round() / 255


def blocks(x: Tensor) -> Tensor:
    return F.avg_pool2d(x[None], 8).flatten()


def test_the_map_is_the_table_applied_to_the_spread(hall: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with_table(monkeypatch, Spread((0.0, 100.0), (1.0, 201.0), 0.8, 0.97))
    small = shrunk(natural()[:, :64, :80], 2)
    found, plain = (
        uncertainty(hall, "x2-fast", small, Progress()),
        ensemble(hall, hall.model("x2-fast"), small, Progress()),
    )
    assert found.calibrated
    assert torch.equal(found.result, plain.mean)
    assert torch.allclose(found.map, 1 + 2 * plain.spread * 255, atol=1e-4)
    assert found.typical == pytest.approx(float(found.map.mean()))
    assert found.doubtful == pytest.approx(float((found.map > DOUBT).float().mean()))
    assert f"off by {found.typical:.1f} of 255" in found.verdict
    assert "97% of the true one" in found.explanation
    assert "correlation of 0.80" in found.explanation


LOOSE, OFF = (Spread((0.0, 100.0), (1.0, 201.0), rank, ratio) for rank, ratio in ((0.3, 1.0), (0.8, 1.37)))


@pytest.mark.parametrize("spread", [None, LOOSE, OFF], ids=["none", "loose", "off"])
def test_without_a_good_table_nothing_is_promised(
    hall: Engine, monkeypatch: pytest.MonkeyPatch, spread: Spread | None
) -> None:
    with_table(monkeypatch, spread)
    small = shrunk(natural()[:, :40, :40], 2)
    found = uncertainty(hall, "x2-fast", small, Progress())
    assert not found.calibrated
    assert torch.equal(found.map, ensemble(hall, hall.model("x2-fast"), small, Progress()).spread * 255)
    assert "has not been measured" in found.explanation
    assert "expect" not in found.verdict


def test_a_blend_is_not_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    with_table(monkeypatch, Spread((0.0, 100.0), (1.0, 201.0), 0.8, 1.0))
    blended = Engine(Shelf(generator(2)), AUTO)
    small = torch.rand(3, 20, 24, generator=torch.Generator().manual_seed(0))
    sure, unsure = (uncertainty(blended, "x2-fast", small, Progress(), crispness=c) for c in (1.0, 0.5))
    assert (sure.calibrated, unsure.calibrated) == (True, False)
    with_table(monkeypatch, Spread((0.0, 100.0), (1.0, 201.0), 0.8, 1.0, crispness=0.5))
    unsure, sure = (uncertainty(blended, "x2-fast", small, Progress(), crispness=c) for c in (1.0, 0.5))
    assert (sure.calibrated, unsure.calibrated) == (True, False)


def test_a_flat_picture_is_sure_and_noise_is_guesswork(hall: Engine) -> None:
    source = torch.Generator().manual_seed(0)
    flat, grain = torch.full((3, 40, 40), 0.4), torch.rand(3, 40, 40, generator=source)
    sure, unsure = (uncertainty(hall, "x2-fast", x, Progress()) for x in (flat, grain))
    assert sure.verdict.startswith("The network is sure")
    assert sure.doubtful == 0
    assert unsure.verdict.startswith("The network is guessing over wide areas")
    assert unsure.typical > 10 * sure.typical


@pytest.mark.parametrize("model_id", [e.id for e in BUNDLED_ENTRIES if e.purpose == "upscale" and not e.blind])
def test_the_promise_holds_on_pictures_it_was_not_made_with(hall: Engine, shared: Path, model_id: str) -> None:
    """The middle of six pictures; the command `calibrate` measures all of LIVE1."""
    expected, true = list[Tensor](), list[Tensor]()
    for name in SAMPLE:
        with Image.open(shared / "data" / "bench" / "LIVE1" / "HR" / f"{name}.png") as image:
            whole = torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1).float() / 255
        top, left = (whole.shape[1] - 192) // 2, (whole.shape[2] - 192) // 2
        truth = whole[:, top : top + 192, left : left + 192]
        found = uncertainty(hall, model_id, shrunk(truth, entry(model_id).scale), Progress())
        assert found.calibrated, f"run python -m enhancer.training calibrate {model_id}"
        expected.append(blocks(found.map))
        true.append(blocks((found.result - truth).abs().mean(0, keepdim=True) * 255))
    promised, real = torch.cat(expected), torch.cat(true)
    assert spearmanr(promised, real).statistic >= 0.5
    assert float(promised.mean() / real.mean()) == pytest.approx(1, abs=0.25)
