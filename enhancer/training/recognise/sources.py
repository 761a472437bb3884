"""Labelled pictures: folders of classes, the files of CIFAR-10 and MNIST as their authors ship them, and digits."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from enhancer.errors import TrainingError
from enhancer.training.data import SUFFIXES, picture_files
from enhancer.training.recognise.textures import KINDS, TEXTURES, read_textures

DIGITS = "digits"  # in place of a folder
CIFAR_RECORD = 1 + 3 * 32 * 32
CIFAR_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
IDX_PICTURES, IDX_LABELS = 2051, 2049  # the first four bytes of MNIST's files, big-endian


@dataclass(frozen=True)
class Labelled:
    """Pictures (N, C, side, side) uint8 with labels (N,) int64 that index `names`."""

    pictures: Tensor
    labels: Tensor
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def read_labelled(data: Path, side: int, grey: bool, hold_out: int) -> tuple[Labelled, Labelled]:
    """Those to learn from, and those never learned from, brought to `side`.

    `data` is a folder of folders, one a class; or one with `train` and `test` of such folders; or the binary version of
    CIFAR-10; or the four files of MNIST, packed or not; or the word "digits" for those of scikit-learn; or "textures:"
    and a folder of photographs, see `read_textures`. Where the data name no test, every `hold_out`-th picture is held
    out. Raises TrainingError for anything else and for damaged files.
    """
    if str(data).startswith(TEXTURES):
        seen, unseen = read_textures(Path(str(data).removeprefix(TEXTURES)), side, hold_out)
        return _fitted(Labelled(*seen, KINDS), side, grey), _fitted(Labelled(*unseen, KINDS), side, grey)
    if data.name == DIGITS and not data.exists():
        return _held(_fitted(_digits(), side, grey), hold_out)
    if (data / "test_batch.bin").is_file():
        parts = _cifar(sorted(data.glob("data_batch_*.bin"))), _cifar([data / "test_batch.bin"])
    elif _idx_file(data, "train-images") is not None:
        parts = _mnist(data, "train"), _mnist(data, "t10k")
    elif (data / "train").is_dir() and (data / "test").is_dir():
        parts = _classes(data / "train", side), _classes(data / "test", side)
    else:
        return _held(_fitted(_classes(data, side), side, grey), hold_out)
    if parts[0].names != parts[1].names:
        raise TrainingError(f"{data} names other classes for its test than for its training.")
    return _fitted(parts[0], side, grey), _fitted(parts[1], side, grey)


def _held(all_of_them: Labelled, every: int) -> tuple[Labelled, Labelled]:
    kept = torch.arange(len(all_of_them)) % every == 0
    p, labels, names = all_of_them.pictures, all_of_them.labels, all_of_them.names
    return Labelled(p[~kept], labels[~kept], names), Labelled(p[kept], labels[kept], names)


def _fitted(found: Labelled, side: int, grey: bool) -> Labelled:
    """Brought to `side` and to one or three channels."""
    pictures = found.pictures
    if pictures.shape[-1] != side:
        small = torch.nn.functional.interpolate(pictures.float(), (side, side), mode="bicubic", antialias=True)
        pictures = small.clamp(0, 255).round().byte()
    if grey and pictures.shape[1] == 3:
        luma = (pictures.float() * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1, keepdim=True)
        pictures = luma.round().byte()
    return Labelled(pictures if grey else pictures.expand(-1, 3, -1, -1), found.labels, found.names)


def _digits() -> Labelled:
    """1,797 digits of 8x8 pixels in 17 shades (Alpaydin and Kaynak, UCI 1998)."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise TrainingError("The digits come with scikit-learn: pip install scikit-learn.") from error
    found = load_digits()
    pictures = torch.from_numpy(found.images * (255 / 16)).round().byte()[:, None]
    return Labelled(pictures, torch.from_numpy(found.target).long(), tuple("0123456789"))


def _cifar(files: Sequence[Path]) -> Labelled:
    """Records of a label and 32x32 pixels, red, green and blue planes one after another."""
    if not files:
        raise TrainingError("The folder lacks data_batch_1.bin to data_batch_5.bin.")
    data = np.concatenate([np.frombuffer(file.read_bytes(), np.uint8) for file in files])
    if not len(data) or len(data) % CIFAR_RECORD or data[::CIFAR_RECORD].max() >= len(CIFAR_NAMES):
        raise TrainingError(f"{files[0].name} is damaged: it does not hold whole records of CIFAR-10.")
    records = torch.from_numpy(data.reshape(-1, CIFAR_RECORD).copy())
    return Labelled(records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].long(), CIFAR_NAMES)


def _mnist(folder: Path, part: str) -> Labelled:
    pictures = _idx(folder, f"{part}-images", IDX_PICTURES, 3)
    labels = _idx(folder, f"{part}-labels", IDX_LABELS, 1)
    if len(pictures) != len(labels) or int(labels.max()) > 9:
        raise TrainingError(f"The labels of {part} in {folder} do not fit its pictures.")
    return Labelled(pictures[:, None], labels.long(), tuple("0123456789"))


def _idx_file(folder: Path, begin: str) -> Path | None:
    return next((f for f in sorted(folder.glob(f"{begin}*")) if f.is_file()), None)


def _idx(folder: Path, begin: str, magic: int, dimensions: int) -> Tensor:
    """The bytes of an IDX file: magic number, sizes as big-endian numbers of four bytes, then the values."""
    file = _idx_file(folder, begin)
    if file is None:
        raise TrainingError(f"{folder} lacks the file {begin}-idx{dimensions}-ubyte.")
    try:
        data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        head = np.frombuffer(data, ">i4", 1 + dimensions)
        values = np.frombuffer(data, np.uint8, offset=4 * (1 + dimensions))
        if head[0] != magic or len(values) != int(np.prod(head[1:], dtype=np.int64)) or not len(values):
            raise ValueError("its head does not fit what follows")
    except (OSError, EOFError, ValueError) as error:
        raise TrainingError(f"{file.name} is damaged: {error}.") from error
    return torch.from_numpy(values.reshape(tuple(head[1:])).copy())


def _classes(folder: Path, side: int) -> Labelled:
    """One folder a class; pictures are cut to their middle square and shrunk as they are read."""
    names = sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    if len(names) < 2:
        raise TrainingError(f"{folder} needs two folders of pictures at least, one a class.")
    files = [(file, label) for label, name in enumerate(names) for file in picture_files(folder / name)]
    pictures = torch.stack([_square(file, side) for file, _ in files])
    return Labelled(pictures, torch.tensor([label for _, label in files]), tuple(names))


def _square(file: Path, side: int) -> Tensor:
    try:
        with Image.open(file) as image:
            edge = min(image.size)
            left, top = ((s - edge) // 2 for s in image.size)
            square = image.convert("RGB").crop((left, top, left + edge, top + edge))
    except (OSError, SyntaxError, ValueError) as error:
        raise TrainingError(f"{file} cannot be read as a picture ({', '.join(sorted(SUFFIXES))}): {error}") from error
    return torch.from_numpy(np.asarray(square.resize((side, side), Image.Resampling.BICUBIC)).copy()).permute(2, 0, 1)
