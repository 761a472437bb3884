"""What is guarded shows the source, what is not stays as the network drew it, and a recipe brings both back."""

import base64
import io
from dataclasses import replace

import pytest
import torch
from PIL import Image
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.evidence.guard import MASK_SIDE, Guard, guarded, listed, pack, unpack, wished
from enhancer.evidence.guard_words import BRUSH, MISFIT
from enhancer.evidence.recipe import fingerprint, record
from enhancer.evidence.recipe_text import from_json, from_link, to_json, to_link
from enhancer.evidence.verify import DIFFERENT, IDENTICAL, verify
from enhancer.media import Picture, encode
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.tasks.chain import Step
from enhancer.tasks.resize import resize
from tests.evidence.test_protect import page
from tests.metrics.pictures import natural

CPU = Settings(device="cpu")


def left_half(height: int, width: int) -> Tensor:
    mask = torch.zeros(height, width)
    mask[:, : width // 2] = 1
    return mask


def drawn(source: Tensor, factor: int = 2) -> Picture:
    return Picture(1 - resize(source, factor * source.shape[1], factor * source.shape[2]))


def test_under_the_brush_the_picture_is_plainly_resized() -> None:
    source = natural()[:, :64, :96]
    result, found = guarded(Picture(source), drawn(source), [Guard(BRUSH, mask=pack(left_half(64, 96)))])
    plain = resize(source, 128, 192)
    assert torch.allclose(result.pixels[..., :60], plain[..., :60], atol=1e-5)
    assert torch.equal(result.pixels[..., 140:], drawn(source).pixels[..., 140:])
    assert found[0].share == pytest.approx(0.5)
    assert "50%" in found[0].sentence


def test_a_rule_and_a_strength_are_obeyed() -> None:
    source, letters = page(12)
    result, (found,) = guarded(Picture(source), drawn(source), [Guard("text", 0.25)])
    inside = letters & (found.mask > 0.99)
    plain, changed = resize(source, 512, 768), drawn(source).pixels
    seen = resize(inside[None].float(), 512, 768)[0] > 0.99
    assert bool(seen.any())
    assert torch.allclose(result.pixels[:, seen], plain.lerp(changed, 0.25)[:, seen], atol=0.03)


def test_where_a_result_strays_it_is_blended_back() -> None:
    source = natural()[:, :64, :96]
    right = Picture(resize(source, 128, 192))
    wrong = right.pixels.clone()
    wrong[:, 40:80, 60:120] += 0.2
    result, (found,) = guarded(Picture(source), right.with_pixels(wrong.clamp(0, 1)), [Guard(MISFIT)])
    assert 0.05 < found.share < 0.4
    assert torch.allclose(result.pixels[:, 56:64, 84:100], right.pixels[:, 56:64, 84:100], atol=0.01)
    with pytest.raises(BadOptions, match="Only an enlarged picture"):
        guarded(Picture(source), Picture(source), [Guard(MISFIT)])


def test_a_mask_travels_small_and_comes_back() -> None:
    mask = left_half(900, 1200)
    text = pack(mask)
    found = unpack(text)
    assert tuple(found.shape) == (192, MASK_SIDE)
    assert float(found.mean()) == pytest.approx(0.5)
    assert len(text) < 500
    with pytest.raises(BadOptions, match="too intricate"):
        pack((torch.rand(256, 256, generator=torch.Generator().manual_seed(0)) > 0.5).float())


def picture_text(mode: str, side: int) -> str:
    stream = io.BytesIO()
    Image.new(mode, (side, side)).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize("text", ["AAAA", "not base64!", "A" * 9000, picture_text("L", 8), picture_text("1", 257)])
def test_a_foreign_mask_is_refused(text: str) -> None:
    with pytest.raises(BadOptions, match="painted"):
        Guard(BRUSH, mask=text)


def test_a_guard_has_what_it_needs_and_no_more() -> None:
    for what, mask in (("text", pack(left_half(8, 8))), (BRUSH, "")):
        with pytest.raises(BadOptions, match="only a brush takes a mask"):
            Guard(what, mask=mask)
    for strength in (-0.1, 1.1, float("nan")):
        with pytest.raises(BadOptions, match="between 0 and 1"):
            Guard("text", strength)


def test_a_guard_can_be_named_in_a_word() -> None:
    assert wished("text") == Guard("text")
    assert wished("misfit=0.3") == Guard("misfit", 0.3)
    for text in ("sky", "text=", "text=much", "text=2", "brush"):
        with pytest.raises(BadOptions):
            wished(text)


def test_what_is_protected_is_told_in_few_words() -> None:
    assert listed([Guard("text")]) == "text"
    brush = Guard(BRUSH, mask=pack(left_half(8, 8)))
    assert listed([Guard("text"), Guard("calm", 0.3), brush]) == "text, background (30% let through) and painted places"


def test_the_recipe_brings_the_guarded_result_back_to_the_bit() -> None:
    engine = Engine(Store(CPU), CPU)
    picture = Picture(page(12)[0][:, 32:128, 32:160])
    guards = (Guard("text"), Guard(BRUSH, 0.5, pack(left_half(96, 128))))
    result, recipe = record(picture, [Step("median", {"radius": 2})], engine, guards=guards)
    bare, _ = record(picture, [Step("median", {"radius": 2})], engine)
    assert fingerprint(result) != fingerprint(bare)
    assert from_json(to_json(recipe)) == recipe
    assert from_link(to_link(recipe)) == replace(recipe, guards=())
    file = encode(picture, "png")
    assert verify(recipe, file, engine).outcome == IDENTICAL
    assert verify(replace(recipe, guards=()), file, engine).outcome == DIFFERENT
