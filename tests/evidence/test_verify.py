"""Verify runs again what a recipe says, claims no more than it compared, and lets no recipe choose what is opened."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import ImageCms
from skimage import data as pictures

from enhancer.engine import Engine
from enhancer.errors import BadPicture, Cancelled
from enhancer.evidence import verify as room
from enhancer.evidence.receipt import KEPT, receipt
from enhancer.evidence.recipe import Recipe, record
from enhancer.evidence.recipe_text import from_json, to_json
from enhancer.evidence.verify import DIFFERENT, IDENTICAL, IMPOSSIBLE, verify
from enhancer.media import Picture, decode, encode
from enhancer.metrics.reference import psnr
from enhancer.models.contract import Origin
from enhancer.models.store import Store
from enhancer.networks import Generator
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.chain import Step as Wish
from enhancer.training.checkpoint import export
from tests.media.make import saved

SOURCE = saved(pictures.chelsea()[100:124, 100:132], "PNG", dpi=(240, 240))
UPSCALE: Wish = Wish("upscale", {"scale": 2})


def engine(**settings: str) -> Engine:
    chosen = Settings(device="cpu", **settings)  # type: ignore[arg-type]  # only texts are given here
    return Engine(Store(chosen), chosen)


@pytest.fixture(scope="module")
def hall() -> Engine:
    return engine()


def made(hall: Engine, *wishes: Wish, source: bytes = SOURCE) -> tuple[Picture, Recipe]:
    result, recipe = record(decode(source), wishes, hall, file=source)
    return result, from_json(to_json(recipe))


@pytest.mark.parametrize("wishes", [[UPSCALE], [Wish("median", {"radius": 1}), Wish("gamma", {"gamma": 1.3}), UPSCALE]])
def test_the_same_recipe_gives_the_same_bits(hall: Engine, wishes: list[Wish]) -> None:
    result, recipe = made(hall, *wishes)
    alone = verify(recipe, SOURCE, hall)
    assert (alone.outcome, alone.psnr, alone.notes) == (IDENTICAL, None, ())
    assert "the pixels that it names" in alone.sentence
    beside = verify(recipe, SOURCE, engine(), result=decode(encode(result, "png")))  # an engine that has seen nothing
    assert beside.outcome == IDENTICAL
    assert "exactly this picture" in beside.sentence


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff"])
def test_every_file_of_a_result_is_recognised(hall: Engine, format: str, depth: int) -> None:
    source = encode(replace(decode(SOURCE), depth=depth), "png")
    result, recipe = made(hall, UPSCALE, source=source)
    file = decode(encode(result, format, quality=70))
    found = verify(recipe.written_as(format, 70), source, hall, result=file)
    assert found.outcome == IDENTICAL, found.sentence


def test_transparency_counts(hall: Engine) -> None:
    before = decode(SOURCE)
    source = encode(before.with_pixels(before.pixels, torch.rand(1, 24, 32)), "png")
    result, recipe = made(hall, UPSCALE, source=source)
    file = decode(encode(result, "png"))
    assert verify(recipe, source, hall, result=file).outcome == IDENTICAL
    assert file.alpha is not None
    found = verify(recipe, source, hall, result=file.with_pixels(file.pixels, 1 - file.alpha))
    assert found.outcome == DIFFERENT
    assert "transparency differs" in found.sentence
    jpeg = decode(encode(result, "jpeg"))
    assert verify(recipe.written_as("jpeg"), source, hall, result=jpeg).outcome == IDENTICAL


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff"])
@pytest.mark.parametrize("kind", ["grey", "opaque alpha"])
def test_no_format_makes_a_grey_or_an_opaque_picture_another_one(hall: Engine, kind: str, format: str) -> None:
    """The network draws the colours of a grey picture apart; WebP drops an alpha that covers everything."""
    before = decode(SOURCE)
    pictured = (
        replace(before, grey=True) if kind == "grey" else before.with_pixels(before.pixels, torch.ones(1, 24, 32))
    )
    source = encode(pictured, "png")
    result, recipe = made(hall, UPSCALE, source=source)
    bytes_of = encode(result, format)
    file = decode(bytes_of)
    assert verify(recipe.written_as(format), source, hall, result=file).outcome == IDENTICAL
    if kind == "grey":
        assert float((file.pixels.amax(0) - file.pixels.amin(0)).max()) == 0
        assert float((result.pixels.amax(0) - result.pixels.amin(0)).max()) > 1 / 255
    if format != "jpeg":
        said = {line.what: line for line in receipt(decode(source), bytes_of, result).lines}
        assert said["every pixel"].state == KEPT
        assert "transparency" not in said or said["transparency"].state == KEPT


def test_a_file_that_was_changed_is_told_in_decibels(hall: Engine) -> None:
    result, recipe = made(hall, UPSCALE)
    file = decode(encode(result, "png"))
    touched = file.with_pixels(file.pixels.clone())
    touched.pixels[0, 0, 0] = 1 - touched.pixels[0, 0, 0]
    found = verify(recipe, SOURCE, hall, result=touched)
    assert found.outcome == DIFFERENT
    assert found.psnr == pytest.approx(psnr(touched.pixels, file.pixels), abs=0.01)
    assert "changed since the recipe made it" in found.sentence
    assert f"{found.psnr:.1f} dB" in found.sentence


def test_a_few_pixels_that_were_painted_over_are_told(hall: Engine) -> None:
    result, recipe = made(hall, UPSCALE)
    file = decode(encode(result, "png"))
    painted = file.with_pixels(file.pixels.clone())
    painted.pixels[:, 20:23, 30:33] = 1 - file.pixels[:, 20:23, 30:33].round()
    found = verify(recipe, SOURCE, hall, result=painted)
    assert "one place of 8×8 pixels is off by" in found.sentence
    hazed = verify(recipe, SOURCE, hall, result=file.with_pixels((file.pixels + 1 / 255).clamp(0, 1)))
    assert "hard to see" in hazed.sentence


def test_fewer_bits_and_other_profiles_are_told(hall: Engine) -> None:
    profile, other = (ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes() for name in ("sRGB", "XYZ"))
    source = encode(replace(decode(SOURCE), depth=16, profile=profile), "png")
    result, recipe = made(hall, UPSCALE, source=source)
    file = decode(encode(result, "png"))
    assert "bits" not in verify(recipe, source, hall, result=file).sentence
    fewer = verify(recipe, source, hall, result=decode(encode(result, "png", depth=8)))
    assert (fewer.outcome, "8 of 16 bits" in fewer.sentence) == (IDENTICAL, True)
    without = verify(recipe, source, hall, result=replace(file, profile=None))
    assert (without.outcome, room.NO_PROFILE in without.notes) == (IDENTICAL, True)
    changed = verify(recipe, source, hall, result=replace(file, profile=other))
    assert (changed.outcome, "another colour profile" in changed.sentence) == (DIFFERENT, True)


def test_a_jpeg_of_another_quality_is_not_identical(hall: Engine) -> None:
    result, recipe = made(hall, UPSCALE)
    file = decode(encode(result, "jpeg", quality=60))
    found = verify(recipe.written_as("jpeg", 70), SOURCE, hall, result=file)
    assert found.outcome == DIFFERENT
    assert found.psnr is not None
    assert found.psnr > 30


def test_another_precision_is_near_and_named(hall: Engine) -> None:
    result, recipe = made(engine(precision="float32"), UPSCALE)
    found = verify(recipe, SOURCE, engine(precision="bfloat16"), result=decode(encode(result, "png")))
    assert found.outcome == DIFFERENT
    assert found.psnr is not None
    assert found.psnr > 45
    assert found.notes == ("The precision was float32 then and is bfloat16 now.",)
    assert "Not bit-identical" in found.sentence
    alone = verify(recipe, SOURCE, engine(precision="bfloat16"))
    assert (alone.outcome, alone.psnr) == (DIFFERENT, None)
    assert "Give the result file" in alone.sentence


def test_a_forged_fingerprint_of_the_result_shows(hall: Engine) -> None:
    _, recipe = made(hall, UPSCALE)
    forged = replace(recipe, result=replace(recipe.result, sha256="0" * 64))
    assert verify(forged, SOURCE, hall).outcome == DIFFERENT


def test_another_size_is_named(hall: Engine) -> None:
    _, recipe = made(hall, UPSCALE)
    found = verify(recipe, SOURCE, hall, result=decode(SOURCE))
    assert (found.outcome, found.psnr) == (DIFFERENT, None)
    assert "it has 32×24 pixels, and running the recipe again gives 64×48" in found.sentence


def test_another_source_is_refused_and_the_same_pixels_are_not(hall: Engine) -> None:
    _, recipe = made(hall, UPSCALE)
    other = saved(pictures.chelsea()[101:125, 100:132], "PNG")
    found = verify(recipe, other, hall)
    assert found.outcome == IMPOSSIBLE
    assert "not the source of the recipe: its sha256 begins with" in found.sentence
    rewritten = encode(decode(SOURCE), "tiff")
    found = verify(recipe, rewritten, hall)
    assert (found.outcome, found.notes) == (IDENTICAL, ("The source is another file with the same pixels.",))
    with pytest.raises(BadPicture):
        verify(recipe, b"no picture", hall)


def with_model(recipe: Recipe, origin: Origin) -> Recipe:
    step = recipe.steps[0]
    return replace(recipe, steps=(replace(step, options=step.options | {"model": origin.id}, models=(origin,)),))


class Nothing(Store):
    """Shelves that nobody may touch."""

    def load(self, model_id: str, progress: Progress | None = None, crispness: float = 1.0) -> None:  # type: ignore[override]
        raise AssertionError(f"{model_id} was opened")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("x2-fast", "other weights of x2-fast: their sha256 begins with 000000000000"),
        ("somebody/networks/evil.safetensors", "somebody/networks/evil.safetensors is unknown here"),
        ("evil.safetensors", "evil.safetensors is unknown here; give the weight file"),
    ],
)
def test_weights_that_are_not_pinned_are_not_opened(
    hall: Engine, name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, recipe = made(hall, UPSCALE)
    (tmp_path / "evil.safetensors").write_bytes(b"evil")
    monkeypatch.chdir(tmp_path)
    shelves = Engine(Nothing(Settings()), Settings(device="cpu"))
    asked = with_model(recipe, Origin(name, "0" * 64))
    for weights in (None, tmp_path / "evil.safetensors"):
        found = verify(asked, SOURCE, shelves, weights=weights)
        assert found.outcome == IMPOSSIBLE
        assert told in found.sentence


def test_a_local_weight_file_is_known_by_its_bytes(hall: Engine, tmp_path: Path) -> None:
    file, renamed = tmp_path / "mine.safetensors", tmp_path / "renamed.safetensors"
    export(Generator(scale=2, channels=8, depth=2), "generator", {"scale": 2, "channels": 8, "depth": 2}, file)
    _, recipe = made(hall, Wish("upscale", {"model": str(file)}))
    file.rename(renamed)
    assert verify(recipe, SOURCE, hall).outcome == IMPOSSIBLE
    assert verify(recipe, SOURCE, hall, weights=renamed).outcome == IDENTICAL


def test_weights_that_the_recipe_only_claims_are_found_out(hall: Engine) -> None:
    _, recipe = made(hall, UPSCALE)
    step = recipe.steps[0]
    claimed = replace(recipe, steps=(replace(step, options=step.options | {"model": "auto"}, models=()),))
    found = verify(claimed, SOURCE, hall)
    assert found.outcome == IMPOSSIBLE
    assert "other models here than the recipe names" in found.sentence


def test_what_cannot_run_here_says_why() -> None:
    _, recipe = made(engine(), UPSCALE)
    small = Settings(device="cpu", max_output_pixels=100)
    found = verify(recipe, SOURCE, Engine(Store(small), small))
    assert found.outcome == IMPOSSIBLE
    assert "cannot be run here: The result would have 64x48 pixels" in found.sentence


def test_stop_is_heard(hall: Engine) -> None:
    _, recipe = made(hall, UPSCALE)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        verify(recipe, SOURCE, hall, progress=progress)


def test_another_version_is_a_note(hall: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _, recipe = made(hall, UPSCALE)
    monkeypatch.setattr(room, "VERSION", "9.9")
    assert verify(recipe, SOURCE, hall).notes == (
        f"The version of the program was {recipe.version} then and is 9.9 now.",
    )
