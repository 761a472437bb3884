"""What is measured is what is seen, on the command line, over the wire and on the page."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import ImageCms

from enhancer.cli import main
from enhancer.cli.report import DONE
from enhancer.evidence.on_white import ON_WHITE, OTHER_PROFILE, on_white
from enhancer.media import Picture, encode
from enhancer.metrics import METRICS, figures, psnr
from enhancer.progress import Progress
from enhancer.server.work import measured
from enhancer.settings import Settings
from enhancer.ui.metrics_work import maps, measure_file, table
from enhancer.ui.picture_input import read
from tests.media.make import grey_profile

SETTINGS = Settings(device="cpu")
ALPHA = torch.zeros(1, 48, 64)
ALPHA[:, 8:40, 12:50] = 1
PIXELS = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(5)).mul(255).round() / 255
PICTURES = {  # the first two look the same, the last two have the same colours
    "light": Picture(torch.where(ALPHA > 0, PIXELS, 1.0), ALPHA),
    "dark": Picture(torch.where(ALPHA > 0, PIXELS, 0.0), ALPHA),
    "solid": Picture(torch.where(ALPHA > 0, PIXELS, 0.0)),
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The pictures as files."""
    for name, picture in PICTURES.items():
        (tmp_path / f"{name}.png").write_bytes(encode(picture, "png"))
    return {name: tmp_path / f"{name}.png" for name in PICTURES}


def test_transparency_counts_for_what_is_seen() -> None:
    light, dark, solid = PICTURES.values()
    pixels, truth, note = on_white(dark, light)
    assert truth is not None
    assert (psnr(pixels, truth), note) == (math.inf, ON_WHITE)
    pixels, truth, note = on_white(solid, dark)
    assert truth is not None
    assert psnr(pixels, truth) < 10
    assert note == ON_WHITE
    assert on_white(dark)[2] == ON_WHITE
    half = Picture(torch.zeros(3, 1, 1), torch.full((1, 1, 1), 0.25))
    assert on_white(half)[0].unique().tolist() == [0.75]


def test_opaque_pictures_are_measured_as_they_are() -> None:
    solid = PICTURES["solid"]
    pixels, truth, note = on_white(solid, solid)
    assert pixels is truth is solid.pixels
    assert note is None
    assert on_white(solid) == (solid.pixels, None, None)


def test_other_profiles_are_told() -> None:
    srgb, solid = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), PICTURES["solid"]
    exchanged = srgb.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")
    assert on_white(replace(solid, profile=srgb), solid)[2] is None
    assert on_white(replace(solid, profile=grey_profile(), grey=True), solid)[2] is None
    assert on_white(replace(solid, profile=exchanged), replace(solid, profile=exchanged))[2] is None
    assert on_white(replace(solid, profile=exchanged), solid)[2] == OTHER_PROFILE
    assert on_white(replace(PICTURES["dark"], profile=exchanged), solid)[2] == f"{ON_WHITE} {OTHER_PROFILE}"


def test_the_command_line_says_so(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    named = [str(files[name]) for name in ("light", "dark", "solid")]
    assert main(["metrics", *named, "--shave", "2", "--json"]) == DONE
    said = capsys.readouterr()
    same, other = json.loads(said.out)
    assert (same["psnr"], same["ssim"]) == ("inf", 1.0)
    assert other["psnr"] < 10
    assert f"{named[1]}: {ON_WHITE}" in said.err
    assert main(["metrics", named[2], named[2], "--json"]) == DONE
    assert ON_WHITE not in capsys.readouterr().err


def test_an_answer_of_the_server_says_so(files: dict[str, Path]) -> None:
    raw = {name: file.read_bytes() for name, file in files.items()}
    candidates = [(name, raw[name]) for name in ("dark", "solid")]
    same, other = measured(raw["light"], candidates, ["psnr"], SETTINGS, Progress())
    assert (same.figures, same.note) == ({"psnr": "inf"}, ON_WHITE)
    assert isinstance(other.figures["psnr"], float)
    assert other.figures["psnr"] < 10
    alone = measured(None, [("solid", raw["solid"])], ["noise"], SETTINGS, Progress())[0]
    assert (alone.figures, alone.note) == (figures(PICTURES["solid"].pixels, None, ["noise"])[0], None)


def test_the_page_says_so(files: dict[str, Path], tmp_path: Path) -> None:
    truth = read(files["light"], SETTINGS)
    same, other = (measure_file(files[name], truth, SETTINGS, Progress()) for name in ("dark", "solid"))
    assert same.figures["psnr"] == math.inf
    assert other.figures["psnr"] < 10
    assert table([same, other]).count(ON_WHITE) == 1
    solid = read(files["solid"], SETTINGS)
    assert ON_WHITE not in table([measure_file(files["solid"], solid, SETTINGS, Progress())])
    assert set(same.figures) <= set(METRICS)
    error, _, _ = maps(files["dark"], files["light"], SETTINGS, tmp_path)
    assert read(Path(error), SETTINGS).pixels.flatten(1).unique(dim=1).shape[1] == 1
