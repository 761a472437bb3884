"""The tables of the languages: nothing missing of what the page opens with, nothing left over, nothing misspelt."""

import ast
import json
import re
import urllib.request
from collections import Counter
from collections.abc import Iterator
from functools import cache
from urllib.error import HTTPError

import gradio as gr
import pytest

from enhancer import errors
from enhancer.engine import Engine
from enhancer.models.catalog import CATALOG
from enhancer.monitor import Monitor
from enhancer.tasks.spoken_words import WISHES
from enhancer.ui import build
from enhancer.ui.gate import Page, translated
from enhancer.ui.languages import ENGLISH, HERE, LANGUAGES, entries, table
from enhancer.ui.languages.style import LABELS, words_css
from enhancer.ui.languages.table import PLACEHOLDER, Table
from enhancer.welcome import WORDS, getting_ready, language_of
from tests.conftest import ROOT
from tests.ui.conftest import free_port
from tests.ui.finished import in_a_loop, on_a_page

ROOMS = (
    "batch",
    "engine",
    "evidence",
    "lab",
    "lanes",
    "media",
    "models",
    "tasks",
    "ui",
    "video",
)  # whose errors visitors read
NOT_ON_THE_PAGE = (  # errors of other doors, and of what no visitor can choose
    "enhancer/batch/afar.py",
    "enhancer/batch/cluster.py",
    "enhancer/batch/journal.py",
    "enhancer/batch/order.py",
    "enhancer/batch/places.py",
    "enhancer/evidence/benchmark.py",
    "enhancer/evidence/recipe_text.py",
    "enhancer/evidence/verify.py",
    "enhancer/lanes/wish.py",
    "enhancer/lab/detectors.py",
    "enhancer/lab/judged.py",
    "enhancer/models/artist.py",
    "enhancer/models/bundled.py",
    "enhancer/models/community.py",
    "enhancer/models/detector.py",
    "enhancer/models/finetune.py",
    "enhancer/models/inspector.py",
    "enhancer/models/own.py",
    "enhancer/models/recogniser.py",
    "enhancer/models/watcher.py",
    "enhancer/models/weights.py",
)
SAME_EVERYWHERE = re.compile(  # names, units and what stands for itself
    r"RealPLKSR|SPAN|DRCT-L|HAT-[SL]|NAFNet|SCUNet|HVI-CIDNet|Set5|Set14|LIVE1|McMaster|Classic5|tennis|Real-ESRGAN|HaarPSI|GMSD|Y-PSNR|PSNR|SSIM|Apache-2\.0|PNG|JPEG|WebP|(?:Geo)?TIFF|MB"
    r"|GB|MiB|DICOM|MP4|MOV|MKV|WebM|AVI|MPEG-TS"
    r"|python -m enhancer fetch [\w-]+"
    r"|sha256|cpu · \w+|dB|Hugging Face Hub|Hub|CLAHE|HEIC|AVIF|GIF|BMP|ZIP|CSV|USM|ENHANCER_CACHE"
)
LETTERS = re.compile(r"[A-Za-z]{3}")


@pytest.fixture(scope="module")
def page(hall: Engine) -> Page:
    return in_a_loop(lambda: build(hall, hall.settings, monitor=Monitor(hall, ())))


@pytest.mark.parametrize("code", LANGUAGES)
def test_whatever_the_page_opens_with_is_translated(page: Page, code: str) -> None:
    words = table(code)
    said = [words.html(text) if is_html else words.text(text) for text, is_html in page.texts.items()]
    left = [SAME_EVERYWHERE.sub("", re.sub(r"<[^>]*>", " ", text)) for text in said]
    assert len(said) > 200
    assert [text for text in left if LETTERS.search(text)] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_error_that_a_visitor_may_read_is_translated(code: str) -> None:
    words, missing = table(code), list[str]()
    for file, sentence in _errors():
        if words.text(sentence) == sentence and words.text(sentence.removeprefix("7 ")) in sentence:
            missing.append(f"{file}: {sentence}")
    assert missing == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_refusal_of_a_wish_is_translated(code: str) -> None:
    assert [wish.unable for wish in WISHES if wish.unable and wish.unable not in entries(code)] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_the_catalogue_says_of_its_models_is_translated(code: str) -> None:
    """Cards are made when a network is chosen, and those for video stand in no tab that opens with the page."""
    words = table(code)
    said = {e.id: SAME_EVERYWHERE.sub("", words.text(e.description)).replace("Transformer", "") for e in CATALOG}
    assert {model: text for model, text in said.items() if LETTERS.search(text)} == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_entry_is_left_over_from_other_words(code: str) -> None:
    source = _source()
    gone = [key for key in entries(code) for piece in _pieces(key) if _plain(piece) not in source]
    assert gone == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_both_sides_of_an_entry_have_the_same_placeholders(code: str) -> None:
    wrong = [
        english
        for english, other in entries(code).items()
        if Counter(_needed(english)) != Counter(PLACEHOLDER.findall(other)) or not other.strip()
    ]
    assert wrong == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_table_says_the_same_twice(code: str) -> None:
    for file in (HERE / code).glob("*.json"):
        pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
        assert [key for key, count in Counter(key for key, _ in pairs).items() if count > 1] == []


def test_the_first_language_of_a_browser_decides() -> None:
    for header, language in (("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"), ("ZH-cn", "zh-CN")):
        assert language_of(header, LANGUAGES) == language
    for header in ("en-US,zh-CN;q=0.9", "zh-TW", "fr", "", "*"):
        assert language_of(header, LANGUAGES) == ENGLISH


def test_the_page_that_gets_ready_speaks_the_same_languages() -> None:
    assert WORDS.keys() == {ENGLISH, *LANGUAGES}
    port = free_port()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Accept-Language": "zh-CN,en;q=0.5"})
    with getting_ready("127.0.0.1", port), pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=5)
    said = refused.value.read().decode()
    refused.value.close()
    assert '<html lang="zh-CN">' in said
    assert "正在准备" in said
    assert "Getting ready" not in said


def test_placeholders_are_filled_in_any_order_and_translated_themselves() -> None:
    words = Table({"{count} of {total} {things}": "{things}: {count}/{total}", "tiles": "Kacheln", "Done.": "Fertig。"})
    assert words.text("3 of 12 tiles") == "Kacheln: 3/12"
    assert words.text("some of many tiles") == "some of many tiles"
    assert words.text("Done. 3 of 12 tiles") == "Fertig。Kacheln: 3/12"


def test_no_placeholder_reaches_over_the_end_of_a_sentence() -> None:
    words = Table({"Preview in {time}.": "[{time}]", "Click into it.": "(click)"})
    assert words.text("Preview in 0.3 s. Click into it.") == "[0.3 s] (click)"


def test_lists_are_translated_where_all_of_them_is_known() -> None:
    words = Table({"noise": "Rauschen", "sharp": "scharf"})
    assert words.text("Noise, sharp") == "Rauschen、scharf"
    assert words.text("Noise, unheard-of") == "Noise, unheard-of"
    assert words.text("noise · unheard-of") == "Rauschen · unheard-of"
    assert words.text("Real-ESRGAN ×4; Noise") == "Real-ESRGAN ×4；Rauschen"


def test_html_keeps_its_tags_its_escapes_and_what_is_not_to_be_translated() -> None:
    words = Table({"Stop & go": "<Halt>", "Name": "Titel"})
    given = "<p title='Name' data-id='Name'>Stop &amp; go</p><b translate='no' title='Name'>Name</b><code>Name</code>"
    said = "<p title='Titel' data-id='Name'>&lt;Halt&gt;</p><b translate='no' title='Name'>Name</b><code>Name</code>"
    assert words.html(given) == said


def test_answers_of_handlers_are_translated_but_never_their_values() -> None:
    words = Table({"Preview": "Vorschau", "Kind": "Art"})
    update = {"__type__": "update", "label": "Kind", "value": "Preview", "choices": [("Preview", "Preview")]}
    told = {"__type__": "update", "label": "Art", "value": "Preview", "choices": [("Vorschau", "Preview")]}
    radio, button, fragment, box = on_a_page(lambda: (gr.Radio(), gr.Button(), gr.HTML(), gr.Textbox()))
    assert translated(radio, update, words) == told
    assert translated(button, {"__type__": "update", "value": "Preview"}, words)["value"] == "Vorschau"
    assert translated(fragment, "<b>Preview</b>", words) == "<b>Vorschau</b>"
    assert translated(box, "Preview", words) == "Preview"


def test_the_style_sheet_has_every_label_in_every_language() -> None:
    assert words_css().count("content:") == len(LABELS) * (1 + len(LANGUAGES))


def _needed(english: str) -> list[str]:
    return [name for name in PLACEHOLDER.findall(english) if not name.startswith("_")]


def _errors() -> Iterator[tuple[str, str]]:
    """The sentence of each error that is raised with one, with figures in its gaps, which fit every placeholder."""
    for room in ROOMS:
        for file in sorted((ROOT / "enhancer" / room).rglob("*.py")):
            name = str(file.relative_to(ROOT))
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if name not in NOT_ON_THE_PAGE and isinstance(node, ast.Raise) and _is_ours(node.exc):
                    yield from ((name, sentence) for sentence in _first_words(node.exc))


def _is_ours(raised: ast.expr | None) -> bool:
    return isinstance(raised, ast.Call) and isinstance(raised.func, ast.Name) and raised.func.id in vars(errors)


def _first_words(call: ast.expr | None) -> Iterator[str]:
    assert isinstance(call, ast.Call)
    for said in call.args[:1]:
        text = _text(said)
        if text is not None and LETTERS.search(text):
            yield text


def _text(node: ast.AST, gap: str = "7") -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else gap for part in node.values)
    return None


@cache
def _source() -> str:
    """All that the program may say, in small letters: its strings, and what stands beside the bundled weights."""
    found = [
        json.dumps(json.loads(f.read_text("utf-8")), ensure_ascii=False) for f in (ROOT / "weights").glob("*.json")
    ]
    found += [file.stem.split(".")[1].replace("-", " ") for file in (ROOT / "weights").glob("*.webp")]
    for file in (ROOT / "enhancer").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AnnAssign):  # the names of options are labels, too
                found.append(ast.unparse(node.target))
            found += {text for gap in ("7", "") if (text := _text(node, gap))}
    return _plain("\n".join(found))


def _plain(text: str) -> str:
    return text.lower().replace("_", " ")


def _pieces(english: str) -> list[str]:
    """What stands between the placeholders of an entry, sentence by sentence."""
    parts = [part for piece in PLACEHOLDER.split(english)[::2] for part in re.split(r"(?<=[.?!:;,]) ", piece)]
    return [part.strip(" .,:;()·") for part in parts if part.strip(" .,:;()·")]
