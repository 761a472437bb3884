"""The table of metrics keeps its promises, whatever stands in it."""

import ast
import csv
import io
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import enhancer.metrics
from enhancer.metrics import METRICS, Metric, heading, measure, rows_to_csv
from tests.metrics.pictures import NAMES, blurred, natural, noisy

ALL = list(METRICS.values())
NOISE_LEAVES = {"sharpness"}  # by design: it takes the noise off
BLUR_LEAVES = {"noise"}
ALLOWED = {"torch", "numpy", "skimage", "enhancer.metrics"}


def figure(metric: Metric, candidate: torch.Tensor, reference: torch.Tensor) -> float:
    return metric(candidate, reference if metric.needs_reference else None)


def better(metric: Metric, a: float, b: float) -> bool:
    return a > b if metric.higher_is_better else a < b


@pytest.mark.parametrize("metric", [m for m in ALL if m.id not in NOISE_LEAVES], ids=lambda m: m.id)
@pytest.mark.parametrize("name", NAMES)
def test_more_noise_is_worse(metric: Metric, name: str) -> None:
    clean = natural(name)
    figures = [figure(metric, noisy(clean, levels), clean) for levels in (5, 10, 25)]
    assert better(metric, figures[0], figures[1])
    assert better(metric, figures[1], figures[2])


@pytest.mark.parametrize("metric", [m for m in ALL if m.id not in BLUR_LEAVES], ids=lambda m: m.id)
def test_more_blur_is_worse(metric: Metric) -> None:
    clean = natural()
    once, twice = blurred(clean), blurred(blurred(clean))
    assert better(metric, figure(metric, clean, clean), figure(metric, once, clean))
    assert better(metric, figure(metric, once, clean), figure(metric, twice, clean))


@pytest.mark.parametrize("metric", ALL, ids=lambda m: m.id)
@pytest.mark.parametrize("size", [(1, 1), (1, 200), (7, 7), (11, 16), (16, 16), (176, 177)])
@pytest.mark.parametrize("content", ["black", "white", "grey", "random", "checkers"])
def test_every_size_and_content_gives_a_number_or_a_clear_refusal(
    metric: Metric, size: tuple[int, int], content: str
) -> None:
    shape = (3, *size)
    pixels = {
        "black": torch.zeros(shape),
        "white": torch.ones(shape),
        "grey": torch.full(shape, 0.5),
        "random": torch.rand(shape, generator=torch.Generator().manual_seed(0)),
        "checkers": (torch.arange(size[0])[:, None] + torch.arange(size[1])).remainder(2).float().expand(shape),
    }[content]
    for reference in (pixels, 1 - pixels):
        try:
            value = figure(metric, pixels, reference)
        except ValueError as error:
            assert min(size) < 176
            assert f"{size[1]}x{size[0]}" in str(error)  # noqa: PT017  # a number is as good
        else:
            assert not math.isnan(value)


@pytest.mark.parametrize("metric", ALL, ids=lambda m: m.id)
def test_broken_pixels_are_refused(metric: Metric) -> None:
    broken = natural().clone()
    broken[1, 3, 4] = math.nan
    with pytest.raises(ValueError, match="NaN"):
        figure(metric, broken, natural())


@pytest.mark.parametrize("metric", ALL, ids=lambda m: m.id)
def test_pictures_are_left_as_they_were(metric: Metric) -> None:
    candidate, reference = noisy(natural(), 10), natural().clone()
    before = candidate.clone()
    figure(metric, candidate, reference)
    assert torch.equal(candidate, before)
    assert torch.equal(reference, natural())


@pytest.mark.parametrize("metric", [m for m in ALL if m.needs_reference], ids=lambda m: m.id)
def test_shapes_must_be_equal(metric: Metric) -> None:
    with pytest.raises(ValueError, match="equal shapes"):
        metric(natural()[:, 1:], natural())
    with pytest.raises(ValueError, match="None"):
        metric(natural(), None)
    with pytest.raises(ValueError, match="equal shapes"):
        metric.function(natural()[:, 1:], natural())


@pytest.mark.parametrize("metric", ALL, ids=lambda m: m.id)
def test_every_entry_is_explained(metric: Metric) -> None:
    assert METRICS[metric.id] is metric
    assert len(metric.explanation) > 40
    assert heading(metric).startswith(metric.title)


def test_measure_keeps_the_order_and_refuses_unknown_ids() -> None:
    ids = ("noise", "psnr", "gmsd")
    figures = measure(noisy(natural(), 5), natural(), ids)
    assert tuple(figures) == ids
    assert figures["psnr"] == METRICS["psnr"](noisy(natural(), 5), natural())
    with pytest.raises(ValueError, match=r"'lpips'.*psnr"):
        measure(natural(), natural(), ["lpips"])
    with pytest.raises(ValueError, match="None"):
        measure(natural(), None, ["psnr"])


def test_the_table_names_units_and_directions() -> None:
    rows = [("a,b.png", {"psnr": 31.23456789, "noise": 2.5}), ("=1+1", {"psnr": math.inf})]
    parsed = list(csv.reader(io.StringIO(rows_to_csv(rows))))
    assert parsed == [
        ["Picture", "PSNR (dB) ↑", "Noise (8-bit levels) ↓"],
        ["a,b.png", "31.2346", "2.5"],
        ["'=1+1", "inf", ""],
    ]


def test_the_room_needs_no_more_than_a_bare_training_machine_has() -> None:
    for path in Path(enhancer.metrics.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                top = name.split(".")[0]
                known = top in sys.stdlib_module_names or any(name == a or name.startswith(f"{a}.") for a in ALLOWED)
                assert known, f"{path.name} imports {name}"


def test_importing_the_room_loads_neither_page_nor_codecs() -> None:
    program = (
        "import sys, enhancer.metrics; print([m for m in ('gradio', 'spandrel', 'piq', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
