"""Memory that two processes see: one fills it with tensors, the other looks at them, and nothing is copied between."""

import mmap
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

GRAIN = 64  # bytes that tensors begin at multiples of
WASTE = 4  # times of what is needed, past which memory is given back


@dataclass(frozen=True)
class Slot:
    """Where a tensor lies, from which byte on, and how."""

    start: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: torch.dtype


Slots = tuple[Slot | None, ...]


class Outbox:
    """Tensors for another process, in a file that has no name and lies in memory; each `fill` overwrites the last."""

    def __init__(self) -> None:
        self._size, self._file, self._map = 0, -1, mmap.mmap(-1, 1)

    def fill(self, tensors: Sequence[Tensor | None]) -> tuple[Slots, int]:
        """Put them in → where each of them lies, and the file, which stays the outbox's."""
        slots, end = list[Slot | None](), 0
        for tensor in tensors:
            slots.append(None if tensor is None else Slot(end, tuple(tensor.shape), _stride(tensor), tensor.dtype))
            end += 0 if tensor is None else -(-tensor.numel() * tensor.element_size() // GRAIN) * GRAIN
        self._make_room(max(end, GRAIN))
        for slot, tensor in zip(slots, tensors, strict=True):
            if slot is not None and tensor is not None:
                _view(self._map, slot).copy_(tensor)
        return tuple(slots), self._file

    def _make_room(self, size: int) -> None:
        if size <= self._size <= WASTE * size:
            return
        self.close()
        self._file = memory_file(size)
        self._size, self._map = size, mmap.mmap(self._file, size)

    def close(self) -> None:
        """Let go of the memory, which is there as long as somebody looks at it."""
        if self._size:
            os.close(self._file)
            self._size, self._map = 0, mmap.mmap(-1, 1)

    def __del__(self) -> None:
        self.close()


def seen(slots: Slots, file: int) -> list[Tensor | None]:
    """The tensors in an outbox of another process, for as long as they are held; the file is closed."""
    try:
        whole = mmap.mmap(file, 0)
    finally:
        os.close(file)
    return [None if slot is None else _view(whole, slot) for slot in slots]


def lent(data: bytes) -> int:
    """The descriptor of a file in memory that holds these bytes."""
    file = memory_file(len(data))
    with mmap.mmap(file, len(data)) as whole:
        whole[:] = data
    return file


def taken(file: int) -> bytes:
    """The bytes that were lent; the file is closed."""
    try:
        with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as whole:
            return whole[:]
    finally:
        os.close(file)


def memory_file(size: int) -> int:
    """The descriptor of so many bytes without a name; in memory, where the system has such files."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("enhancer")
    else:
        with tempfile.TemporaryFile() as opened:
            file = os.dup(opened.fileno())
    os.truncate(file, size)
    return file


def _stride(tensor: Tensor) -> tuple[int, ...]:
    """Its own where it is dense, so that the other side computes on the same layout."""
    dense = tensor.is_contiguous() or (tensor.ndim == 4 and tensor.is_contiguous(memory_format=torch.channels_last))
    return tensor.stride() if dense else torch.empty(tensor.shape, device="meta").stride()


def _view(whole: mmap.mmap, slot: Slot) -> Tensor:
    count = torch.Size(slot.shape).numel()
    flat = torch.frombuffer(whole, dtype=slot.dtype, count=count, offset=slot.start)
    return flat.as_strided(slot.shape, slot.stride)
