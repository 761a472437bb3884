"""The crops of the cards: drawn from what is shipped, good ones that are better, and every one in its card."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.models.catalog import BUNDLED_ENTRIES
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.training.__main__ import parser
from enhancer.training.crops.cases import CROPS, WEB, Crop, Damage
from enhancer.training.crops.draw import GAP, damaged, drawn
from enhancer.training.crops.section import HEAD, with_crops
from enhancer.training.degradations.bicubic import quantise

WEIGHTS = Settings().weights
TOLD = re.compile(r"\): ([\d.]+) → ([\d.]+) dB\.")
ALL = [(name, crop) for name, crops in CROPS.items() for crop in crops]
CROP = CROPS["denoise"][0]


@pytest.fixture(scope="module")
def engine() -> Engine:
    settings = Settings()
    return Engine(Store(settings), settings)


@pytest.mark.parametrize("name", CROPS)
def test_every_card_shows_its_crops_once_with_good_and_bad(name: str) -> None:
    text = (WEIGHTS / f"{name}.md").read_text()
    section = text.partition(HEAD)[2].partition("\n## ")[0]
    for crop in CROPS[name]:
        file = crop.file(name)
        assert text.count(f"({file})") == section.count(f"({file})") == 1
        with Image.open(WEIGHTS / file) as image:
            assert image.size == (3 * crop.width + 2 * GAP, crop.height)
    assert {crop.good for crop in CROPS[name]} == {True, False}
    figures = [tuple(map(float, pair)) for pair in TOLD.findall(section)]
    assert len(figures) == len(CROPS[name])
    ordered = sorted(CROPS[name], key=lambda crop: not crop.good)
    assert all(after > before for crop, (before, after) in zip(ordered, figures, strict=True) if crop.good)


def test_nothing_lies_beside_a_card_that_it_does_not_show() -> None:
    for entry in BUNDLED_ENTRIES:
        text = (WEIGHTS / f"{entry.id}.md").read_text()
        for file in WEIGHTS.glob(f"{entry.id}.*.webp"):
            assert f"({file.name})" in text


@pytest.mark.parametrize(("name", "crop"), [ALL[0], ALL[-1]], ids=lambda value: getattr(value, "caption", value))
def test_a_committed_crop_is_what_the_committed_weights_draw(engine: Engine, name: str, crop: Crop) -> None:
    with Image.open(WEIGHTS / crop.file(name)) as image:
        shipped = np.asarray(image.convert("RGB")).astype(float)
    found = np.asarray(drawn(crop, engine.model(name), engine).image).astype(float)
    assert np.abs(shipped - found).mean() < 4  # of what compression changes


def test_the_parts_are_input_result_and_truth(engine: Engine) -> None:
    class Nothing(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.float()

    found = drawn(CROP, Model("nothing", Nothing(), scale=1, halo=0), engine)
    parts = np.asarray(found.image).astype(float)
    given, result, truth = (parts[:, n * (CROP.width + GAP) :][:, : CROP.width] for n in range(3))
    assert np.array_equal(given, result)
    assert found.before == found.after
    mse = ((result - truth) ** 2).mean()
    assert found.after == pytest.approx(10 * np.log10(255**2 / mse), abs=1e-3)
    assert (parts[:, CROP.width : CROP.width + GAP] == 255).all()


@pytest.mark.parametrize(
    ("damage", "least", "most"),
    [
        (Damage(noise=10), 27.5, 29),
        (Damage(noise=10, grain=3), 26, 30),
        (Damage(gamma=2.5), 5, 15),
        (replace(WEB, quality=10), 10, 20),
        (Damage(shrunk=2), 10, 20),
    ],
    ids=lambda value: value.told if isinstance(value, Damage) else "",
)
def test_damage_is_as_strong_as_it_says_and_the_same_every_time(damage: Damage, least: float, most: float) -> None:
    truth = quantise(0.2 + 0.6 * torch.rand(3, 96, 120, generator=torch.Generator().manual_seed(2)))
    assert torch.equal(damaged(truth, Damage(), 1), truth)
    found = damaged(truth, damage, 1)
    assert torch.equal(found, damaged(truth, damage, 1))
    assert least < -10 * float((found - truth).square().mean().log10()) < most
    assert damaged(truth, damage, 4).shape == (3, 24, 30)


def test_a_card_gets_the_section_once_and_loses_the_older_place_of_a_crop(engine: Engine) -> None:
    class Nothing(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.float()

    found = [drawn(CROP, Model("nothing", Nothing(), scale=1, halo=0), engine)]
    file = CROP.file("some")
    card = f"# some\n\n## Figures\n\n## Network\n\n## Known failures\n\n- One.\n\n![old]({file})\n\n## Do it again\n"
    once = with_crops(card, "some", found)
    assert once.count(file) == 1
    assert once.index("## Figures") < once.index(HEAD) < once.index("## Network")
    assert with_crops(once, "some", found) == once
    assert with_crops(card, "some", []) == card


def test_a_model_without_crops_is_said(tmp_path: Path) -> None:
    asked = parser().parse_args(["crops", "video", "--weights", str(tmp_path)])
    with pytest.raises(BadOptions, match="No crops are chosen for 'video'"):
        asked.call(asked)
