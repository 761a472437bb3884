"""Faster R-CNN as weight files rebuild it: boxes in pixels of the picture, losses in training, no anchors lost."""

import pytest
import torch

from enhancer.networks import ARCHITECTURES, faster_rcnn
from enhancer.networks.initialise import initialise

SMALL = {"classes": 3, "widths": [4, 6, 8]}


@pytest.mark.parametrize("size", [(40, 70), (33, 33)])
def test_any_size_goes_through(size: tuple[int, int]) -> None:
    network = faster_rcnn(**SMALL).eval()  # type: ignore[arg-type]
    (found,) = network([torch.rand(3, *size)])
    assert found["boxes"].shape == (len(found["scores"]), 4)
    assert found["boxes"].amax() <= max(size)


@pytest.mark.parametrize("backbone", ["narrow", "mobilenet-320", "mobilenet"])
def test_no_picture_decides_how_later_ones_are_seen(backbone: str) -> None:
    """torchvision infers the scale of features from the first picture; a large one tells what ours must be."""
    network = faster_rcnn(classes=2, backbone=backbone).eval()
    pool = network.roi_heads.box_roi_pool  # type: ignore[union-attr]
    known = list(pool.scales), vars(pool.map_levels)  # type: ignore[arg-type, union-attr]
    network([torch.rand(3, 9, 1)])
    assert (pool.scales, vars(pool.map_levels)) == known  # type: ignore[union-attr]
    pool.scales = None  # type: ignore[union-attr, assignment]
    network([torch.rand(3, 320, 320)])
    assert (pool.scales, vars(pool.map_levels)) == known  # type: ignore[union-attr]


def test_large_pictures_are_shrunk_and_their_boxes_are_not() -> None:
    network = faster_rcnn(**SMALL, longest=64).eval()  # type: ignore[arg-type]
    initialise(network, 0)
    seen: list[tuple[int, ...]] = []
    network.backbone.register_forward_pre_hook(lambda _, given: seen.append(tuple(given[0].shape)))  # type: ignore[union-attr, arg-type, call-arg]
    (found,) = network([torch.rand(3, 100, 200)])
    assert seen == [(1, 3, 32, 64)]
    assert found["boxes"][:, 2].amax() > 64


def test_it_learns_from_boxes() -> None:
    network = faster_rcnn(**SMALL).train()  # type: ignore[arg-type]
    truth = {"boxes": torch.tensor([[4.0, 4.0, 30.0, 28.0]]), "labels": torch.tensor([2])}
    losses = network([torch.rand(3, 48, 48)], [truth])
    assert len(losses) == 4
    torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
    assert all(p.grad is not None for p in network.parameters())


@pytest.mark.parametrize("backbone", ["narrow", "mobilenet-320"])
def test_a_network_without_memory_has_its_anchors(backbone: str) -> None:
    """Files are opened on the device `meta`, where only what the file holds is filled in."""
    with torch.device("meta"):
        empty = ARCHITECTURES["faster-rcnn"](classes=2, backbone=backbone)
    assert {t.device.type for t in empty.rpn.anchor_generator.cell_anchors} == {"cpu"}  # type: ignore[union-attr]
    assert next(empty.parameters()).device.type == "meta"


@pytest.mark.parametrize(
    "wrong", [{"backbone": "resnet"}, {"classes": 0}, {"widths": [4, 8]}, {"widths": [0, 4, 8]}, {"longest": 0}]
)
def test_what_makes_no_network_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="backbone"):
        faster_rcnn(**SMALL | wrong)  # type: ignore[arg-type]


def test_the_seed_decides_the_start() -> None:
    states = []
    for seed in (3, 3, 4):
        network = faster_rcnn(**SMALL)  # type: ignore[arg-type]
        initialise(network, seed)
        states.append(torch.cat([p.detach().flatten() for p in network.parameters()]))
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])
