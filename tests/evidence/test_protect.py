"""Masks find what they say they find, fade at their edges, and keep what they cover."""

import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter
from torch import Tensor

from enhancer.errors import BadOptions
from enhancer.evidence.consistency import consistency
from enhancer.evidence.guard_words import RULED
from enhancer.evidence.protect import (
    RULES,
    Found,
    Protection,
    blend,
    calm,
    enlarged,
    inconsistent,
    protect,
    strength_map,
    text,
)
from enhancer.tasks.resize import resize
from tests.evidence.damages import Damage, from_bytes, jpeg, noisy, read, truths
from tests.metrics.pictures import natural

LINES = ("The quick brown fox jumps", "over the lazy dog, while", "1234567890 people watch.", "Invoice 4711: 89.90 EUR")
BOX = (40, 40, 340, 220)  # left, top, right, bottom of the words


def page(size: int, paper: str = "white", ink: str = "black") -> tuple[Tensor, Tensor]:
    """Words on paper, (3, 256, 384), and where their letters are, (256, 384)."""
    image, letters = Image.new("RGB", (384, 256), paper), Image.new("L", (384, 256))
    font = ImageFont.load_default(size)
    for n, y in enumerate(range(BOX[1], BOX[3] - size, round(1.4 * size))):
        ImageDraw.Draw(image).text((BOX[0], y), LINES[n % len(LINES)], ink, font)
        ImageDraw.Draw(letters).text((BOX[0], y), LINES[n % len(LINES)], 255, font)
    return from_bytes(np.asarray(image)), torch.from_numpy(np.asarray(letters) > 127)


def same(x: Tensor) -> Tensor:
    return x


@pytest.mark.parametrize("damage", [same, jpeg(60), noisy(8)], ids=["clean", "jpeg", "noise"])
@pytest.mark.parametrize("colours", [("white", "black"), ("#142040", "#f0f0e0"), ("#c8beaa", "#3c3c5a")], ids=str)
@pytest.mark.parametrize("size", [8, 12, 20, 30])
def test_letters_are_covered_and_the_margin_is_not(size: int, colours: tuple[str, str], damage: Damage) -> None:
    pixels, letters = page(size, *colours)
    found = text(damage(pixels))
    assert found.mask.shape == (256, 384)
    assert float(found.mask[letters].mean()) > 0.9
    assert float(found.mask[:16].max()) == 0
    assert float(found.mask[240:].max()) == 0
    assert found.share == pytest.approx(float(found.mask.mean()))
    assert f"found in {found.share:.0%} of the picture" in found.sentence


def test_photographs_are_hardly_taken_for_text(shared: object) -> None:
    shares = [text(read(file)).share for file in truths(shared, 3, ("LIVE1",))]  # type: ignore[arg-type]
    assert sum(shares) / len(shares) < 0.03
    assert max(shares) < 0.15


def test_nothing_found_is_said() -> None:
    assert text(torch.full((3, 64, 64), 0.5)).sentence == "No small text or line drawing was found."
    busy = torch.rand(3, 256, 256, generator=torch.Generator().manual_seed(0))
    assert calm(busy).sentence == "No flat or blurred background was found."


def scene(noise: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
    """A sharp disk before a blurred picture; well outside and well inside of the disk."""
    rows, columns = np.mgrid[:384, :448]
    radius = np.hypot(rows - 192, columns - 224)
    disk = gaussian_filter((radius < 110).astype(np.float32), 1)
    sharp = natural("coffee")[:, :384, 100:548].numpy()
    grass = torch.rand(3, 384, 448, generator=torch.Generator().manual_seed(1)).numpy() * 0.4
    back = gaussian_filter(natural("astronaut")[:, :384, :448].numpy(), (0, 8, 8))
    pixels = torch.from_numpy(back * (1 - disk) + np.clip(0.6 * sharp + grass, 0, 1) * disk)
    return noisy(noise)(pixels), torch.from_numpy(radius > 130), torch.from_numpy(radius < 100)


@pytest.mark.parametrize("damage", [same, noisy(4), jpeg(60)], ids=["clean", "noise", "jpeg"])
def test_a_blurred_background_is_calm_and_what_is_before_it_is_not(damage: Damage) -> None:
    pixels, outside, inside = scene()
    mask = calm(damage(pixels)).mask
    assert float(mask[outside].mean()) > 0.9
    assert float(mask[inside].mean()) < 0.05


def test_where_the_result_strays_the_plain_picture_comes_back() -> None:
    truth = natural("chelsea")[:, :200, :240]
    source = resize(truth, 100, 120)
    wrong = truth.clone()
    wrong[0, 40:100, 60:120] = (wrong[0, 40:100, 60:120] + 0.2).clamp(max=1)
    before = consistency(wrong, source)
    found = inconsistent(before)
    assert float(found.mask[22:48, 32:58].min()) == 1
    assert float(found.mask[70:].max()) == 0
    assert f"In {found.share:.0%} of the picture" in found.sentence
    mended = protect(source, wrong, [Protection(found.mask)])
    assert consistency(mended, source).figure > before.figure + 10
    assert torch.equal(mended[:, 150:], wrong[:, 150:])
    assert inconsistent(consistency(truth, source)).sentence == "The result fits your picture everywhere."


def half() -> Tensor:
    mask = torch.zeros(40, 60)
    mask[:, :30] = 1
    return mask


def test_what_is_protected_is_plain_and_the_rest_enhanced() -> None:
    source, enhanced = torch.rand(3, 40, 60), torch.rand(3, 80, 120)
    result = protect(source, enhanced, [Protection(half())], feather=2)
    assert torch.equal(result[:, :, :40], resize(source, 80, 120)[:, :, :40])
    assert torch.equal(result[:, :, 80:], enhanced[:, :, 80:])
    assert torch.equal(protect(source, enhanced, []), enhanced)
    assert torch.equal(protect(source, enhanced, [], strength=0), resize(source, 80, 120))


def test_the_edge_of_a_mask_fades() -> None:
    row = enlarged(half(), (80, 120), feather=2)[40]
    assert bool((row.diff() <= 0).all())
    assert float(row.diff().abs().max()) < 0.15
    assert (float(row[0]), float(row[-1])) == (1, 0)
    assert float(row[59:61].mean()) == pytest.approx(0.5, abs=0.01)
    hard = enlarged(half(), (40, 60), feather=0)
    assert torch.equal(hard, half())


def test_later_masks_are_painted_over_earlier_ones() -> None:
    everywhere = torch.ones(40, 60)
    layers = [Protection(everywhere, 0.2), Protection(half(), 0.7)]
    chart = strength_map(layers, (40, 60), (40, 60), feather=0)
    assert torch.allclose(chart[:, :30], torch.tensor(0.7))
    assert torch.allclose(chart[:, 30:], torch.tensor(0.2))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(BadOptions, match="The mask has 60×40 pixels and the picture 61×40"):
        protect(torch.rand(3, 40, 61), torch.rand(3, 80, 122), [Protection(half())])
    with pytest.raises(BadOptions, match=r"between 0 and 1, not 1\.5"):
        strength_map([Protection(half(), 1.5)], (40, 60), (40, 60))
    with pytest.raises(BadOptions, match="between 0 and 1, not nan"):
        strength_map([], (40, 60), (40, 60), float("nan"))
    with pytest.raises(ValueError, match="are blended, not"):
        blend(torch.rand(3, 4, 4), torch.rand(3, 4, 5), torch.rand(4, 5))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (8, 8), (97, 31)])
def test_small_pictures(rule: Callable[[Tensor], Found], size: tuple[int, int]) -> None:
    found = rule(torch.rand(3, *size))
    assert found.mask.shape == size
    assert bool(((found.mask >= 0) & (found.mask <= 1)).all())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_two_megapixels_take_less_than_half_a_second(rule: Callable[[Tensor], Found]) -> None:
    pixels = torch.rand(3, 1200, 1700)
    began = time.process_time()
    rule(pixels)
    assert time.process_time() - began < 1  # of processor time: half a second on two cores


def test_the_words_name_the_rules() -> None:
    assert tuple(RULES) == RULED
