"""The detectors that torchvision publishes, as data: each file is known by its sha256, and no repository is promised.

The file names and their first eight digits are those of torchvision's own tables; the whole sha256 and the sizes are
what several unrelated projects measured and wrote down. They lie on the server that torchvision downloads from, and no
copy on the Hub is known to be the same bytes; whatever repository somebody names is held to the sha256 here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Published:
    """One file of torchvision: `table` and `row` say where torchvision lists it, `precision` its mAP on COCO there."""

    id: str
    title: str
    file: str
    sha256: str
    bytes: int
    hyperparameters: Mapping[str, Any]
    table: str
    precision: str
    row: str = "COCO_V1"

    @property
    def names(self) -> tuple[str, ...]:
        """The classes besides the background as torchvision has them; some numbers of COCO stand for nothing."""
        listed: list[str] = self._told.meta["categories"]
        return tuple(listed[1:])

    @property
    def address(self) -> str:
        """Where torchvision has the file from."""
        return str(self._told.url)

    @property
    def _told(self) -> Any:
        from torchvision.models import detection  # slow to import, and only needed here

        return getattr(getattr(detection, self.table), self.row)


COCO_CLASSES = 90
PUBLISHED = (
    Published(
        "coco-320",
        "Everyday objects, quick (MobileNet, 320 pixels)",
        "fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth",
        "907ea3f91ff92242bc1baea8049276a3e76bca48ce7560bd268cc029f37977b5",
        77_844_807,
        {"classes": COCO_CLASSES, "backbone": "mobilenet-320"},
        "FasterRCNN_MobileNet_V3_Large_320_FPN_Weights",
        "22.8",
    ),
    Published(
        "coco",
        "Everyday objects, finer (MobileNet, 800 pixels)",
        "fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth",
        "fb6a3cc702b1df54c18a44b26708cd083614211062d0c36d2ca7bf9270df3533",
        77_844_807,
        {"classes": COCO_CLASSES, "backbone": "mobilenet"},
        "FasterRCNN_MobileNet_V3_Large_FPN_Weights",
        "32.8",
    ),
)
