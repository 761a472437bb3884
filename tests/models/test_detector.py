"""Detectors from files: ours say what they are, those of torchvision are known by their sha256, others are refused."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from enhancer.errors import WeightsRefused
from enhancer.models import detector as room
from enhancer.models.detector import Found, open_detector, start_from
from enhancer.models.published import PUBLISHED
from enhancer.models.weights import write_weights
from enhancer.networks import faster_rcnn
from enhancer.networks.initialise import initialise
from tests.conftest import ROOT

NAMES = ("cat", "dog")
SHAPE = {"classes": 2, "backbone": "narrow", "widths": [4, 6, 8]}


def written(file: Path, seed: int = 0, names: tuple[str, ...] = NAMES, **shape: object) -> Path:
    network = faster_rcnn(**SHAPE | shape)  # type: ignore[arg-type]
    initialise(network, seed)
    header = {"architecture": "faster-rcnn", "hyperparameters": json.dumps(SHAPE | shape), "labels": json.dumps(names)}
    write_weights({k: t.contiguous() for k, t in network.state_dict().items()}, file, header)
    return file


class _Fixed(nn.Module):
    """Finds two objects wherever it looks."""

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1))

    def forward(self, pictures: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        boxes = torch.tensor([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 9.0, 9.0]])
        return [{"boxes": boxes, "labels": torch.tensor([2, 1]), "scores": torch.tensor([0.9, 0.2])}]


def test_names_leave_the_background_out() -> None:
    detector = room.Detector(_Fixed(), NAMES)
    assert detector(torch.zeros(3, 8, 8), 0.5) == (Found("dog", pytest.approx(0.9), (1, 2, 3, 4)),)
    assert [found.name for found in detector(torch.zeros(3, 8, 8))] == ["dog", "cat"]


def test_a_file_of_ours_is_rebuilt(tmp_path: Path) -> None:
    detector = open_detector(written(tmp_path / "d.safetensors"))
    again = faster_rcnn(**SHAPE).eval()  # type: ignore[arg-type]
    again.load_state_dict(detector.network.state_dict())
    pixels = torch.rand(3, 40, 50)
    with torch.inference_mode():
        assert torch.allclose(detector.tensors(pixels)[0], again([pixels])[0]["boxes"], atol=1e-3)
    assert detector.names == NAMES


@pytest.mark.parametrize(
    ("change", "told"),
    [({"names": ("cat",)}, "names 1 classes"), ({"names": ("",) * 2}, "called"), ({"classes": 99999}, "limit")],
)
def test_files_that_do_not_fit_together_are_refused(tmp_path: Path, change: dict[str, object], told: str) -> None:
    file = tmp_path / "d.safetensors"
    if "classes" in change:
        header = {"architecture": "faster-rcnn", "hyperparameters": json.dumps(SHAPE | change), "labels": '["a"]'}
        write_weights({"x": torch.zeros(1)}, file, header)
    else:
        written(file, **change)  # type: ignore[arg-type]
    with pytest.raises(WeightsRefused, match=told):
        open_detector(file)


def test_networks_of_other_rooms_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused):
        open_detector(ROOT / "weights" / "x2-fast.safetensors")
    with pytest.raises(WeightsRefused):
        open_detector(ROOT / "weights" / "lab" / "digits.safetensors")


def test_a_file_of_torchvision_counts_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With weights of our own in its place: the real file is 78 MB, and nothing is fetched in tests."""
    from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn as built

    torch.manual_seed(0)
    network = built(weights=None, weights_backbone=None).eval()
    frozen = {k: t for k, t in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    file = tmp_path / PUBLISHED[0].file
    torch.save(frozen, file)
    with pytest.raises(WeightsRefused, match="known here by their sha256"):
        open_detector(file)
    known = replace(PUBLISHED[0], sha256=hashlib.sha256(file.read_bytes()).hexdigest())
    monkeypatch.setattr(room, "PUBLISHED", (known,))
    monkeypatch.setattr(room.published_as, "__defaults__", ((known,),))
    detector = open_detector(file)
    pixels = torch.rand(3, 60, 80)
    assert torch.equal(detector.tensors(pixels)[2], network([pixels])[0]["scores"])
    assert detector.names[0] == "person"
    assert len(detector.names) == 90


@pytest.mark.parametrize("entry", PUBLISHED, ids=lambda entry: entry.id)
def test_the_table_agrees_with_that_of_torchvision(entry: room.Published) -> None:
    assert entry.address.endswith(f"/{entry.file}")
    assert entry.sha256.startswith(entry.file.rpartition("-")[2].removesuffix(".pth"))
    assert len(entry.sha256) == 64
    assert len(entry.names) == entry.hyperparameters["classes"]


def test_a_start_leaves_the_last_layer_where_the_classes_differ(tmp_path: Path) -> None:
    file = written(tmp_path / "d.safetensors", seed=3)
    same, other = faster_rcnn(**SHAPE), faster_rcnn(**SHAPE | {"classes": 5})  # type: ignore[arg-type]
    start_from(same, file)
    start_from(other, file)
    source = open_detector(file).network.state_dict()
    assert torch.equal(
        same.state_dict()["roi_heads.box_predictor.cls_score.weight"], source[room.PREDICTOR + "cls_score.weight"]
    )
    assert torch.equal(other.state_dict()["roi_heads.box_head.fc6.weight"], source["roi_heads.box_head.fc6.weight"])
    with pytest.raises(WeightsRefused, match="has the backbone narrow"):
        start_from(faster_rcnn(classes=2, backbone="mobilenet-320"), file)
