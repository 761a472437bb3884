"""Networks that find objects: torchvision's Faster R-CNN, on its small MobileNet or on a narrow backbone of ours.

torchvision is imported where a network is built: it is slow to import, and most visitors never ask for a detector.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log2
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.classifier import NormedBlock, NormedConv2d

ANCHORS = (16, 32, 64)  # pixels, sides of the squares that the narrow network starts from
RATIOS = (0.5, 1.0, 2.0)
STRIDES = {"narrow": (8,), "mobilenet-320": (32, 32), "mobilenet": (32, 32)}  # pixels a cell of what is pooled from
POOLED, HIDDEN = 5, 96  # cells a side of what the narrow network sees of an object, and the width of its judge


class NarrowBackbone(nn.Module):
    """Residual features at an eighth of the size. Shape: (B, 3, H, W) → (B, widths[-1], H/8, W/8)."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.out_channels = widths[-1]
        layers: list[nn.Module] = [NormedConv2d(3, widths[0], stride=2)]  # a block at half the size would cost the most
        for narrow, wide in pairwise(widths):
            layers += [NormedConv2d(narrow, wide, stride=2), NormedBlock(wide)]
        self.features = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) → (B, C, H/8, W/8)."""
        features: Tensor = self.features(x)
        return features


def faster_rcnn(
    *, classes: int, backbone: str = "narrow", widths: Sequence[int] = (16, 32, 64), longest: int = 1024
) -> nn.Module:
    """Faster R-CNN (Ren et al., NeurIPS 2015) with so many `classes` besides the background.

    `backbone` is one of `BACKBONES`. The narrow one, of three `widths`, sees pictures at their own size, shrunk to
    `longest` pixels at most; those of torchvision bring every picture to their own size. Called in training with lists
    of (3, H, W) in [0, 1] and of truths it gives losses, else a dict of boxes, labels and scores for each picture.
    Raises ValueError for what makes no network.
    """
    if backbone not in BACKBONES or classes < 1 or len(widths) != 3 or min(*widths, longest) < 1:
        raise ValueError(f"backbone {backbone!r}, {classes} classes, widths {widths}, longest {longest}")
    network: Any = BACKBONES[backbone](classes + 1, widths, longest)
    anchors = network.rpn.anchor_generator
    with torch.device("cpu"):  # no parameters, so that loading weights would not fill them
        pairs = zip(anchors.sizes, anchors.aspect_ratios, strict=True)
        anchors.cell_anchors = [anchors.generate_anchors(sizes, ratios) for sizes, ratios in pairs]
    _fix_scales(network.roi_heads.box_roi_pool, STRIDES[backbone])
    network.classes, network.backbone_name = classes, backbone
    found: nn.Module = network
    return found


def _fix_scales(pool: Any, strides: Sequence[int]) -> None:
    """Say how much smaller the features are; else the first picture decides it for all, and a tiny one wrongly."""
    from torchvision.ops.poolers import initLevelMapper

    pool.scales = [1 / stride for stride in strides]
    pool.map_levels = initLevelMapper(
        int(log2(strides[0])), int(log2(strides[-1])), pool.canonical_scale, pool.canonical_level
    )


def _narrow(answers: int, widths: Sequence[int], longest: int) -> nn.Module:
    from torchvision.models.detection import FasterRCNN
    from torchvision.models.detection.anchor_utils import AnchorGenerator
    from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
    from torchvision.ops import MultiScaleRoIAlign

    network: Any = FasterRCNN(
        NarrowBackbone(widths),
        min_size=longest,
        max_size=longest,
        rpn_anchor_generator=AnchorGenerator((ANCHORS,), (RATIOS,)),
        rpn_pre_nms_top_n_train=200,
        rpn_post_nms_top_n_train=60,
        rpn_pre_nms_top_n_test=400,
        rpn_post_nms_top_n_test=100,
        rpn_batch_size_per_image=64,
        box_batch_size_per_image=32,
        box_roi_pool=MultiScaleRoIAlign(["0"], POOLED, 2),
        box_head=TwoMLPHead(widths[-1] * POOLED**2, HIDDEN),
        box_predictor=FastRCNNPredictor(HIDDEN, answers),
    )
    network.transform.resize = _OwnSize(longest)
    built: nn.Module = network
    return built


class _OwnSize:
    """In place of the resizing of torchvision: pictures stay as they are, but for those above `longest` pixels."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(
        self, image: Tensor, target: dict[str, Tensor] | None = None
    ) -> tuple[Tensor, dict[str, Tensor] | None]:
        """A picture (3, H, W) with its boxes in pixels, both shrunk alike."""
        factor = self.longest / max(image.shape[1:])
        if factor >= 1:
            return image, target
        size = [max(1, round(side * factor)) for side in image.shape[1:]]
        small = F.interpolate(image[None], size, mode="bilinear", antialias=True)[0]
        if target is not None:
            scale = [new / old for new, old in zip(size, image.shape[1:], strict=True)]
            target = target | {"boxes": target["boxes"] * target["boxes"].new_tensor([*scale[::-1], *scale[::-1]])}
        return small, target


def _mobilenet(low: bool) -> Callable[[int, Sequence[int], int], nn.Module]:
    """MobileNetV3 with a feature pyramid as torchvision builds it; `low` brings pictures to 320 pixels, not 800."""

    def build(answers: int, _widths: Sequence[int], _longest: int) -> nn.Module:
        from torchvision.models import detection

        name = "fasterrcnn_mobilenet_v3_large_320_fpn" if low else "fasterrcnn_mobilenet_v3_large_fpn"
        network: nn.Module = getattr(detection, name)(weights=None, weights_backbone=None, num_classes=answers)
        return network

    return build


BACKBONES: dict[str, Callable[[int, Sequence[int], int], nn.Module]] = {
    "narrow": _narrow,
    "mobilenet-320": _mobilenet(True),
    "mobilenet": _mobilenet(False),
}
