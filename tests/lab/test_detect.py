"""Before and after: which objects are the same, what the scores say, and what is told where nothing can be said."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.errors import BadOptions, UnknownModel, WeightsRefused, WeightsUnavailable
from enhancer.hall import enhance
from enhancer.lab import detectors
from enhancer.lab.detect import (
    BOTH_WAYS,
    HARDLY,
    HELPS,
    HURTS,
    NOTHING,
    Comparison,
    compared,
    comparison,
    distinct,
    objects_in,
    on_the_first,
)
from enhancer.lab.detectors import detector_here, detector_of, detectors_here, fetch_published
from enhancer.lab.framed import ALONE, BOTH, framed
from enhancer.lab.judged import hits, precision, precision_sentence, shared_names
from enhancer.media.picture import Picture
from enhancer.metrics.boxes import Boxes
from enhancer.models.annotated import Annotated, Truth, read_annotated
from enhancer.models.detector import Detector, Found
from enhancer.models.published import PUBLISHED
from enhancer.settings import Settings
from enhancer.training.detect.shapes import NAMES, drawn
from tests.models.conftest import hub  # noqa: F401  # a Hub on this machine
from tests.models.fake_hub import FakeHub
from tests.training.detect.scenes import folder_of_shapes

HERE = (0.0, 0.0, 10.0, 10.0)
THERE, AWAY = (50.0, 0.0, 60.0, 10.0), (0.0, 50.0, 10.0, 60.0)


def cat(score: float, box: tuple[float, float, float, float] = HERE) -> Found:
    return Found("cat", score, box)


def scenes(count: int) -> tuple[list[Picture], list[Boxes]]:
    """Drawn pictures that the bundled detector never saw."""
    pictures, truths = drawn(count, 4711, noisy=False)
    return [Picture(picture.float() / 255) for picture in pictures], truths


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ([cat(0.6)], [cat(0.9)], HELPS),
        ([cat(0.9)], [cat(0.6)], HURTS),
        ([cat(0.9)], [cat(0.91)], HARDLY),
        ([cat(0.9)], [cat(0.9), cat(0.8, THERE)], HELPS),
        ([cat(0.9), cat(0.8, THERE)], [cat(0.9)], HURTS),
        ([cat(0.9)], [cat(0.7), cat(0.8, THERE)], BOTH_WAYS),
        ([cat(0.9)], [cat(0.9, THERE)], BOTH_WAYS),
        ([cat(0.9)], [cat(0.9, THERE), cat(0.8, AWAY)], HELPS),
        ([cat(0.9), cat(0.6, AWAY)], [cat(0.9, THERE), cat(0.9, AWAY)], BOTH_WAYS),
        ([cat(0.4)], [cat(0.6)], HELPS),
        ([cat(0.4)], [cat(0.3)], NOTHING),
        ([], [], NOTHING),
    ],
)
def test_the_verdict_weighs_objects_and_scores(before: list[Found], after: list[Found], verdict: str) -> None:
    found = comparison(before, after, 0.5)
    assert found.verdict == verdict
    assert found.sentences[0].startswith("This detector found nothing" if verdict == NOTHING else "Enhancement")


def test_a_faint_guess_is_a_partner_but_no_row_of_its_own() -> None:
    found = comparison([cat(0.8), cat(0.1, THERE)], [cat(0.2), Found("dog", 0.3, THERE)], 0.5)
    (row,) = found.changes
    assert row.change == pytest.approx(-0.6)
    assert found.counts == (1, 0)
    assert found.sentences[1:] == (
        "Objects found: 1 before, 0 after.",
        "Scores of the same objects: -0.60 in the mean.",
    )


def test_boxes_of_a_larger_result_meet_those_of_the_picture() -> None:
    class Fixed(Detector):
        def __call__(self, pixels: torch.Tensor, least: float = 0.05) -> tuple[Found, ...]:
            side = pixels.shape[1]
            return (cat(side / 100, (0.1 * side, 0.1 * side, 0.5 * side, 0.6 * side)),)

    detector = Fixed(torch.nn.Identity(), ("cat",))
    small, large = Picture(torch.zeros(3, 40, 40)), Picture(torch.zeros(3, 80, 80))
    (row,) = compared(small, large, detector, 0.3).changes
    assert row.before is not None
    assert row.after is not None
    assert row.change == pytest.approx(0.4)
    assert row.after.box == pytest.approx([2 * at for at in row.before.box])
    assert on_the_first(small, large, detector)[0].box == pytest.approx(row.before.box)
    huge = Picture(torch.zeros(3, 3200, 3200))
    assert objects_in(huge, detector)[0].box == pytest.approx((320, 320, 1600, 1920))


def test_several_boxes_of_one_object_count_once() -> None:
    whole, half = cat(0.9, (0, 0, 40, 40)), cat(0.8, (20, 20, 42, 42))
    over, tie = Found("dog", 0.7, (4, 4, 36, 36)), Found("tie", 0.6, (10, 10, 18, 18))
    beside, faint = cat(0.55, (36, 36, 60, 60)), cat(0.2, (1, 1, 40, 40))
    assert distinct([faint, beside, tie, over, half, whole], 0.5) == [whole, tie, beside, faint]
    assert distinct([cat(0.6, (0, 0, 60, 60)), whole], 0.5) == [whole]  # a frame around what is surer
    found = comparison([whole], [whole, half, over], 0.5)
    assert (found.counts, found.verdict) == ((1, 1), HARDLY)


def test_where_it_is_known_what_is_there_false_alarms_are_none_of_the_finds() -> None:
    truths = (cat(1), cat(1, AWAY))

    def judged(before: list[Found], after: list[Found]) -> tuple[tuple[int, int], tuple[int, int], str]:
        larger = [Found(f.name, f.score, (2 * f.box[0], f.box[1], 2 * f.box[2], f.box[3])) for f in after]
        found = hits(Comparison(comparison(before, larger, 0.5).changes, 0.5), truths, (2, 1))
        assert found.sentence.startswith("Enhancement")
        return found.right, found.wrong, found.verdict

    assert judged([], [cat(0.9), cat(0.4, AWAY)]) == ((0, 1), (0, 0), HELPS)
    assert judged([cat(0.9)], [cat(0.9), cat(0.9, THERE)]) == ((1, 1), (0, 1), HURTS)
    assert judged([cat(0.9)], [cat(0.9), cat(0.9, AWAY), cat(0.9, THERE)]) == ((1, 2), (0, 1), BOTH_WAYS)
    assert judged([Found("dog", 0.9, HERE)], [Found("dog", 0.8, HERE)]) == ((0, 0), (1, 1), HARDLY)


def test_boxes_are_numbered_and_coloured() -> None:
    found = comparison([cat(0.9, (2, 2, 20, 20))], [cat(0.8, (2, 2, 20, 20)), cat(0.7, (30, 10, 45, 30))], 0.5)
    grey = Picture(torch.full((3, 40, 60), 0.5))
    before, after = (framed(grey, found, second) for second in (False, True))
    assert (before.width, before.height) == (480, 320)
    colours = {tuple(level.tolist()) for level in (after.pixels * 255).round().int().flatten(1).T}
    assert {BOTH, ALONE} <= colours
    assert not (before.pixels * 255).round().int().flatten(1).T.eq(torch.tensor(ALONE)).all(1).any()


def test_enlarging_small_shapes_helps_the_bundled_detector() -> None:
    pictures, truths = scenes(5)
    detector = detector_here(detectors.SHAPES, Settings())
    told = Annotated((Path(),) * 5, tuple(Truth(t.boxes / 4, t.labels) for t in truths), NAMES)
    small = [Picture(torch.nn.functional.avg_pool2d(picture.pixels[None], 4)[0]) for picture in pictures]
    before = precision([objects_in(one, detector) for one in small], told, list(NAMES))
    large = [enhance(one, "upscale", scale=4.0) for one in small]
    after = [on_the_first(one, better, detector) for one, better in zip(small, large, strict=True)]
    assert precision(after, told, list(NAMES)) > before + 0.3
    whole = Annotated(told.files, tuple(Truth(t.boxes, t.labels) for t in truths), NAMES)
    assert precision([objects_in(one, detector) for one in pictures], whole, list(NAMES)) > 0.9


def test_precision_counts_the_classes_that_both_know(tmp_path: Path) -> None:
    truths = Annotated((tmp_path,), (Truth(torch.tensor([HERE, THERE]), torch.tensor([0, 1])),), ("owl", "cat"))
    detector = Detector(torch.nn.Identity(), ("cat", "dog"))
    names = shared_names(truths, detector)
    assert names == ["cat"]
    assert precision([[cat(0.9, THERE), Found("dog", 1.0, HERE)]], truths, names) == 1
    assert precision([[cat(0.9)]], truths, names) == 0
    with pytest.raises(BadOptions, match="this detector knows dog"):
        shared_names(truths, Detector(torch.nn.Identity(), ("dog",)))
    assert "helps" in precision_sentence(0.5, 0.6, 9)
    assert "hurts" in precision_sentence(0.6, 0.5, 9)
    assert "hardly" in precision_sentence(0.6, 0.601, 9)


def test_what_is_not_here_is_said_with_how_to_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    settings = Settings(cache=tmp_path)
    assert [name for _, name in detectors_here(settings)] == ["shapes"]
    assert detectors_here(Settings(cache=tmp_path, weights=tmp_path)) == []
    with pytest.raises(WeightsUnavailable, match="python -m enhancer fetch coco-320"):
        detector_here("coco-320", settings)
    for name in ("cats", "a/b/c.pth", "a/../c.safetensors", str(tmp_path)):
        with pytest.raises(UnknownModel, match="There is no detector"):
            detector_of(name, settings)
    with pytest.raises(UnknownModel):
        detector_here("weights/lab/shapes.safetensors", settings)


def test_a_detector_of_the_hub_is_verified(hub: FakeHub, tmp_path: Path) -> None:  # noqa: F811
    settings = Settings(cache=tmp_path)
    data = (settings.weights / "lab" / "shapes.safetensors").read_bytes()
    hub.serve("somebody/finders", "shapes.safetensors", data)
    assert detector_of("somebody/finders/shapes.safetensors", settings).names[0] == "circle"
    hub.serve("somebody/finders", PUBLISHED[0].file, data)
    with pytest.raises(WeightsRefused, match="wrong bytes"):
        detector_of(f"somebody/finders/{PUBLISHED[0].file}", settings)


def test_wrong_bytes_never_get_the_name_of_a_published_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    settings, source = Settings(cache=tmp_path / "cache"), tmp_path / "file"
    monkeypatch.setattr(type(PUBLISHED[0]), "address", property(lambda _: source.as_uri()))
    with pytest.raises(WeightsUnavailable, match="cannot be had now"):
        fetch_published(PUBLISHED[0], settings)
    source.write_bytes(b"something else")
    with pytest.raises(WeightsRefused, match="wrong bytes"):
        fetch_published(PUBLISHED[0], settings)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["file"]
    monkeypatch.setattr(detectors, "digest", lambda _: PUBLISHED[0].sha256)
    assert fetch_published(PUBLISHED[0], settings).read_bytes() == b"something else"
    assert "coco-320" in [name for _, name in detectors_here(settings)]


def test_a_published_file_that_went_bad_is_fetched_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    settings, source = Settings(cache=tmp_path / "cache"), tmp_path / "file"
    source.write_bytes(b"the right bytes")
    entry = replace(PUBLISHED[0], sha256=hashlib.sha256(b"the right bytes").hexdigest())
    monkeypatch.setattr(type(entry), "address", property(lambda _: source.as_uri()))
    ours, theirs = (tmp_path / place / entry.file for place in ("cache/detectors", "torch/hub/checkpoints"))
    for file in (ours, theirs):
        file.parent.mkdir(parents=True)
    ours.write_bytes(b"damaged")
    assert fetch_published(entry, settings) == ours
    assert ours.read_bytes() == b"the right bytes"
    ours.unlink()
    theirs.write_bytes(b"damaged")
    with pytest.raises(WeightsRefused, match=f"wrong bytes.* Delete {theirs}"):
        fetch_published(entry, settings)
    assert theirs.exists()


def test_a_change_too_small_to_be_told_has_no_minus() -> None:
    assert comparison([cat(0.9)], [cat(0.8999)], 0.5).sentences[-1].startswith("Scores of the same objects: +0.00")


def test_nothing_found_has_no_figures() -> None:
    assert Comparison((), 0.5).counts == (0, 0)
    assert Comparison((), 0.5).mean_change is None


def test_the_folder_of_shapes_is_one_that_people_could_bring(tmp_path: Path) -> None:
    assert len(read_annotated(folder_of_shapes(tmp_path / "s", 3))) == 3
