"""Files that are no weights, or more than weights: refused in one sentence, and never run."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from enhancer.errors import WeightsRefused
from enhancer.models.store import Store, open_model
from enhancer.settings import Settings


def test_what_must_be_refused_is_refused(shared: Path) -> None:
    files = list((shared / "weights-public" / "must-refuse").iterdir())
    assert files
    for file in files:
        with pytest.raises(WeightsRefused, match=r"pickled Python objects \(.+\), which could run code"):
            open_model(file, file.name)


class Payload:
    """Would leave a trace if a loader ever ran it."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize("suffix", [".pth", ".pt"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_never_runs(tmp_path: Path, suffix: str, zipped: bool) -> None:
    file, trace = tmp_path / f"evil{suffix}", tmp_path / "trace"
    torch.save({"weight": torch.zeros(1), "x": Payload(trace)}, file, _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsRefused, match="pickled Python objects"):
        open_model(file, "evil")
    assert not trace.exists()
    renamed = file.rename(tmp_path / "evil.safetensors")
    with pytest.raises(WeightsRefused, match="no safetensors file"):
        open_model(renamed, "evil")
    assert not trace.exists()


def test_torchscript_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "script.pt"
    with zipfile.ZipFile(file, "w") as archive:  # what torch.jit.save lays out
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py"):
            archive.writestr(f"script/{name}", b"")
    with pytest.raises(WeightsRefused, match="TorchScript program"):
        open_model(file, "script")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".pt"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "only a Git LFS pointer"),
        (b"\n<!DOCTYPE html><html>Sign in</html>", "web page"),
        (b"", "empty"),
        (b"\0" * 5000, "damaged"),
        (b"PK\x03\x04" + b"\0" * 5000, "damaged"),
        (b"\x80\x02}q\x00.", "damaged"),
    ],
)
def test_what_is_not_weights_is_refused(tmp_path: Path, suffix: str, content: bytes, sentence: str) -> None:
    file = tmp_path / f"model{suffix}"
    file.write_bytes(content)
    with pytest.raises(WeightsRefused, match=sentence):
        open_model(file, "model")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.999])
@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_a_file_cut_short_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    file, tensors = tmp_path / f"cut{suffix}", {"a": torch.rand(64, 64), "b": torch.rand(64, 64)}
    if suffix == ".pth":
        torch.save(tensors, file)
    else:
        save_file(tensors, file)
    file.write_bytes(file.read_bytes()[: int(kept * file.stat().st_size)])
    with pytest.raises(WeightsRefused, match="damaged"):
        open_model(file, "cut")


def test_other_suffixes_contents_and_networks_are_refused(tmp_path: Path, settings: Settings) -> None:
    for name in ("net.ckpt", "net.pkl", "net.bin", "passwd"):
        (tmp_path / name).write_bytes(b"root:x:0:0")
        with pytest.raises(WeightsRefused, match=rf"{name} is no weight file; files that can be opened end in"):
            Store(settings).load(str(tmp_path / name))
    torch.save(torch.zeros(3), tmp_path / "bare.pth")
    with pytest.raises(WeightsRefused, match="holds a Tensor, not the named tensors"):
        open_model(tmp_path / "bare.pth", "bare")
    for content in ({"layer.weight": torch.zeros(3, 3)}, {}, {"note": "text"}, {1: torch.zeros(3)}):
        torch.save(content, tmp_path / "strange.pth")
        with pytest.raises(WeightsRefused, match=r"not known here|does not fit"):
            open_model(tmp_path / "strange.pth", "strange")
