"""Detection learns from a folder, resumes, and its file finds what it was taught, in blurred pictures less of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import BadOptions, TrainingError
from enhancer.metrics.boxes import Boxes, mean_precision
from enhancer.models.detector import Detector, open_detector
from enhancer.models.own import own_network
from enhancer.models.weights import read_weights
from enhancer.training.augment import to_unit
from enhancer.training.detect import SEARCHES, Detection, Search
from enhancer.training.detect.lesson import RULES, Sought, changed, zoom
from enhancer.training.detect.shapes import NAMES, SIDE, drawn
from enhancer.training.detect.sources import read_scenes
from enhancer.training.loop import Budget, follow
from enhancer.training.watchdog import TrainingStopped, Watchdog
from tests.training.detect.scenes import folder_of_shapes
from tests.training.tiny import accelerator

CPU = torch.device("cpu")
QUICK = replace(SEARCHES["detect"], network="tiny", batch=2, warmup=2, decay=0.01, hold_out=4, report_every=1)
SMALL = 64  # pixels


def run(recipe: Search, data: Path, out: Path, steps: int, start: Path | None = None) -> Path:
    return follow(Detection(recipe, data, start, CPU), out, Budget(steps=steps), accelerator())


def rows(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "reports.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of_shapes(tmp_path_factory.mktemp("scenes") / "s", 8)


def test_a_resumed_run_equals_an_uninterrupted_one(folder: Path, tmp_path: Path) -> None:
    run(QUICK, folder, tmp_path / "whole", 4)
    run(QUICK, folder, tmp_path / "parts", 2)
    run(QUICK, folder, tmp_path / "parts", 4)
    whole, parts = ([row["loss"] for row in rows(tmp_path / name)] for name in ("whole", "parts"))
    assert whole == pytest.approx(parts, abs=1e-5)
    detector = open_detector(tmp_path / "whole" / "weights.safetensors")
    assert detector.names == NAMES
    follower = replace(QUICK, settled=True, lr=1e-5)
    run(follower, folder, tmp_path / "on", 1, start=tmp_path / "whole" / "weights.safetensors")
    own_network(read_weights(tmp_path / "on" / "weights.safetensors"), "on", wanted=("classes",))


def precision(detector: Detector, pictures: list[Tensor], truths: list[Boxes]) -> float:
    return mean_precision([Boxes(*detector.tensors(picture)) for picture in pictures], truths)


def shrunk(picture: Tensor, factor: float) -> Tensor:
    return F.interpolate(picture[None], scale_factor=factor, mode="bilinear", antialias=True)[0]


def blurred(picture: Tensor) -> Tensor:
    """A 64th of the pixels, stretched again."""
    return F.interpolate(shrunk(picture, 1 / 8)[None], picture.shape[1:], mode="bilinear")[0]


def test_a_tiny_network_finds_shapes_and_fewer_when_they_are_blurred_or_small(tmp_path: Path) -> None:
    """Half a minute of one core for 0.6; larger and sharper is what it finds more in, which enhancement is about."""
    data = folder_of_shapes(tmp_path / "data", 300, SMALL)
    course = replace(QUICK, batch=8, lr=3e-3, warmup=20, decay=0.6, hold_out=20, report_every=160, zoom=1.0)
    detector = open_detector(run(course, data, tmp_path / "out", 480))
    pictures, truths = drawn(24, 99, SMALL, noisy=False)
    seen = [to_unit(picture) for picture in pictures]
    sharp = precision(detector, seen, truths)
    assert sharp > 0.45
    assert precision(detector, [blurred(x) for x in seen], truths) < sharp - 0.15
    smaller = [Boxes(t.boxes / 2, t.labels) for t in truths]
    assert precision(detector, [shrunk(x, 0.5) for x in seen], smaller) < sharp - 0.15


def test_the_data_say_what_they_lack(folder: Path, tmp_path: Path) -> None:
    training, unseen = read_scenes(folder, 640, 4)
    assert (len(training), len(unseen)) == (6, 2)
    with pytest.raises(TrainingError, match="too few boxes"):
        read_scenes(folder_of_shapes(tmp_path / "one", 1), 640, 4)
    with pytest.raises(BadOptions, match="holds neither"):
        read_scenes(tmp_path, 640, 4)


def test_large_pictures_are_shrunk_with_their_boxes(folder: Path) -> None:
    whole, _ = read_scenes(folder, 96, 4)
    small, _ = read_scenes(folder, 48, 4)
    assert small.pictures[0].shape == (3, 48, 48)
    assert torch.allclose(small.truths[0].boxes * 2, whole.truths[0].boxes)


def test_a_changed_picture_takes_its_boxes_along() -> None:
    picture = torch.zeros(3, 40, 60, dtype=torch.uint8)
    picture[:, 10:20, 5:25] = 255
    truth = Boxes(torch.tensor([[5.0, 10.0, 25.0, 20.0]]), torch.tensor([0]))
    for mirrored, factor in ((False, 1.0), (True, 1.0), (True, 1.25), (False, 0.8)):
        pixels, told = changed(picture, truth, mirrored, factor)
        left, top, right, bottom = (round(at) for at in told.boxes[0].tolist())
        assert pixels[:, top + 1 : bottom - 1, left + 1 : right - 1].min() > 0.5
        area = float(told.boxes[0, 2:].sub(told.boxes[0, :2]).prod())
        assert float(pixels.sum()) == pytest.approx(3 * area, rel=0.05)
    assert [zoom(at, QUICK) for at in (0.0, 0.5)] == [QUICK.zoom, 1.0]


def test_drawings_of_a_seed_are_alike_and_their_boxes_touch_the_shapes() -> None:
    (one, truth), (two, _), (other, _) = (drawn(1, seed, noisy=False) for seed in (3, 3, 4))
    assert torch.equal(one[0], two[0])
    assert not torch.equal(one[0], other[0])
    boxes = truth[0].boxes
    assert 0 <= boxes.min() <= boxes.max() <= SIDE
    assert set(truth[0].labels.tolist()) <= set(range(len(NAMES)))


def test_the_watchdog_sees_a_run_that_finds_nothing() -> None:
    dog, poor = Watchdog(0.0, RULES), Sought(1, 0.1, 1.1, 0.0)
    for _ in range(RULES[1].patience - 1):
        dog.check(poor, "")
    with pytest.raises(TrainingStopped, match="finds nothing"):
        dog.check(poor, "")
    with pytest.raises(TrainingStopped, match="not a number"):
        Watchdog(0.0, RULES).check(replace(poor, loss=float("nan")), "")
