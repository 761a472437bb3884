"""The report is one safe file, shows pixels as they are, and says what a network drew."""

import base64
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest
import torch
from skimage import data as pictures

from enhancer.engine import Engine
from enhancer.errors import BadPicture
from enhancer.evidence.consistency import consistency
from enhancer.evidence.recipe import Recipe, record
from enhancer.evidence.report import DISCLOSURE, Card, Map, Report, Table, to_html
from enhancer.evidence.report_of import OTHER_RESULT, OTHER_SOURCE, report_of
from enhancer.evidence.report_pictures import CROP, MAP_PIXELS, SHOWN_PIXELS, details, reduced, shown
from enhancer.media import Picture, decode, encode, levels
from enhancer.metrics import measure, psnr
from enhancer.models.catalog import HUB_ENTRIES, entry
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.tasks.chain import Step as Wish
from enhancer.tasks.resize import colours, resize, sized
from tests.conftest import ROOT
from tests.media.make import SRGB, saved

EVIL = "<script>alert('&')</script>"
SETTINGS = Settings(device="cpu")
SOURCE = saved(pictures.chelsea()[90:170, 90:210], "PNG", dpi=(240, 240))
NAMES = ("cat.png", "cat-x2.png")


class Page(HTMLParser):
    """What a browser would see of a page."""

    VOID = ("meta", "img", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.sources, self.text, self._open = list[str](), list[str](), "", list[str]()
        self.feed(text)
        assert not self._open, f"{self._open} was never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        self._open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += "" if "style" in self._open else data


def picture_in(uri: str) -> Picture:
    return decode(base64.b64decode(uri.partition(",")[2]))


def plain(**values: object) -> Report:
    source = decode(SOURCE)
    report = Report("A cat", source, source.with_pixels(resize(source.pixels, 160, 240)))
    return replace(report, **values)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made() -> tuple[bytes, Recipe]:
    result, recipe = record(
        decode(SOURCE),
        [Wish("upscale", {"model": "x2-fast", "scale": 2})],
        Engine(Store(SETTINGS), SETTINGS),
        file=SOURCE,
    )
    return encode(result, "png"), recipe


def of(result: bytes, recipe: Recipe | None, source: bytes = SOURCE) -> Report:
    return report_of(source, result, SETTINGS, title="A cat", names=NAMES, recipe=recipe)


def test_the_page_fetches_nothing(made: tuple[bytes, Recipe]) -> None:
    page = Page(to_html(of(*made)))
    assert {"script", "link", "iframe", "object", "base", "form"} & set(page.tags) == set()
    assert page.sources
    assert all(re.match(r"data:image/(jpeg|png);base64,", source) for source in page.sources)
    style = (files("enhancer.evidence") / "report.css").read_text()
    assert "url(" not in style
    assert "@import" not in style


def test_everything_from_outside_is_escaped() -> None:
    evil = entry("x2-fast")
    report = plain(
        title=EVIL,
        names=(EVIL, EVIL),
        date=EVIL,
        tables=(Table(EVIL, (EVIL, EVIL), ((EVIL, EVIL),), EVIL, (EVIL,)),),
        maps=(Map(EVIL, torch.rand(3, 4, 4), EVIL, (EVIL, EVIL)),),
        cards=(
            Card(replace(evil, title=EVIL, description=EVIL, licence=EVIL, figures=((EVIL, EVIL),)), (EVIL,)),
            Card(replace(HUB_ENTRIES[0], sha256=EVIL)),
        ),
        strangers=(EVIL,),
        remarks=(EVIL,),
    )
    text = to_html(report)
    assert "<script" not in text
    assert "alert('&')" not in text
    assert Page(text).text.count(EVIL) == 25  # each of them, the title twice


def test_hostile_names_in_file_and_recipe_are_escaped(made: tuple[bytes, Recipe]) -> None:
    report = replace(of(*made), names=(EVIL, "a'; rm -rf '.png"))
    text = to_html(report)
    assert "<script" not in text
    shown = Page(text).text
    assert "verify 'a'\"'\"'; rm -rf '\"'\"'.png' --source '<script>alert" in shown  # one word for a shell


@pytest.mark.parametrize("case", ["network", "calculation", "unknown", "local weights"])
def test_the_disclosure(case: str, made: tuple[bytes, Recipe]) -> None:
    drawn, source = made[1], decode(SOURCE)
    filtered = record(source, [Wish("gamma", {})], Engine(Store(SETTINGS), SETTINGS))[1]
    report = {
        "network": plain(recipe=drawn),
        "calculation": plain(recipe=filtered),
        "unknown": plain(),
        "local weights": plain(strangers=("mine.safetensors",)),
    }[case]
    text = Page(to_html(report)).text
    assert (f"This picture {DISCLOSURE}." in text) == (case in ("network", "local weights"))
    assert ("No network drew on this picture." in text) == (case == "calculation")
    assert ("It is not known how this picture was made." in text) == (case == "unknown")


def test_what_stands_in_a_whole_report(made: tuple[bytes, Recipe]) -> None:
    text = Page(to_html(of(*made))).text
    after = decode(made[0])
    for told in (
        *("A cat", "cat.png", "120 × 80 pixels", "240 × 160 pixels", "At 100 %", "Measured", "Maps"),
        *("Does it fit the source?", "What was changed", "Where it does not fit", "Print resolution: in the file."),
        *("How it was made", "model x2-fast, scale 2, strength 1", made[1].source.sha256, "Model and licence"),
        *("Apache-2.0", "Commercial use", "part of this program", entry("x2-fast").sha256),
        *("Where it is known to fail", "noise, grain and JPEG blocks are sharpened along with the rest"),
        "python -m enhancer verify cat-x2.png --source cat.png",
        f"{measure(after.pixels, None, ['sharpness'])['sharpness']:.2f}",
    ):
        assert told in text, told
    assert OTHER_RESULT not in text
    assert OTHER_SOURCE not in text


def test_a_result_that_does_not_fit_its_recipe_is_told(made: tuple[bytes, Recipe]) -> None:
    result, recipe = made
    picture = decode(result)
    changed = encode(picture.with_pixels(1 - picture.pixels), "png")
    assert of(changed, recipe).remarks == (OTHER_RESULT,)
    assert of(result, recipe, saved(pictures.coffee()[:80, :120], "PNG")).remarks == (OTHER_SOURCE,)
    assert of(result, recipe, encode(decode(SOURCE), "tiff")).remarks == ()
    assert of(encode(picture, "jpeg"), recipe.written_as("jpeg")).remarks == ()
    cut = encode(picture.with_pixels(picture.pixels[:, 10:, 20:]), "jpeg")
    assert of(cut, recipe.written_as("jpeg")).remarks == (OTHER_RESULT,)


def test_models_outside_the_catalogue_are_named(made: tuple[bytes, Recipe]) -> None:
    step = made[1].steps[0]
    other = replace(step, models=(replace(step.models[0], sha256="0" * 64),))
    report = of(made[0], replace(made[1], steps=(other,)))
    assert (report.cards, report.strangers) == ((), ("x2-fast",))
    assert "Its licence is not known here." in Page(to_html(report)).text


def test_the_same_size_is_compared_with_the_source_itself() -> None:
    report = of(encode(decode(SOURCE), "png"), None)
    assert [table.title for table in report.tables] == ["Measured"]
    assert [m.title for m in report.maps] == ["What was changed"]
    assert report.maps[0].ends == ("0", "1 or more of 255 levels")
    assert "enlarge" not in report.maps[0].sentence


def test_maps_show_levels() -> None:
    source = Picture(torch.full((3, 64, 64), 0.5))
    brighter = source.with_pixels(source.pixels.clone())
    brighter.pixels[:, :32] += 20 / 255
    only = of(encode(brighter, "png"), None, encode(source, "png")).maps[0]
    assert only.ends == ("0", "20 or more of 255 levels")
    assert only.pixels[:, :32].mean() > 0.85
    assert only.pixels[:, 32:].mean() < 0.1


def cut_out(size: int = 64) -> Picture:
    """A bright disc, with black under full transparency around it."""
    across = torch.linspace(-1, 1, size)
    alpha = (across**2 + across[:, None] ** 2 < 0.5).float()[None]
    face = torch.stack([0.6 + 0.3 * torch.sin(4 * across).expand(size, -1)] * 3)
    return Picture(torch.where(alpha > 0, face, 0), alpha)


def test_hidden_colours_are_not_held_against_a_result() -> None:
    source = cut_out()
    files = [encode(picture, "png") for picture in (source, sized(source, 128, 128))]
    report = of(files[1], None, files[0])
    expected = consistency(decode(files[1]).pixels, colours(decode(files[0])))
    assert expected.figure > 40
    assert report.tables[1].rows[0][1] == f"{expected.figure:.1f} dB"
    assert "have shifted" not in report.tables[1].sentence
    for _, before, after in report.tables[0].rows:
        assert float(before) == pytest.approx(float(after), abs=0.1)
    assert report.maps[0].ends == ("0", "1 or more of 255 levels")


def test_other_colours_under_transparency_are_no_change() -> None:
    source = cut_out()
    other = source.with_pixels(colours(source), source.alpha)
    report = of(encode(other, "png"), None, encode(source, "png"))
    assert report.maps[0].ends == ("0", "1 or more of 255 levels")
    assert report.maps[0].pixels.unique().numel() == 3


def test_a_result_laid_on_white_is_compared_with_its_source_on_white() -> None:
    source = cut_out()
    result = sized(source, 128, 128)
    report = of(encode(result, "jpeg"), None, encode(source, "png"))
    assert float(report.tables[1].rows[0][1].removesuffix(" dB")) > 30
    assert "have shifted" not in report.tables[1].sentence
    assert all(psnr(after.pixels, before.pixels) > 30 for before, after in details(report.source, report.result))


def test_no_hidden_colour_rims_what_is_shown() -> None:
    alpha = cut_out().alpha
    assert alpha is not None
    white = Picture(alpha.expand(3, -1, -1), alpha)
    enlarged, _ = shown(white, Picture(torch.ones(3, 128, 128)))
    assert enlarged.on_white().pixels.min() > 0.999


def test_tiny_pictures_have_a_report() -> None:
    dot = encode(Picture(torch.rand(3, 2, 3)), "png")
    text = Page(to_html(of(dot, None, dot))).text
    assert "–" in text
    with pytest.raises(BadPicture):
        of(b"nothing", None)


def test_details_are_the_pixels_of_the_result_where_it_changed_most() -> None:
    source = Picture(torch.rand(3, 500, 700, generator=torch.Generator().manual_seed(0)))
    result = source.with_pixels(resize(source.pixels, 1000, 1400))
    result.pixels[:, 700:760, 1200:1300] = 0
    result.pixels[:, 20:60, 30:60] = 1
    first, second = (after for _, after in details(source, result))
    assert first.pixels.shape == second.pixels.shape == (3, CROP[1], CROP[0])
    assert (first.pixels == 0).all(0).sum() >= 60 * 100
    assert (second.pixels == 1).all(0).sum() >= 40 * 30
    page = Page(to_html(Report("t", source, result)))
    inside = [picture_in(uri) for uri in page.sources if uri.startswith("data:image/png")]
    assert len(inside) == 4
    assert (levels(inside[1]) == levels(first)).all()


def test_pictures_are_bounded_and_of_one_size() -> None:
    before, after = shown(Picture(torch.rand(3, 30, 60)), Picture(torch.rand(3, 1500, 3000)))
    assert before.pixels.shape == after.pixels.shape
    assert SHOWN_PIXELS * 0.99 < after.width * after.height <= SHOWN_PIXELS
    small = reduced(torch.rand(1, 1000, 1000))
    assert small.shape[1] * small.shape[2] <= MAP_PIXELS
    assert reduced(torch.rand(1, 9, 9)).shape == (1, 9, 9)


def test_colours_keep_their_profile_unless_it_is_huge() -> None:
    source = replace(decode(SOURCE), profile=SRGB)
    page = Page(to_html(plain(source=source, result=source)))
    assert all(picture_in(uri).profile == SRGB for uri in page.sources)
    huge = replace(source, profile=SRGB + bytes(100_000))
    page = Page(to_html(plain(source=huge, result=huge)))
    assert all(picture_in(uri).profile is None for uri in page.sources)
    assert "The colour profile is too large for this page" in page.text


def test_the_style_ships_with_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["setuptools"]["package-data"]["enhancer.evidence"] == ["*.css"]
    text = to_html(plain())
    assert "LEGEND" not in text
    assert "rgb(255, 247, 202)" in text
    for rule in ("prefers-color-scheme: dark", "@media print", "size: A4", "max-width: 560px"):
        assert rule in text, rule
