"""Where the page is served: what is said on the command line goes before the environment, and all else is refused."""

import os

import pytest

from app import address


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"):
        monkeypatch.setenv(name, "to be restored")
        monkeypatch.delenv(name)


def test_it_is_gradios_own_place_unless_something_is_said() -> None:
    assert address([]) == ("127.0.0.1", 7860)
    assert "GRADIO_SERVER_PORT" not in os.environ  # gradio then takes the next free one


def test_arguments_go_before_the_environment_and_gradio_sees_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_SERVER_PORT", "8001")
    assert address([]) == ("127.0.0.1", 8001)
    assert address(["--host", "0.0.0.0"]) == ("0.0.0.0", 8001)
    assert address(["--port", "8002"]) == ("0.0.0.0", 8002)
    assert (os.environ["GRADIO_SERVER_NAME"], os.environ["GRADIO_SERVER_PORT"]) == ("0.0.0.0", "8002")


@pytest.mark.parametrize(
    "arguments", [["--prot", "8000"], ["8000"], ["--port", "many"], ["--port", "0"], ["--port", "65536"]]
)
def test_anything_else_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        address(arguments)
    assert ended.value.code == 2
    assert "app.py: error:" in capsys.readouterr().err


def test_an_environment_without_a_number_is_told_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADIO_SERVER_PORT", "x")
    with pytest.raises(SystemExit):
        address([])
    assert "a port is a number from 1 to 65535, not x" in capsys.readouterr().err
