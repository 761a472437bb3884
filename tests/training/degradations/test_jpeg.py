"""Our JPEG is libjpeg's, as Pillow writes and reads it."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data
from torch import Tensor

from enhancer.training.degradations.contract import record
from enhancer.training.degradations.jpeg import Jpeg, JpegParams, compress

PICTURES = {
    "even": data.astronaut()[:256, 64:320],
    "odd": data.coffee()[:235, :301],
    "eights": data.coffee()[:152, :232],
}


def pillow(levels: np.ndarray, quality: int, halved: bool) -> Tensor:
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "JPEG", quality=quality, subsampling=2 if halved else 0)
    return as_tensor(np.asarray(Image.open(stream)))


def as_tensor(levels: np.ndarray) -> Tensor:
    return torch.from_numpy(levels.copy()).permute(2, 0, 1) / 255.0


@pytest.fixture
def rounded_products() -> Iterator[None]:
    """Matrix products of float32 may be rounded to bfloat16, which makes the transform use float64."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    yield
    torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize("halved", [False, True], ids=["444", "420"])
@pytest.mark.parametrize("name", PICTURES)
def test_equals_pillow(name: str, halved: bool) -> None:
    levels, qualities = np.ascontiguousarray(PICTURES[name]), [5, 10, 25, 49, 50, 75, 90, 95, 100]
    batch = as_tensor(levels).expand(len(qualities), -1, -1, -1)
    ours = compress(batch, torch.tensor(qualities), torch.full((len(qualities),), halved))
    theirs = torch.stack([pillow(levels, q, halved) for q in qualities])
    difference = (ours - theirs).abs() * 255
    assert difference.max() < 3.5
    assert difference.mean() < 0.001


@pytest.mark.usefixtures("rounded_products")
@pytest.mark.parametrize("halved", [False, True], ids=["444", "420"])
def test_equals_pillow_to_the_bit_where_products_may_be_rounded(halved: bool) -> None:
    levels = np.ascontiguousarray(PICTURES["odd"])
    for quality in (10, 60, 95):
        ours = compress(as_tensor(levels)[None], torch.tensor([quality]), torch.tensor([halved]))[0]
        assert torch.equal((ours * 255).round(), (pillow(levels, quality, halved) * 255).round())


def test_grey_stays_grey_and_equals_a_grey_file() -> None:
    levels = data.camera()[:200, :211]
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "JPEG", quality=30)
    theirs = torch.from_numpy(np.asarray(Image.open(stream)).copy()) / 255.0
    x = torch.from_numpy(levels.copy()).expand(1, 3, -1, -1) / 255.0
    ours = compress(x, torch.tensor([30]), torch.tensor([True]))[0]
    assert (ours - theirs).abs().max() * 255 < 2.5
    assert torch.equal(ours[0], ours[2])


def test_a_mixed_batch_is_its_samples() -> None:
    x = torch.stack([as_tensor(PICTURES["even"][:64, :80])] * 3)
    quality, halved = torch.tensor([10, 50, 90]), torch.tensor([True, False, True])
    together = compress(x, quality, halved)
    for i in range(3):
        assert torch.equal(together[i], compress(x[i : i + 1], quality[i : i + 1], halved[i : i + 1])[0])


def test_the_earlier_grid_is_shifted() -> None:
    """The interior of a double JPEG is what Pillow makes of a crop taken `shift` into a JPEG picture."""
    levels, (down, right) = np.ascontiguousarray(PICTURES["even"]), (3, 13)
    once = (pillow(levels, 20, True) * 255).round().byte().permute(1, 2, 0).numpy()
    crop = np.ascontiguousarray(once[down : down + 192, right : right + 192])
    theirs = pillow(crop, 80, True)
    x = as_tensor(levels)[None, :, down : down + 192, right : right + 192]
    yes, shift = torch.tensor([True]), torch.tensor([[down, right]])
    ours = Jpeg().apply(x, JpegParams(torch.tensor([80]), yes, yes, torch.tensor([20]), shift))[0]
    assert (ours - theirs)[:, 32:160, 32:160].abs().max() * 255 < 3.5


def test_drawing_follows_the_ranges() -> None:
    kind = Jpeg(quality=(30, 40), halved=1.0, double=0.25)
    params = kind.draw(4000, torch.Generator().manual_seed(1))
    assert set(params.quality.tolist()) == set(range(30, 41))
    assert params.halved.all()
    assert abs(params.double.float().mean() - 0.25) < 0.03
    assert set(params.shift.flatten().tolist()) == set(range(16))
    assert record(params)["quality"] == params.quality.tolist()


def test_by_ratio_strong_compression_is_as_common_as_weak() -> None:
    drawn = Jpeg(quality=(5, 80), by_ratio=True).draw(4000, torch.Generator().manual_seed(1)).quality
    assert (drawn.min(), drawn.max()) == (5, 80)
    assert (drawn < 20).float().mean() == pytest.approx(0.5, abs=0.03)  # 5 to 20 as often as 20 to 80
