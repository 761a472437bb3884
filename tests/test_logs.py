"""A log line names its request, as text and as JSON."""

import json
import logging
from collections.abc import Iterator

import pytest

from enhancer.logs import FACTS, REQUEST_ID, configure


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.fixture
def named() -> Iterator[None]:
    token = REQUEST_ID.set("order-4711")
    yield
    REQUEST_ID.reset(token)


def test_text_names_the_request(named: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure("text")
    logging.getLogger("enhancer.engine").warning("a tile of %d pixels", 16)
    assert capsys.readouterr().err.endswith("WARNING enhancer.engine: request=order-4711 a tile of 16 pixels\n")


def test_json_is_one_object_a_line(named: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure("json")
    try:
        raise KeyError("lost\nand found")
    except KeyError:
        logging.getLogger("here").exception("größer als\nerlaubt", extra={FACTS: {"status": 500}})
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["message"] == "größer als\nerlaubt"
    assert (told["request"], told["level"], told["logger"], told["status"]) == ("order-4711", "error", "here", 500)
    assert "lost" in told["error"]


def test_another_form_is_named() -> None:
    with pytest.raises(ValueError, match="ENHANCER_LOG='yaml' is not one of text, json"):
        configure("yaml")
