"""Weight files that we write: opened by the library as they were given, and alike however often they are written."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from enhancer.models.weights import read_weights, write_weights

TENSORS = {"b": torch.arange(6.0).reshape(2, 3), "a": torch.ones(3, dtype=torch.float16), "n": torch.tensor([1, 2])}
HEADER = {"architecture": "photo", "hyperparameters": '{"scale": 2}', "author": "né \u2192 自"}


@pytest.mark.parametrize("header", [HEADER, {}])
def test_a_file_holds_what_was_given(tmp_path: Path, header: dict[str, str]) -> None:
    file = tmp_path / "x.safetensors"
    write_weights(TENSORS, file, header)
    found = read_weights(file)
    assert found.header == header
    assert load_file(file).keys() == found.tensors.keys() == TENSORS.keys()
    assert all(torch.equal(found.tensors[k], t) and found.tensors[k].dtype == t.dtype for k, t in TENSORS.items())


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.safetensors" for n in range(8)]  # the library alone shuffles a header of three by chance
    for file in files:
        write_weights(TENSORS, file, dict(reversed(HEADER.items())) if file == files[0] else HEADER)
    assert len({file.read_bytes() for file in files}) == 1
