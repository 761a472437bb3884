"""A digit is found wherever it stands, light on dark or dark on light, and drawings are as they were wished."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from enhancer.errors import BadOptions, BadPicture, WeightsUnavailable
from enhancer.lab.bundled import artist, recogniser
from enhancer.lab.drawing import DIGITS, DrawOptions, drawn, sheet
from enhancer.lab.paper import digit_in
from enhancer.media import Picture
from enhancer.settings import Settings

HERE = Settings()


def written(digit: str, paper: int = 255, ink: int = 20, size: tuple[int, int] = (120, 90)) -> Picture:
    image = Image.new("L", size, paper)
    ImageDraw.Draw(image).text((70, 12), digit, ink, ImageFont.load_default(50))
    return Picture(torch.from_numpy(np.asarray(image) / 255.0).float().expand(3, -1, -1))


@pytest.mark.parametrize(("paper", "ink"), [(255, 20), (0, 255), (60, 220), (200, 90)])
@pytest.mark.parametrize("digit", ["0", "2", "3", "5"])
def test_a_digit_at_the_edge_of_a_page_is_named(digit: str, paper: int, ink: int) -> None:
    found = digit_in(written(digit, paper, ink))
    assert found.turned == (paper > ink)
    assert 60 < found.left < 80
    guess = recogniser(HERE)(found.pixels)[0]
    assert guess.name == digit
    assert guess.probability > 0.9


def test_what_fills_its_square_stays_as_it_is() -> None:
    seen = torch.zeros(3, 8, 8)
    seen[:, :, 3] = 1.0
    seen[:, 1, 2] = 0.4
    found = digit_in(Picture(seen))
    assert (found.top, found.side, found.turned) == (0, 8, False)
    assert torch.allclose(found.pixels[:, :, 3 - found.left], torch.ones(3, 8))


def test_a_picture_of_one_tone_is_refused() -> None:
    with pytest.raises(BadPicture, match="one tone"):
        digit_in(Picture(torch.full((3, 20, 30), 0.4)))


@pytest.mark.parametrize("model", ["gan-digits", "vae-digits"])
def test_drawings_are_what_was_wished(model: str) -> None:
    network = artist(HERE, model)
    name = recogniser(HERE)
    pictures = drawn(network, DrawOptions(model, seed=3, count=20, name="4", truncation=0.7))
    assert sum(name(one)[0].name == "4" for one in pictures) >= 18
    assert torch.equal(pictures, drawn(network, DrawOptions(model, seed=3, count=20, name="4", truncation=0.7)))
    way = drawn(network, DrawOptions(model, seed=4, count=5, to=8, name="0", to_name="7"))
    assert [name(way[n])[0].name for n in (0, -1)] == ["0", "7"]
    assert (sheet(way).height, sheet(way).width) == (68, 5 * 68)
    assert (sheet(way[:1]).height, sheet(way[:1]).width) == (64, 64)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (DrawOptions(name="dog"), "not 'dog'"),
        (DrawOptions(to_name="7"), "Only a way to another seed"),
        (DrawOptions(seed=4, to=4), "choose two that differ"),
    ],
)
def test_what_cannot_be_drawn_is_said(options: DrawOptions, told: str) -> None:
    with pytest.raises(BadOptions, match=told):
        drawn(artist(HERE, options.model), options)


def test_a_digit_is_coded_and_drawn_again() -> None:
    found = digit_in(written("3"))
    again = artist(HERE, DIGITS).again(found.pixels, "3")
    assert recogniser(HERE)(again)[0].name == "3"


def test_a_network_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="digits is missing"):
        recogniser(Settings(weights=tmp_path))
