"""A small folder of drawn pictures with a COCO file, as a person would bring one."""

import json
from pathlib import Path

from PIL import Image

from enhancer.training.detect.shapes import NAMES, drawn


def folder_of_shapes(folder: Path, count: int, side: int = 96, seed: int = 5) -> Path:
    """`count` pictures without noise."""
    folder.mkdir(parents=True)
    pictures, truths = drawn(count, seed, side, noisy=False)
    boxes = []
    for n, (picture, truth) in enumerate(zip(pictures, truths, strict=True)):
        Image.fromarray(picture.permute(1, 2, 0).numpy()).save(folder / f"{n:03d}.png")
        for (left, top, right, bottom), label in zip(truth.boxes.tolist(), truth.labels.tolist(), strict=True):
            bbox = [left, top, right - left, bottom - top]
            boxes.append({"image_id": n, "category_id": label + 1, "bbox": bbox})
    told = {
        "images": [{"id": n, "file_name": f"{n:03d}.png"} for n in range(count)],
        "annotations": boxes,
        "categories": [{"id": n, "name": name} for n, name in enumerate(NAMES, 1)],
    }
    (folder / "annotations.json").write_text(json.dumps(told))
    return folder
