"""What `compress` says of bundled models that are more than one ONNX graph."""

from pathlib import Path

import pytest

from enhancer.errors import TrainingError
from enhancer.training.compress.command import compress


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        ("tone", "glances at the whole picture before it draws any part of it"),
        ("repair", "begins with a first guess at what is missing, made outside of the network"),
        ("video", "what it remembers is moved along with the picture outside of the network"),
        ("video-x2", "what it remembers is moved along with the picture outside of the network"),
    ],
)
def test_the_reason_is_said_before_any_work(model_id: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=f"^{model_id} .*{reason}"):
        compress(model_id, tmp_path / "out", tmp_path, tmp_path)
    assert not (tmp_path / "out").exists()
