"""Repair: holes are filled by either way, everything else stays bit by bit, and bad masks are told in one sentence."""

import base64
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from enhancer.engine import Engine
from enhancer.errors import BadOptions, EnhancerError
from enhancer.evidence.receipt import receipt
from enhancer.evidence.recipe import record
from enhancer.evidence.recipe_text import from_json, from_link, to_json, to_link
from enhancer.evidence.verify import IDENTICAL, verify
from enhancer.media import decode, encode
from enhancer.media.picture import Picture
from enhancer.models.bundled import entry_text, read_entries
from enhancer.models.catalog import BUNDLED_ENTRIES
from enhancer.models.entry import Entry
from enhancer.models.fetch import digest
from enhancer.models.store import Store
from enhancer.networks import RepairUNet
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import repair as home
from enhancer.tasks import task
from enhancer.tasks.chain import Step
from enhancer.tasks.holes import Hole, Reach, in_turn, parts_of
from enhancer.tasks.mask import LONGEST, mask_of, packed
from enhancer.tasks.repair import WIDE
from enhancer.training.checkpoint import export

SMALL = {"widths": [4, 6, 8], "blocks": [1, 1, 1]}
WIDTH, HEIGHT = 60, 44


def ramp(depth: int = 8, alpha: bool = False, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """Colours that rise from left to right, in whole levels of the depth, with grain of one level."""
    top = 2**depth - 1
    grain = torch.randint(0, 2, (3, height, width), generator=torch.Generator().manual_seed(0))
    levels = torch.linspace(0.1, 0.9, width).mul(top).round() + grain
    seen = torch.linspace(0, 1, height)[None, :, None].mul(top).round().div(top).expand(1, height, width)
    return Picture(levels / top, seen.contiguous() if alpha else None, depth=depth)


def strokes(width: int = WIDTH, height: int = HEIGHT) -> Hole:
    hole = np.zeros((height, width), bool)
    hole[10:30, 20:26] = hole[34:37, 5:50] = True
    return hole


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine whose catalogue holds a tiny repair network, which nobody trained."""
    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("weights")
    file = place / "repair.safetensors"
    export(RepairUNet(**SMALL), "repair", SMALL, file)  # type: ignore[arg-type]  # lists of whole numbers
    made = replace(BUNDLED_ENTRIES[0], id="repair", purpose="repair", architecture="repair", scale=1, twin="")
    made = replace(made, sha256=digest(file), bytes=file.stat().st_size, hyperparameters=SMALL, spread=None)
    file.with_suffix(".json").write_text(entry_text(made), encoding="utf-8")
    settings = Settings(weights=place, device="cpu", precision="float32", decode_workers=0)
    return Engine(Store(settings, read_entries(place)), settings)


def done(picture: Picture, hall: Engine, hole: Hole, **options: str) -> Picture:
    chosen = task("repair")
    return chosen.run(picture, parse(chosen.options, {"mask": packed(hole), **options}), hall, Progress())


@pytest.mark.parametrize("method", ["biharmonic", "texture", "network"])
@pytest.mark.parametrize(("depth", "alpha"), [(8, False), (16, False), (8, True), (16, True)])
def test_what_lies_outside_the_mask_stays_bit_by_bit(hall: Engine, method: str, depth: int, alpha: bool) -> None:
    source, hole = ramp(depth, alpha), strokes()
    options = {"model": "repair"} if method == "network" else {}
    result = done(source, hall, hole, method=method, **options)
    assert torch.equal(result.pixels[:, ~hole], source.pixels[:, ~hole])
    assert not torch.equal(result.pixels[:, hole], source.pixels[:, hole])
    stored, before = (decode(encode(picture, "png")) for picture in (result, source))
    assert stored.depth == depth
    assert torch.equal(stored.pixels[:, ~hole], before.pixels[:, ~hole])
    if alpha:
        assert result.alpha is not None
        assert torch.equal(result.alpha, source.alpha)  # type: ignore[arg-type]  # it has one


@pytest.mark.parametrize("method", ["biharmonic", "texture", "network"])
def test_nothing_of_what_was_covered_shines_through(hall: Engine, method: str) -> None:
    source, hole = ramp(), strokes()
    options = {"model": "repair"} if method == "network" else {}
    spoilt = source.with_pixels(torch.where(torch.from_numpy(hole), 1 - source.pixels, source.pixels))
    made = [done(picture, hall, hole, method=method, **options).pixels for picture in (source, spoilt)]
    assert torch.equal(*made)


def test_a_smooth_surface_goes_on_over_the_hole(hall: Engine) -> None:
    source, hole = ramp(), strokes()
    result = done(source, hall, hole, method="biharmonic")
    assert float((result.pixels - source.pixels).abs().max()) < 4 / 255


def test_large_holes_are_filled_in_tiles_without_a_seam(hall: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ramp(width=300, height=280)
    hole = np.zeros((280, 300), bool)
    hole[30:250, 40:260] = True
    hole[5:8, 280:283] = True
    monkeypatch.setattr(home, "SMOOTH", Reach(surround=16, at_once=2000, core=32))
    result = done(source, hall, hole, method="biharmonic")
    assert torch.equal(result.pixels[:, ~hole], source.pixels[:, ~hole])
    assert float((result.pixels - source.pixels)[:, hole].abs().mean()) < 0.1  # of a ramp over four fifths of the scale
    steps = result.pixels.diff(dim=2).abs()[:, 30:250, 39:260]
    assert float(steps.max()) < 0.1


def test_every_hole_lies_in_one_core_and_far_ones_are_looked_at_alone() -> None:
    hole = np.zeros((900, 1200), bool)
    hole[3, 4] = hole[800:820, 1100:1190] = hole[100:600, 500:900] = True
    parts, reach = parts_of(hole, Reach(surround=20, at_once=30_000, core=128)), Reach(20, 30_000, 128)
    covered = np.zeros(hole.shape, int)
    for part in parts:
        covered[part.core] += 1
        assert [s.stop - s.start for s in part.window] <= [reach.core + 2 * reach.surround + 128] * 2
    assert (covered[hole] == 1).all()
    assert covered.sum() < 1.5 * hole.sum()
    assert parts[0].window == (slice(0, 24), slice(0, 25))


def test_the_rim_of_a_hole_is_filled_before_its_inside() -> None:
    left = np.ones((96, 96), bool)
    left[0, 0] = False
    parts, order = parts_of(left, Reach(surround=4, at_once=10, core=32)), []
    for part in in_turn(parts, left):
        assert not left[part.window].all()
        order.append(part.core)
        left[part.core] = False
    assert len(order) == 9
    assert order[0] == (slice(0, 32), slice(0, 32))
    assert not left.any()


def as_text(image: Image.Image, kind: str = "PNG") -> str:
    stream = io.BytesIO()
    image.save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


SIZE = (WIDTH, HEIGHT)
REFUSED = {
    "": "needs a mask",
    "!!": "is not a PNG in base64",
    base64.b64encode(b"hello").decode(): "is not a PNG; other kinds",
    as_text(Image.new("L", SIZE, 255), "JPEG"): "is not a PNG; other kinds",
    as_text(Image.new("L", SIZE))[:80]: "cannot be read",
    as_text(Image.new("L", (9, 8), 255)): "9×8 pixels and the picture 60×44",
    as_text(Image.new("L", SIZE)): "nothing is to be filled",
    as_text(Image.new("RGB", SIZE, "white")): "covers the whole picture",
    "A" * (LONGEST + 1): "too intricate",
}


@pytest.mark.parametrize(("text", "told"), REFUSED.items(), ids=list(REFUSED.values()))
def test_bad_masks_are_refused_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(BadOptions, match=told):
        mask_of(text, SIZE, Settings(decode_workers=0))


def test_masks_of_any_colour_mode_mean_the_same() -> None:
    hole, settings = strokes(), Settings(decode_workers=0)
    grey = Image.fromarray(hole.astype(np.uint8) * 255)
    clear = Image.merge("RGBA", [Image.new("L", SIZE, 255)] * 3 + [grey])
    for image in (grey, grey.convert("RGB"), grey.convert("1"), clear, grey.convert("P")):
        assert np.array_equal(mask_of(as_text(image), SIZE, settings), hole)
    assert np.array_equal(mask_of(packed(hole), SIZE, settings), hole)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"model": "repair", "method": "biharmonic"}, "biharmonic needs no model"),
        ({"model": "repair", "method": "texture"}, "texture needs no model"),
        ({"model": "other"}, "no model 'other'"),
        ({"method": "telepathy"}, "must be one of"),
    ],
)
def test_options_that_contradict_each_other_are_refused(hall: Engine, options: dict[str, str], told: str) -> None:
    with pytest.raises(EnhancerError, match=told):
        done(ramp(), hall, strokes(), **options)


def test_a_model_for_something_else_fills_no_holes() -> None:
    settings = Settings(device="cpu", decode_workers=0)
    with pytest.raises(BadOptions, match="denoise fills no holes"):
        done(ramp(), Engine(Store(settings), settings), strokes(), model="denoise")


def test_a_model_that_fills_holes_does_nothing_else(hall: Engine) -> None:
    chosen = task("denoise")
    with pytest.raises(BadOptions, match="repair fills holes"):
        chosen.run(ramp(), parse(chosen.options, {"model": "repair"}), hall, Progress())


@pytest.mark.parametrize("catalog", [(), (replace(BUNDLED_ENTRIES[0], id="repair", purpose="repair", twin=""),)])
@pytest.mark.parametrize("width", [WIDE, WIDE + 2])
def test_auto_takes_the_network_where_one_is_bundled_and_the_hole_is_narrow(
    hall: Engine, monkeypatch: pytest.MonkeyPatch, catalog: tuple[Entry, ...], width: int
) -> None:
    monkeypatch.setattr(home, "CATALOG", catalog)
    monkeypatch.setattr("enhancer.tasks.choose.CATALOG", catalog)
    hole = np.zeros((HEIGHT, WIDTH), bool)
    hole[10 : 10 + width, 5:55] = True
    _, recipe = record(ramp(), [Step("repair", {"mask": packed(hole)})], hall)
    (step,) = recipe.steps
    drawn = bool(catalog) and width == WIDE
    assert step.options["method"] == ("network" if drawn else "texture")
    assert [m.id for m in step.models] == (["repair"] if drawn else [])


def test_where_the_picture_knows_no_whole_patch_texture_is_smooth(hall: Engine) -> None:
    source, hole = ramp(width=20, height=14), np.zeros((14, 20), bool)
    hole[4:10, 6:14] = True
    smooth = done(source, hall, hole, method="biharmonic")
    assert torch.equal(done(source, hall, hole, method="texture").pixels, smooth.pixels)


def test_the_recipe_repeats_it_and_the_receipt_says_what_is_invented(hall: Engine, tmp_path: Path) -> None:
    source, hole = ramp(16), strokes()
    file = encode(source, "png")
    wish = [Step("repair", {"mask": packed(hole), "method": "biharmonic"})]
    result, recipe = record(decode(file), wish, hall, file=file)
    again = from_json(to_json(recipe))
    assert verify(again, file, hall, result=result).outcome == IDENTICAL
    assert from_link(to_link(recipe)).steps[0].options["mask"] == ""
    told = receipt(source, encode(result, "png"), result, hall.settings, recipe)
    share = f"{100 * hole.mean():.2f} %"
    assert any(sentence.startswith(f"Filled from what is around it: {share}") for sentence in told.lost)
    assert "filled pixels" not in [line.what for line in receipt(source, file, source, hall.settings).lines]
