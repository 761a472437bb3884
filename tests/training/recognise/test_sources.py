"""Labelled pictures from every form that people have them in; damaged ones are named."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from enhancer.errors import TrainingError
from enhancer.training.recognise import read_labelled
from enhancer.training.recognise.sources import CIFAR_NAMES

DRAW = np.random.RandomState(0)


def cifar(folder: Path, count: int = 4) -> Path:
    folder.mkdir()
    for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"):
        records = DRAW.randint(0, 256, (count, 3073)).astype(np.uint8)
        records[:, 0] = np.arange(count) % 10
        (folder / f"{name}.bin").write_bytes(records.tobytes())
    return folder


def mnist(folder: Path, packed: bool) -> Path:
    folder.mkdir()
    for part, count in (("train", 6), ("t10k", 4)):
        pixels, labels = DRAW.randint(0, 256, (count, 28, 28)).astype(np.uint8), np.arange(count, dtype=np.uint8)
        files = {
            f"{part}-images-idx3-ubyte": struct.pack(">4i", 2051, count, 28, 28) + pixels.tobytes(),
            f"{part}-labels-idx1-ubyte": struct.pack(">2i", 2049, count) + labels.tobytes(),
        }
        for name, data in files.items():
            (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(data) if packed else data)
    return folder


def classes(folder: Path, names: tuple[str, ...] = ("cats", "dogs"), count: int = 4) -> Path:
    for n, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for k in range(count):
            Image.new("RGB", (40, 30), (60 * n + 40, 10 * k, 0)).save(folder / name / f"{k}.png")
    return folder


def test_cifar_as_its_authors_ship_it(tmp_path: Path) -> None:
    training, test = read_labelled(cifar(tmp_path / "c"), 32, False, 5)
    assert (training.pictures.shape, test.pictures.shape) == ((20, 3, 32, 32), (4, 3, 32, 32))
    assert training.names == CIFAR_NAMES
    record = np.frombuffer((tmp_path / "c" / "data_batch_1.bin").read_bytes()[:3073], np.uint8)
    assert int(training.labels[0]) == record[0]
    np.testing.assert_array_equal(training.pictures[0, 1].numpy(), record[1 + 1024 : 1 + 2048].reshape(32, 32))


@pytest.mark.parametrize("packed", [False, True])
def test_mnist_as_its_authors_ship_it(tmp_path: Path, packed: bool) -> None:
    training, test = read_labelled(mnist(tmp_path / "m", packed), 28, True, 5)
    assert (training.pictures.shape, test.pictures.shape) == ((6, 1, 28, 28), (4, 1, 28, 28))
    assert training.labels.tolist() == list(range(6))


def test_folders_of_classes_are_squared_shrunk_and_held_out(tmp_path: Path) -> None:
    training, held = read_labelled(classes(tmp_path / "f"), 16, False, 4)
    assert (len(training), len(held)) == (6, 2)
    assert training.names == ("cats", "dogs")
    assert training.pictures.shape[1:] == (3, 16, 16)
    assert held.labels.tolist() == [0, 1]
    assert held.pictures[1, 0].unique().tolist() == [100]


def test_a_test_folder_of_its_own_is_the_test(tmp_path: Path) -> None:
    classes(tmp_path / "f" / "train"), classes(tmp_path / "f" / "test", count=2)
    training, held = read_labelled(tmp_path / "f", 16, True, 4)
    assert (len(training), len(held)) == (8, 4)
    assert training.pictures.shape[1] == 1


def test_the_digits_are_those_of_scikit_learn() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    training, held = read_labelled(Path("digits"), 8, True, 3)
    assert (len(training), len(held)) == (1198, 599)
    assert int(training.pictures.max()) == 255
    assert torch.bincount(held.labels).min() > 40


def _cut(folder: Path) -> None:
    file = folder / "test_batch.bin"
    file.write_bytes(file.read_bytes()[:-5])


def _mislabel(folder: Path) -> None:
    file = folder / "train-labels-idx1-ubyte"
    file.write_bytes(file.read_bytes()[:-1] + b"\x40")


def _swap(folder: Path) -> None:
    (folder / "train-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, 9, 28, 28) + b"12")


@pytest.mark.parametrize(
    ("kind", "damage", "told"),
    [("cifar", _cut, "damaged"), ("mnist", _mislabel, "do not fit"), ("mnist", _swap, "damaged")],
)
def test_damaged_files_are_named(tmp_path: Path, kind: str, damage: object, told: str) -> None:
    folder = cifar(tmp_path / "d") if kind == "cifar" else mnist(tmp_path / "d", packed=False)
    damage(folder)  # type: ignore[operator]  # one of the three above
    with pytest.raises(TrainingError, match=told):
        read_labelled(folder, 28, True, 5)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="two folders"):
        read_labelled(classes(tmp_path / "one", ("cats",)), 16, False, 4)
    (classes(tmp_path / "bad") / "cats" / "9.png").write_bytes(b"no picture")
    with pytest.raises(TrainingError, match=r"9\.png cannot be read"):
        read_labelled(tmp_path / "bad", 16, False, 4)
