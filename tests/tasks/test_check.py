"""What can be said against steps before any picture is seen: never of steps that can be done."""

from typing import Any

import pytest

from enhancer.errors import BadOptions, UnknownModel
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step
from enhancer.tasks.check import check_steps
from tests.conftest import ROOT

FILE = str(ROOT / "weights" / "x2-fast.safetensors")
FINE: list[tuple[str, dict[str, Any]]] = [
    *((task.id, {}) for task in TASKS.values() if task.family == "classical"),
    ("upscale", {"width": 9, "height": 9}),
    ("upscale", {"model": "photo-x2", "crispness": 0.5, "long_side": 90}),
    ("upscale", {"model": FILE}),
    ("upscale", {"model": "owner/repo/file.safetensors"}),
    ("upscale", {"model": "anything", "strength": 0}),
    ("mend", {"model": "photo-x1", "crispness": 0.5}),
    ("denoise", {"noise": 20}),
    ("deblock", {}),
    ("repair", {"mask": "x", "method": "texture"}),
    ("repair", {"mask": "x", "model": "repair"}),
]
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("upscale", {"scale": 2, "megapixels": 1}, "one target size, not scale and megapixels"),
    ("upscale", {"model": "photo-x1"}, "keeps the size"),
    ("upscale", {"model": "video-x2"}, "for video"),
    ("upscale", {"model": "repair"}, "fills holes"),
    ("upscale", {"model": "x2-fast", "crispness": 0.5}, "no faithful twin"),
    ("denoise", {"model": "x2-fast"}, "x2-fast enlarges by 2; Denoise keeps the size"),
    ("deblur", {}, "No bundled model does deblur"),
    ("repair", {}, "needs a mask"),
    ("repair", {"mask": "x", "method": "texture", "model": "repair"}, "needs no model"),
    ("repair", {"mask": "x", "model": "denoise"}, "fills no holes"),
]


@pytest.mark.parametrize(("task", "options"), FINE)
def test_nothing_is_said_of_what_can_be_done(task: str, options: dict[str, Any]) -> None:
    check_steps([Step(task, options)])


@pytest.mark.parametrize(("task", "options", "told"), BAD)
def test_what_cannot_be_done_with_any_picture_is_said(task: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(BadOptions, match=told):
        check_steps([Step(task, options)])
    with pytest.raises(BadOptions, match=rf"Step 2 \({TASKS[task].title}\): .*{told}"):
        check_steps([Step("gamma"), Step(task, options)])


def test_strangers_choose_from_the_catalogue_alone() -> None:
    check_steps([Step("upscale", {"model": "x2-fast"})], catalog_only=True)
    for model in (FILE, "owner/repo/file.safetensors", "nosuch"):
        with pytest.raises(UnknownModel, match="There is no model"):
            check_steps([Step("upscale", {"model": model})], catalog_only=True)
