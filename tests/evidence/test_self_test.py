"""The self-test gives the figures that anybody else gets who shrinks, enhances and compares with other programs."""

import math
from dataclasses import replace

import numpy as np
import piq
import pytest
import skimage.data
import torch
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor, nn

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture, Cancelled
from enhancer.evidence.self_test import PLAIN, UNTREATED, Damage, Row, SelfTest, damaged, self_test, typical_part
from enhancer.media import Picture
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.resize import resize
from tests.engine.test_tiling import Shelf
from tests.metrics.pictures import natural

FLOAT = Settings(device="cpu", precision="float32")
PIECES = {"astronaut": (20, 150, 201, 190), "coffee": (100, 200, 200, 260), "chelsea": (60, 100, 180, 221)}


class Identity(nn.Module):
    """A network that keeps the picture, or spoils it."""

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = gain

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain


def keeping(gain: float = 1.0) -> Engine:
    return Engine(Shelf(Model("probe", Identity(gain), 1, halo=0)), FLOAT)


@pytest.fixture(scope="module")
def hall() -> Engine:
    return Engine(Store(FLOAT), FLOAT)


def piece(name: str) -> np.ndarray:
    top, left, height, width = PIECES[name]
    found: np.ndarray = getattr(skimage.data, name)()[top : top + height, left : left + width]
    return found


def picture(array: np.ndarray) -> Picture:
    return Picture(torch.from_numpy(array.copy()).permute(2, 0, 1).float() / 255)


def done(array: np.ndarray, hall: Engine, models: tuple[str, ...] = ("x2-fast",), factor: int = 2) -> SelfTest:
    return self_test(picture(array), models, hall, Progress(), factor)


def independent(array: np.ndarray, hall: Engine, model_id: str | None, factor: int) -> dict[str, float]:
    """The same steps by Pillow and scikit-image, the network called whole, without engine, tasks or metrics."""
    height, width = (side // factor * factor for side in array.shape[:2])
    truth = array[:height, :width]
    small = Image.fromarray(truth).resize((width // factor, height // factor), Image.Resampling.BICUBIC)
    if model_id is None:
        result = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    else:
        network = hall.model(model_id).network
        with torch.inference_mode():
            found = network(torch.from_numpy(np.asarray(small).copy()).permute(2, 0, 1)[None].float() / 255)
        result = np.rint(found[0].clamp(0, 1).permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    a, b = (x[factor:-factor, factor:-factor].astype(np.float64) for x in (truth, result))
    ya, yb = (16 + x @ np.array([65.481, 128.553, 24.966]) / 255 for x in (a, b))
    window = {"data_range": 255, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    tensors = (torch.from_numpy(x).permute(2, 0, 1)[None] / 255 for x in (b, a))
    return {
        "psnr": peak_signal_noise_ratio(a, b, data_range=255),
        "psnr-y": peak_signal_noise_ratio(ya, yb, data_range=255),
        "ssim": structural_similarity(a, b, channel_axis=2, **window),
        "ssim-y": structural_similarity(ya, yb, **window),
        "haarpsi": float(piq.haarpsi(*tensors, data_range=1.0)),
    }


@pytest.mark.parametrize("name", PIECES)
@pytest.mark.parametrize(("model_id", "factor"), [("x2-fast", 2), ("x4-fast", 4)])
def test_figures_are_those_of_pillow_and_scikit_image(hall: Engine, name: str, model_id: str, factor: int) -> None:
    found = done(piece(name), hall, (model_id,), factor)
    height, width = piece(name).shape[:2]
    assert found.part == (0, 0, width // factor * factor, height // factor * factor)
    assert [row.method for row in found.rows] == [PLAIN, model_id]
    for row, other in zip(found.rows, (None, model_id), strict=True):
        theirs = independent(piece(name), hall, other, factor)
        assert set(row.figures) == set(theirs)
        for metric, value in theirs.items():
            assert row.figures[metric] == pytest.approx(value, abs=0.05 if "psnr" in metric else 0.003), metric


def test_better_is_said_with_how_much(hall: Engine) -> None:
    plain, model = done(piece("chelsea"), hall).rows
    assert model.gain == pytest.approx(model.figures["psnr"] - plain.figures["psnr"])
    assert model.gain > 0.5
    assert f"better than a plain resize: {model.gain:.1f} dB" in model.verdict
    assert f"off by {1 - 10 ** (-model.gain / 20):.0%} less" in model.verdict
    assert plain.gain == 0
    assert model.seconds > 0


def test_worse_is_said_aloud() -> None:
    class Darker(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return 0.8 * nn.functional.interpolate(x, scale_factor=2, mode="bicubic")

    dark = Engine(Shelf(Model("dark", Darker(), 2, halo=2)), FLOAT)
    row = done(piece("coffee"), dark, ("dark",)).rows[1]
    assert row.gain < -1
    assert row.verdict.startswith("Worse than a plain resize: ")
    assert "% more" in row.verdict


def test_no_difference_is_no_praise() -> None:
    class Plain(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return resize(x[0], 2 * x.shape[2], 2 * x.shape[3])[None]

    same = Engine(Shelf(Model("same", Plain(), 2, halo=3)), FLOAT)
    row = done(piece("coffee"), same, ("same",)).rows[1]
    assert row.gain == 0
    assert row.verdict.startswith("No better than a plain resize")


def test_a_picture_without_any_detail_has_finite_words() -> None:
    flat = np.full((64, 64, 3), 128, np.uint8)
    plain, row = self_test(picture(flat), ["probe"], keeping(0.9), Progress(), 1, Damage(quality=100)).rows
    assert plain.figures["psnr"] == math.inf
    assert row.gain == -math.inf
    assert "without any error" in row.verdict


def test_models_that_keep_the_size_undo_damage_alone() -> None:
    found = self_test(picture(piece("coffee")), ["probe"], keeping(), Progress(), 1, Damage(noise=10, quality=60))
    untreated, row = found.rows
    assert untreated.method == UNTREATED
    assert row.figures == untreated.figures
    assert 24 < untreated.figures["psnr"] < 31
    assert "noise of 10 levels" in found.about
    assert "JPEG of quality 60" in found.about
    assert "shrunk" not in found.about
    larger = Engine(Shelf(Model("probe", Identity(), 2, halo=0)), FLOAT)
    with pytest.raises(BadOptions, match="enlarges by 2"):
        self_test(picture(piece("coffee")), ["probe"], larger, Progress(), 1, Damage(noise=10))


@pytest.mark.parametrize(
    ("damage", "model_id", "least"), [(Damage(quality=20), "deblock", 0.5), (Damage(noise=15), "denoise", 2.0)]
)
def test_who_takes_off_the_faults_of_a_picture_does_not_lose_by_them(
    hall: Engine, damage: Damage, model_id: str, least: float
) -> None:
    hurt = Picture(damaged(picture(skimage.data.chelsea()[40:240, 60:360]).pixels, damage))
    untreated, row = self_test(hurt, [model_id], hall, Progress(), 1, damage, halved=True).rows
    assert row.gain > least
    assert row.figures["psnr"] > untreated.figures["psnr"] + least
    whole = self_test(hurt, [model_id], hall, Progress(), 1, damage)
    assert whole.rows[1].gain < 0.3  # the picture, faults and all, would be the truth
    told = self_test(hurt, [model_id], hall, Progress(), 1, damage, halved=True)
    assert told.about.startswith("Your picture was shrunk to 1/2 of its sides, ")
    assert "weaker in it" in told.about
    assert told.shrunk == 2


def test_damage_is_as_strong_as_recorded(hall: Engine) -> None:
    grey = torch.full((3, 100, 100), 0.5)
    noise = (damaged(grey, Damage(noise=12)) - grey) * 255
    assert float(noise.std()) == pytest.approx(12, rel=0.02)
    assert torch.equal(damaged(grey, Damage(noise=12)) - grey, noise / 255)
    clean, noisy = (
        self_test(picture(piece("coffee")), ["x2-fast"], hall, Progress(), damage=d) for d in (None, Damage(noise=15))
    )
    assert noisy.rows[1].figures["psnr"] < clean.rows[1].figures["psnr"] - 3


def test_a_large_picture_is_tested_on_a_typical_part() -> None:
    """Half of it is flat, half of it busy: either half alone would be no sample of the whole."""
    pixels = torch.full((3, 300, 400), 0.5)
    pixels[:, :, 200:] = natural()[:, :300, :200]
    left, top, width, height = typical_part(pixels, 3, 0.03)
    assert width * height <= 30_000
    assert (width % 3, height % 3) == (0, 0)
    assert 0 <= left <= 400 - width
    assert 0 <= top <= 300 - height
    assert left < 200 < left + width
    assert typical_part(pixels, 3, 1.0) == (0, 0, 399, 300)
    found = self_test(Picture(pixels), [], keeping(), Progress(), 3, megapixels=0.03)
    assert f"A part of {width}×{height} pixels" in found.about
    assert found.part == (left, top, width, height)
    assert "Your picture was shrunk" in self_test(Picture(pixels), [], keeping(), Progress(), 3).about


def test_what_cannot_be_tested_is_said() -> None:
    with pytest.raises(BadPicture, match=r"at least 36 pixels on each side, and this picture has 60×30"):
        self_test(Picture(torch.rand(3, 30, 60)), [], keeping(), Progress())
    with pytest.raises(BadOptions, match="nothing to undo"):
        self_test(Picture(torch.rand(3, 60, 60)), [], keeping(), Progress(), 1)


def test_hidden_colours_do_not_count(hall: Engine) -> None:
    alpha = torch.ones(1, 64, 64)
    alpha[:, :, 40:] = 0
    rows = list[tuple[Row, ...]]()
    for hidden in (0.0, 1.0):
        pixels = torch.where(alpha > 0, natural()[:, :64, :64], hidden)
        rows.append(self_test(Picture(pixels, alpha), ["x2-fast"], hall, Progress()).rows)
    first, second = ([replace(r, seconds=0.0) for r in found] for found in rows)
    assert first == second


def test_one_progress_over_all_models_and_stop() -> None:
    shares = list[float]()
    same = ["probe"] * 3
    self_test(
        picture(piece("coffee")), same, keeping(), Progress(lambda p: shares.append(p.done / p.total)), 1, Damage(5)
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1
    with pytest.raises(Cancelled):
        self_test(picture(piece("coffee")), same, keeping(), Progress(lambda p: p.cancel()), 1, Damage(5))
