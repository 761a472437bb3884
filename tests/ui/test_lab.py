"""What the Lab does behind its buttons: masks as the task takes them, networks as the catalogue has them."""

import base64
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.evidence.cards import cards
from enhancer.lab.detect import Change, Comparison
from enhancer.models.catalog import BUNDLED_ENTRIES
from enhancer.models.detector import Found
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.mask import mask_of
from enhancer.tasks.repair_options import BIHARMONIC, TEXTURE
from enhancer.ui import lab_detect_work, lab_repair_work, models_words
from enhancer.ui.examples import shapes_in, write_shapes
from enhancer.ui.lab_explain_work import askable, pixel_explained
from enhancer.ui.lab_repair_work import choice_of, mask_text, ways

HERE = Settings(decode_workers=0)
NETWORK = replace(BUNDLED_ENTRIES[0], id="repair", title="Hole filler", purpose="repair", twin="")


def canvas(width: int, height: int) -> str:
    """What a browser hands over: the upper half painted."""
    image = Image.new("RGBA", (width, height))
    image.paste((255, 255, 255, 255), (0, 0, width, height // 2))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def test_what_is_painted_is_stretched_to_the_picture() -> None:
    mask = mask_of(mask_text(canvas(100, 50), None, (260, 130), HERE), (260, 130), HERE)
    assert mask[:65].all()
    assert not mask[65:].any()


def test_an_uploaded_mask_goes_before_what_is_painted(tmp_path: Path) -> None:
    hole = np.zeros((30, 40), np.uint8)
    hole[3, 4] = 255
    Image.fromarray(hole).save(tmp_path / "mask.png")
    text = mask_text(canvas(40, 30), str(tmp_path / "mask.png"), (40, 30), HERE)
    assert mask_of(text, (40, 30), HERE).sum() == 1


@pytest.mark.parametrize("painted", ["", "A" * 400_001])
def test_without_a_mask_nothing_is_done(painted: str) -> None:
    with pytest.raises(BadOptions, match="paint over what is to go"):
        mask_text(painted, None, (40, 30), HERE)


def test_a_network_is_offered_as_soon_as_the_catalogue_holds_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_repair_work, "CATALOG", ())
    assert [value for _, value in ways()] == ["auto", TEXTURE, BIHARMONIC]
    monkeypatch.setattr(lab_repair_work, "CATALOG", (NETWORK,))
    assert ways()[:2] == [("Automatic", "auto"), ("Hole filler", "repair")]
    assert choice_of("repair", "m").options == {"mask": "m", "method": "network", "model": "repair"}
    assert choice_of("auto", "m").options == {"mask": "m", "method": "auto"}
    assert choice_of(TEXTURE, "m").options == {"mask": "m", "method": "texture"}


def test_the_card_of_such_a_network_leads_nowhere() -> None:
    """The form of the Enhance tab takes no mask."""
    (row,) = cards((NETWORK,), {}, HERE)
    told = models_words.card(row)
    assert "data-event='use'" not in told
    assert "data-event='measure'" in told


def test_only_networks_that_enhance_pictures_are_asked(tmp_path: Path) -> None:
    assert "digits" in [value for _, value in askable()]
    assert not {"repair", "video"} & {value for _, value in askable()}
    with pytest.raises(BadOptions, match="'gan-digits' cannot be asked here"):
        pixel_explained(tmp_path, "gan-digits", (0.5, 0.5), HERE, tmp_path)


def test_enhancements_of_the_detect_tab_are_those_of_bundled_networks() -> None:
    values = [value for _, value in lab_detect_work.ways()]
    assert values[:2] == ["upscale 2", "upscale 4"]
    assert {"denoise", "deblock"} <= set(values)
    assert not {"repair", "median"} & set(values)


def test_only_what_is_known_to_be_there_makes_a_verdict_good(tmp_path: Path) -> None:
    """The first sample: enlarging finds more, nearly all of it false; without noise all shapes are found."""
    noisy, _ = write_shapes(tmp_path)
    assert [one.name for one in shapes_in(noisy)] == ["circle", "triangle", "square", "square", "circle"]
    engine = Engine(Store(HERE), HERE)

    def verdict(file: Path, way: str) -> tuple[str, str]:
        return lab_detect_work.detected(file, way, "shapes", 0.5, engine, tmp_path, Progress()).verdict

    assert verdict(noisy, lab_detect_work.first_way() or "") == (
        "Enhancement helps this detector here. Of the 5 objects drawn in this sample it finds 0 before and 5 after; "
        "false alarms: 3 before, 0 after.",
        "good",
    )
    assert verdict(noisy, "upscale 4")[1] == "calm"
    with Image.open(noisy) as image:
        image.save(tmp_path / "unknown.png", compress_level=1)
    assert shapes_in(tmp_path / "unknown.png") == ()
    assert verdict(tmp_path / "unknown.png", "upscale 4")[1] == "calm"


def test_without_a_detector_the_tab_says_how_to_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    told = lab_detect_work.about(replace(HERE, weights=tmp_path, cache=tmp_path))
    assert "There is no detector on this machine" in told
    assert "python -m enhancer fetch coco-320" in told
    assert "circles" not in told
    engine = Engine(Store(HERE), HERE)
    for way, detector, sentence in (("upscale 2", "", "no detector"), ("median", "shapes", "no enhancement 'median'")):
        with pytest.raises(BadOptions, match=sentence):
            lab_detect_work.detected(tmp_path, way, detector, 0.5, engine, tmp_path, Progress())


def test_rows_say_what_rose_and_what_is_new() -> None:
    box = (0.0, 0.0, 9.0, 9.0)
    rows = (
        Change(Found("<cat>", 0.6, box), Found("<cat>", 0.9, box)),
        Change(None, Found("dog", 0.8, box)),
        Change(Found("owl", 0.7, box), Found("owl", 0.4, box)),
    )
    told = lab_detect_work.table(Comparison(rows, 0.5))
    assert "&lt;cat&gt;" in told
    assert "+0.30" in told
    assert "−0.30" in told
    assert "only after" in told
    assert told.count("class=faint") == 1
    assert "<table" not in lab_detect_work.table(Comparison((), 0.5))
