"""A faithful enlargement shrinks back to its source; what does not is shown, and cured without harm to the truth."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled
from enhancer.evidence.consistency import GOOD, consistency
from enhancer.metrics import psnr
from enhancer.models.catalog import BUNDLED_ENTRIES
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.consistent import ROUNDING, make_consistent
from enhancer.tasks.resize import resize
from tests.metrics.pictures import natural

HARM = 0.02  # dB of luminance that the cure may cost
SAMPLE = ("comic", "ppt3", "zebra")  # where Set14 is hardest: the most contrast, the most white, the finest stripes
PUBLIC = ("realesr-general-x4v3.pth", "realesr-animevideov3.pth", "DCTLSA_x4.pt")


def eight_bit(x: Tensor) -> Tensor:
    return (x * 255).round() / 255


@pytest.fixture(scope="module")
def pair() -> tuple[Tensor, Tensor]:
    """A photograph and its half."""
    truth = natural()[:, :192, :160]
    return truth, eight_bit(resize(truth, 96, 80))


@pytest.fixture(scope="module")
def hall() -> Engine:
    settings = Settings(device="cpu")
    return Engine(Store(settings), settings)


def test_the_truth_is_consistent(pair: tuple[Tensor, Tensor]) -> None:
    truth, small = pair
    found = consistency(truth, small)
    assert found.figure == pytest.approx(58.9, abs=0.3)  # the rounding alone: 10 log10(12 · 255²)
    assert found.good
    assert found.map.shape == (96, 80)
    assert 0.2 < found.map.mean() < 0.3
    assert "gives your picture again" in found.verdict
    assert "cannot be checked" in found.limit


def test_figure_map_and_shift_are_those_of_the_shrunk_result() -> None:
    """Pillow shrinks the same: a flat change of colour is found as large as it was made."""
    small = torch.full((3, 20, 30), 100 / 255)
    large = torch.full((3, 40, 60), 100 / 255) + torch.tensor([8.0, 0.0, -4.0])[:, None, None] / 255
    found = consistency(large, small)
    assert found.shift == pytest.approx((8, 0, -4), abs=1e-3)
    assert torch.allclose(found.map, torch.full((20, 30), 4.0), atol=1e-3)
    assert found.figure == pytest.approx(10 * np.log10(255**2 / ((64 + 16) / 3)), abs=1e-3)
    assert "comes close" in found.verdict
    assert "red by +8.0, blue by -4.0" in found.verdict
    assert not found.good


def test_the_map_shows_where(pair: tuple[Tensor, Tensor]) -> None:
    truth, small = pair
    marred = truth.clone()
    marred[:, 100:120, 40:60] = 1 - marred[:, 100:120, 40:60]
    found = consistency(marred, small)
    inside = found.map[52:58, 22:28].mean()
    assert inside > 20 * found.map[:40].mean()
    assert not found.good


@pytest.mark.parametrize("factor", [2, 4])
def test_colour_shift_and_blur_are_cured(factor: int) -> None:
    truth = natural("coffee")[:, :192, :192]
    small = eight_bit(resize(truth, 192 // factor, 192 // factor))
    wrong = (resize(small, 192, 192) * torch.tensor([1.08, 1.0, 0.9])[:, None, None] + 0.02).clamp(0, 1)
    assert not consistency(wrong, small).good
    cured = make_consistent(wrong, small)
    found = consistency(cured, small)
    assert found.good
    assert max(map(abs, found.shift)) < 0.1
    assert psnr(cured, truth) > psnr(wrong, truth) + 2
    assert 0 <= cured.min() <= cured.max() <= 1


def test_what_lies_within_the_rounding_is_left_alone() -> None:
    small = torch.full((3, 20, 20), 0.5)
    slope = 0.5 + 0.9 * ROUNDING * torch.linspace(-1, 1, 40).expand(3, 40, 40)
    assert torch.allclose(make_consistent(slope, small), slope, atol=1e-6)
    assert not torch.allclose(make_consistent(slope + 3 * ROUNDING, small), slope + 3 * ROUNDING, atol=ROUNDING)


def test_blown_out_whites_may_stay_whiter_than_white() -> None:
    """A white source says only that the truth was at least so bright; nothing is taken from a white result."""
    small, large = torch.ones(3, 16, 16), torch.ones(3, 32, 32)
    assert torch.equal(make_consistent(large, small), large)
    assert consistency(make_consistent(large * 0.9, small), small).good


def test_only_enlargements_can_be_checked() -> None:
    with pytest.raises(BadOptions, match=r"20×10 pixels .* 20×10"):
        consistency(torch.rand(3, 10, 20), torch.rand(3, 10, 20))
    with pytest.raises(BadOptions, match="Only an enlarged picture"):
        make_consistent(torch.rand(3, 8, 30), torch.rand(3, 10, 20))


def test_any_factor_will_do(pair: tuple[Tensor, Tensor]) -> None:
    _, small = pair
    large = resize(small, 201, 155) * 0.9
    assert consistency(make_consistent(large, small), small).good


def test_it_can_be_stopped(pair: tuple[Tensor, Tensor]) -> None:
    with pytest.raises(Cancelled):
        make_consistent(*pair, Progress(lambda p: p.cancel() if p.done == 2 else None))


def load(path: Path) -> Tensor:
    return torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1).float() / 255


def check_cure(hall: Engine, model_id: str, scale: int, name: str, folder: Path) -> None:
    model, small = hall.model(model_id), load(folder / f"LR_x{scale}" / name)
    truth = load(folder / "HR" / name)[:, : scale * small.shape[1], : scale * small.shape[2]]
    result = hall.run(model, small, Progress())
    cured = make_consistent(result, small)
    assert consistency(cured, small).figure >= GOOD
    before, after = (psnr(eight_bit(x), truth, y=True, shave=scale) for x in (result, cured))
    assert after >= before - HARM


@pytest.mark.parametrize("name", SAMPLE)
@pytest.mark.parametrize(("model_id", "scale"), [(e.id, e.scale) for e in BUNDLED_ENTRIES if e.purpose == "upscale"])
def test_bundled_models_become_consistent_without_harm(
    hall: Engine, shared: Path, model_id: str, scale: int, name: str
) -> None:
    check_cure(hall, model_id, scale, f"{name}.png", shared / "data" / "bench" / "Set14")


@pytest.mark.parametrize("file", PUBLIC)
def test_public_models_become_consistent_without_harm(hall: Engine, shared: Path, file: str) -> None:
    weights = shared / "weights-public" / file
    check_cure(hall, str(weights), 4, "comic.png", shared / "data" / "bench" / "Set14")
