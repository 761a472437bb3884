"""/v1/lab: a digit is named, digits are drawn, and a digit is drawn again."""

import io

import httpx
import pytest
from PIL import Image, ImageDraw
from skimage import data as pictures

from enhancer.lab.bundled import artist
from enhancer.lab.drawing import DrawOptions, drawn, sheet
from enhancer.media import encode
from enhancer.settings import Settings
from tests.server.conftest import Running, png, shown


def asked(program: Running, path: str, **wish: str | int | float) -> httpx.Response:
    return httpx.get(f"{program.url}/v1/lab/{path}", params=wish)


def test_what_is_drawn_is_recognised_and_drawn_again(program: Running) -> None:
    drawing = asked(program, "draw", seed=3, count=1, name="4", model="vae-digits")
    assert drawing.headers["Content-Type"] == "image/png"
    assert drawing.headers["Cache-Control"] == "no-store"
    expected = drawn(artist(Settings(), "vae-digits"), DrawOptions("vae-digits", seed=3, count=1, name="4"))
    assert drawing.content == encode(sheet(expected), "png")
    for where in ({"content": drawing.content}, {"files": {"file": ("4.png", drawing.content)}}):
        told = httpx.post(f"{program.url}/v1/lab/recognise", params={"count": 3}, **where)  # type: ignore[arg-type]
        assert len(told.json()) == 3
        assert told.json()[0]["name"] == "4"
        assert sum(guess["probability"] for guess in told.json()) <= 1.001
    again = httpx.post(f"{program.url}/v1/lab/redraw", params={"name": "4"}, content=drawing.content)
    assert shown(again.content).shape == (64, 64, 3)


def test_faults_are_named_each_by_itself(program: Running) -> None:
    small = io.BytesIO()
    Image.fromarray(pictures.coffee()).save(small, "JPEG", quality=12)
    told = httpx.post(f"{program.url}/v1/lab/recognise", params={"what": "faults"}, content=small.getvalue()).json()
    assert {fault["name"] for fault in told} == {"darkness", "blur", "enlargement", "noise", "compression"}
    assert told[0]["name"] == "compression"
    assert told[0]["probability"] > 0.9


def test_a_texture_is_drawn_and_one_s_own_drawn_again(program: Running) -> None:
    drawing = asked(program, "draw", model="gan-textures", seed=3, count=1, name="blue grain", truncation=0.5)
    red, _, blue = shown(drawing.content).reshape(-1, 3).mean(0)
    assert blue > red
    address = f"{program.url}/v1/lab/redraw"
    again = httpx.post(address, params={"model": "vae-textures"}, content=png(96, 70))
    assert shown(again.content).shape == (256, 256, 3)
    small = httpx.post(address, params={"model": "vae-textures"}, content=png(96, 63))
    assert small.status_code == 422
    assert "at least 64 pixels" in small.json()["detail"]


def test_a_way_from_one_seed_to_another(program: Running) -> None:
    assert shown(asked(program, "draw", seed=3, to=9, count=12).content).shape == (2 * 68, 10 * 68, 3)


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"count": 0}, "count must lie between"),
        ({"name": "dog"}, "not 'dog'"),
        ({"model": "x2-fast"}, "must be one of"),
        ({"colour": "red"}, "Unknown option 'colour'"),
        ({"seed": 5, "to": 5}, "choose two that differ"),
    ],
)
def test_what_cannot_be_drawn_is_answered(program: Running, wish: dict[str, str | int], told: str) -> None:
    answer = asked(program, "draw", **wish)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_pictures_that_show_nothing_are_answered(program: Running) -> None:
    address = f"{program.url}/v1/lab/recognise"
    assert httpx.post(address, content=png(20, 20)).status_code == 422
    assert "one tone" in httpx.post(address, content=png(20, 20)).json()["detail"]
    assert httpx.post(address, content=b"text").status_code == 415
    assert "twice" in httpx.post(address + "?count=2&count=3", content=png(20, 20)).json()["detail"]


def test_the_description_has_examples(program: Running) -> None:
    told = httpx.get(f"{program.url}/openapi.json").json()["paths"]
    for path in ("/lab/recognise", "/lab/draw", "/lab/redraw", "/lab/detect"):
        (operation,) = told[path].values()
        assert "curl" in operation["description"]
        assert {"422", "429", "503"} <= set(operation["responses"])


def test_objects_are_found_before_and_after(program: Running) -> None:
    address = f"{program.url}/v1/lab/detect"
    answer = httpx.post(address, params={"task": "contrast", "factor": "0"}, content=shapes(), timeout=60)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["before"].keys() == told["after"].keys() == {"width", "height", "found"}
    assert told["before"]["found"] >= 2
    assert told["after"]["found"] == 0
    assert told["verdict"] == "hurts"
    assert {row["name"] for row in told["objects"]} <= {"circle", "square", "star", "triangle"}
    assert "ground truth" in told["caveat"]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"least": "3"}, "least must lie between"),
        ({"detector": "/etc/passwd"}, "detector must be one of"),
        ({"detector": "a/b/c.safetensors"}, "detector must be one of"),
        ({"task": "denoise", "scale": "2"}, "Unknown option 'scale'"),
    ],
)
def test_what_cannot_be_detected_is_answered(program: Running, wish: dict[str, str], told: str) -> None:
    answer = httpx.post(f"{program.url}/v1/lab/detect", params=wish, content=shapes(), timeout=60)
    assert told in answer.json()["detail"]
    assert answer.status_code == 422


def shapes() -> bytes:
    """A circle and a square on a plain ground."""
    sheet = Image.new("RGB", (128, 96), (60, 80, 90))
    ImageDraw.Draw(sheet).ellipse((20, 30, 50, 60), fill=(230, 120, 60))
    ImageDraw.Draw(sheet).rectangle((80, 30, 108, 58), fill=(220, 210, 100))
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()
