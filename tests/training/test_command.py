"""How a command of the companion ends: with a sentence, never in a traceback."""

import argparse
from types import SimpleNamespace

import pytest

from enhancer.errors import TrainingError
from enhancer.training import __main__ as command


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (KeyboardInterrupt(), 130, "Stopped."),
        (FileExistsError(17, "File exists", "onnx"), 1, "onnx: File exists."),
        (TrainingError("There are no tiles."), 1, "There are no tiles."),
    ],
)
def test_a_command_ends_with_a_sentence(
    error: BaseException, status: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: argparse.Namespace) -> None:
        raise error

    parsed = SimpleNamespace(parse_args=lambda: argparse.Namespace(call=fails))
    monkeypatch.setattr(command, "parser", lambda: parsed)
    assert command.main() == status
    assert capsys.readouterr().err.startswith(told)
