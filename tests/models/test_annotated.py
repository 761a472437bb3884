"""Boxes as people keep them: one COCO file, or YOLO's text files; what is wrong is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from enhancer.errors import BadOptions
from enhancer.models.annotated import read_annotated

CATEGORIES = [{"id": 7, "name": "cat"}, {"id": 3, "name": "dog"}]


def picture(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 20), "teal").save(file)
    return file


def coco(folder: Path, bbox: list[float], **more: Any) -> Path:
    one = {"image_id": 1, "category_id": 7, "bbox": bbox} | more
    images = [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}]
    file = folder / "annotations.json"
    file.write_text(json.dumps({"images": images, "annotations": [one], "categories": CATEGORIES}))
    return file


def test_a_coco_file_gives_pixels_and_names(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    picture(tmp_path / "images" / "b.png")
    coco(tmp_path, [10, 5, 20, 10])
    found = read_annotated(tmp_path)
    assert found.names == ("dog", "cat")
    assert [f.name for f in found.files] == ["a.png", "b.png"]
    assert found.truths[0].boxes.tolist() == [[10, 5, 30, 15]]
    assert found.truths[0].labels.tolist() == [1]
    assert len(found.truths[1]) == 0


def test_yolo_gives_the_same(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.png")
    picture(tmp_path / "images" / "b.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("1 0.5 0.5 0.5 0.5\n")
    (tmp_path / "classes.txt").write_text("dog\ncat\n")
    found = read_annotated(tmp_path)
    assert found.names == ("dog", "cat")
    assert found.truths[0].boxes.tolist() == [[10, 5, 30, 15]]
    assert len(found.truths[1]) == 0


@pytest.mark.parametrize(
    ("bbox", "more", "told"),
    [
        ([10, 5, 0, 10], {}, "without width or height"),
        ([10, 5, float("nan"), 10], {}, "without width or height"),
        ([10, 5, 10], {}, "no COCO file"),
        ([1, 1, 2, 2], {"category_id": 4}, "no COCO file"),
        ([1, 1, 2, 2], {"image_id": 9}, "no COCO file"),
    ],
)
def test_what_is_wrong_with_a_coco_file_is_said(
    tmp_path: Path, bbox: list[float], more: dict[str, Any], told: str
) -> None:
    for name in ("a.png", "b.png"):
        picture(tmp_path / name)
    with pytest.raises(BadOptions, match=told):
        read_annotated(coco(tmp_path, bbox, **more))


def test_pictures_outside_of_the_folder_and_missing_ones_are_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    picture(inner / "a.png")
    coco(inner, [1, 1, 2, 2])
    with pytest.raises(BadOptions, match=r"b\.png is not in"):
        read_annotated(inner)
    picture(tmp_path / "out.png")
    text = (inner / "annotations.json").read_text().replace("b.png", "../out.png")
    (inner / "annotations.json").write_text(text)
    with pytest.raises(BadOptions, match=r"out\.png is not in"):
        read_annotated(inner)


@pytest.mark.parametrize(
    ("line", "told"), [("1 0.5 0.5 0.5", "no box of YOLO"), ("x 1 1 1 1", "no box"), ("5 0.5 0.5 0.2 0.2", "no name")]
)
def test_what_is_wrong_with_a_line_is_said(tmp_path: Path, line: str, told: str) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text(line)
    (tmp_path / "classes.txt").write_text("dog\n")
    with pytest.raises(BadOptions, match=told):
        read_annotated(tmp_path)


def test_a_folder_without_boxes_is_no_truth(tmp_path: Path) -> None:
    with pytest.raises(BadOptions, match="holds neither"):
        read_annotated(tmp_path)
