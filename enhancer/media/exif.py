"""EXIF blocks as bytes: entries are taken out in place or joined in a new first directory, so maker notes stay valid.

A block is a TIFF structure without the prefix `Exif\\0\\0`. Tags and types: CIPA DC-008-2023 (Exif 3.0), TIFF 6.0.
"""

import io
import struct
from collections.abc import Collection
from typing import BinaryIO

PREFIX = b"Exif\0\0"
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
ROW = 12
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
MAX_MOVED = 4 * 2**20

ORIENTATION = 0x0112
RESOLUTION = (0x011A, 0x011B, 0x0128)
EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY = 0x8769, 0x8825, 0xA005
DIRECTORIES = {EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY}
SIDES = {0x0100, 0x0101, 0xA002, 0xA003}
# What of a TIFF's first directory describes the photograph and not how its pixels are stored.
DESCRIPTIVE = {0x010D, 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x8298, *range(0x9C9B, 0x9CA0)}
TRAVELLING = DESCRIPTIVE | {EXIF_DIRECTORY, GPS_DIRECTORY}  # what is carried out of and into a TIFF
# What says where a photograph was taken, or by whose camera: owner, serial numbers and ids, the notes of its maker, and
# blocks of other standards (XMP, IPTC, Photoshop) that repeat such things.
PERSONAL = {GPS_DIRECTORY, 0x927C, 0xA420, 0xA430, 0xA431, 0xA435, 0xC62F, 0x02BC, 0x83BB, 0x8649}
CENTIMETRES_PER_INCH = 2.54


def cleaned(block: bytes) -> tuple[bytes | None, int]:
    """The block without orientation, pixel sides and the link to its thumbnail, and the orientation 1 to 8 it stated.

    None when nothing else is left. Raises ValueError when the first directory is damaged.
    """
    block = block.removeprefix(PREFIX)
    order, start = _header(block)
    rows = _rows(block, order, start)
    turned = next((_number(order, row) for row in rows if _tag(order, row) == ORIENTATION), 1)
    out = bytearray(block)
    _remove(out, order, start, {ORIENTATION, *SIDES})
    for pointer, at in _children(block, order, rows):
        if pointer == EXIF_DIRECTORY:
            _remove(out, order, at, SIDES)
    kept = bytes(out) if any(_tag(order, row) not in {ORIENTATION, *SIDES} for row in rows) else None
    return kept, turned if 1 <= turned <= 8 else 1


def anonymous(block: bytes) -> tuple[bytes | None, bool]:
    """The block anew without all that is `PERSONAL`, None when nothing else is left, and whether there was any of it.

    Raises ValueError when a directory is damaged or its values are larger than 4 MiB together.
    """
    order, start = _header(block)
    tags = {_tag(order, row) for row in _rows(block, order, start)}
    if not PERSONAL & (tags | {tag for _, tag in entries(block)}):
        return block, False
    out = bytearray(empty(order))
    rows = _moved(block, order, start, out, tags, 0, PERSONAL)
    return (_restarted(out, order, rows) if rows else None), True


def resolution(block: bytes) -> tuple[float, float] | None:
    """Horizontal and vertical dots an inch as the first directory states them, None where it does not."""
    try:
        order, start = _header(block)
        found = {_tag(order, row): row for row in _rows(block, order, start)}
        across, down = (_rational(block, order, found[tag]) for tag in RESOLUTION[:2])
        unit = _number(order, found[RESOLUTION[2]]) if RESOLUTION[2] in found else 2
    except (KeyError, ValueError):
        return None
    factor = {2: 1.0, 3: CENTIMETRES_PER_INCH}.get(unit)
    usable = factor and 1 <= across * factor <= 65_535 and 1 <= down * factor <= 65_535
    return (across * factor, down * factor) if factor and usable else None


def with_resolution(block: bytes | None, dpi: tuple[float, float]) -> bytes:
    """The block, or a new one, that states `dpi`; unchanged when it does already."""
    block = block or empty(">")
    stated = resolution(block)
    if stated and all(abs(a - b) < 0.01 for a, b in zip(stated, dpi, strict=True)):
        return block
    order, start = _header(block)
    rows = [row for row in _rows(block, order, start) if _tag(order, row) not in RESOLUTION]
    out = bytearray(block + b"\0" * (len(block) % 2))
    for tag, value in zip(RESOLUTION[:2], dpi, strict=True):
        rows.append(struct.pack(order + "HHII", tag, 5, 1, len(out)))
        out += struct.pack(order + "II", round(value * 1000), 1000)
    rows.append(struct.pack(order + "HHIHH", RESOLUTION[2], 3, 1, 2, 0))
    return _restarted(out, order, rows)


def crossed(block: bytes) -> bytes:
    """The block with its horizontal and vertical resolution exchanged, for a picture that was turned by a quarter."""
    order, start = _header(block)
    across, down, _ = RESOLUTION
    other = {across: down, down: across}
    rows = [(other.get(_tag(order, row), _tag(order, row)), row[2:]) for row in _rows(block, order, start)]
    table = b"".join(struct.pack(order + "H", tag) + rest for tag, rest in sorted(rows))
    return block[: start + 2] + table + block[start + 2 + len(table) :]


def entries(block: bytes) -> dict[tuple[int, int], bytes]:
    """What the block says, as (directory, tag) → the bytes of the value; 0 is the first directory.

    Resolution, and the links between directories, are left out. Raises ValueError when a directory is damaged.
    """
    order, start = _header(block)
    rows = {0: _rows(block, order, start)}
    for _ in range(2):  # the directory of interoperability hangs below that of EXIF
        children = [child for found in list(rows.values()) for child in _children(block, order, found)]
        rows |= {pointer: _rows(block, order, at) for pointer, at in children}
    left_out = DIRECTORIES | set(RESOLUTION)
    told = ((where, row) for where, found in rows.items() for row in found if _tag(order, row) not in left_out)
    return {(where, _tag(order, row)): _value(block, order, row) for where, row in told}


def empty(order: str) -> bytes:
    """A block that says nothing, in byte order "<" or ">"."""
    mark = next(m for m, o in ORDERS.items() if o == order)
    return mark + struct.pack(order + "IHI", 8, 0, 0)


def order_of(block: bytes) -> str:
    """The byte order "<" or ">". Raises ValueError when it has no header."""
    return _header(block)[0]


def transplanted(source: bytes, target: bytes) -> bytes:
    """`target` with the description, EXIF and GPS of `source` behind it; both TIFF structures in one byte order.

    Serves both ways: out of a TIFF into an empty block, and out of a block into a finished TIFF. What `target` states
    itself wins; offsets inside a maker note are not followed. Raises ValueError when a directory is damaged or its
    values are larger than 4 MiB together.
    """
    out = io.BytesIO(target)
    transplant(source, out)
    return out.getvalue()


def transplant(source: bytes, file: BinaryIO) -> None:
    """As `transplanted`, into a file that can be read and written; only its first directory is read."""
    order, start = _header(source)
    file.seek(0)
    head = file.read(8)
    if order != order_of(head):
        raise ValueError("source and target differ in byte order")
    own = _rows_in(file, order, _header(head)[1])
    size = file.seek(0, io.SEEK_END)
    out = bytearray(size % 2)
    wanted = TRAVELLING - {_tag(order, row) for row in own}
    rows = _moved(source, order, start, out, wanted, size)
    if rows:
        out += b"\0" * ((size + len(out)) % 2)
        file.write(out + _directory(order, own + rows))
        file.seek(4)
        file.write(struct.pack(order + "I", size + len(out)))


def next_directory(data: bytes) -> int:
    """The offset of the second directory of a TIFF, 0 when there is none. Raises ValueError when it is damaged."""
    order, start = _header(data)
    end = start + 2 + ROW * len(_rows(data, order, start))
    return int.from_bytes(data[end : end + 4], "little" if order == "<" else "big")


def _header(block: bytes) -> tuple[str, int]:
    order = ORDERS.get(bytes(block[:4]))
    if order is None or len(block) < 8:
        raise ValueError(f"an EXIF block begins with one of {list(ORDERS)}, not {bytes(block[:4])!r}")
    return order, int(struct.unpack_from(order + "I", block, 4)[0])


def _rows(block: bytes | bytearray, order: str, at: int) -> list[bytes]:
    """The twelve-byte rows of the directory at `at`."""
    if not 8 <= at <= len(block) - 2:
        raise ValueError(f"directory at {at} of {len(block)} bytes")
    (count,) = struct.unpack_from(order + "H", block, at)
    if at + 2 + ROW * count > len(block):
        raise ValueError(f"directory of {count} entries at {at} of {len(block)} bytes")
    return [bytes(block[i : i + ROW]) for i in range(at + 2, at + 2 + ROW * count, ROW)]


def _rows_in(file: BinaryIO, order: str, at: int) -> list[bytes]:
    """The rows of the directory at `at` of a file."""
    file.seek(at)
    count = file.read(2)
    table = count + file.read(ROW * struct.unpack(order + "H", count)[0]) if at >= 8 and len(count) == 2 else b""
    return _rows(bytes(8) + table, order, 8)


def _tag(order: str, row: bytes) -> int:
    return int(struct.unpack_from(order + "H", row)[0])


def _number(order: str, row: bytes) -> int:
    """A single whole number that stands in the row itself; 0 for any other kind of value."""
    _, kind, count = struct.unpack_from(order + "HHI", row)
    code = {1: "B", 3: "H", 4: "I", 13: "I"}.get(kind)
    return int(struct.unpack_from(order + code, row, 8)[0]) if code and count == 1 else 0


def _rational(block: bytes, order: str, row: bytes) -> float:
    _, kind, _, at = struct.unpack(order + "HHII", row)
    if kind != 5 or at + 8 > len(block):
        raise ValueError(f"a resolution of type {kind} at {at}")
    above, below = struct.unpack_from(order + "II", block, at)
    if not below:
        raise ValueError("a resolution divided by zero")
    return float(above / below)


def _value(block: bytes, order: str, row: bytes) -> bytes:
    _, kind, count, at = struct.unpack(order + "HHII", row)
    size = SIZES.get(kind, 0) * count
    return row[8 : 8 + size] if size <= 4 else bytes(block[at : at + size])


def _children(block: bytes, order: str, rows: list[bytes]) -> list[tuple[int, int]]:
    """(tag, offset) of each directory that `rows` point to and that can be read."""
    found = []
    for tag, at in ((_tag(order, row), _number(order, row)) for row in rows):
        if tag in DIRECTORIES and 8 <= at <= len(block) - 2:
            (count,) = struct.unpack_from(order + "H", block, at)
            if at + 2 + ROW * count <= len(block):
                found.append((tag, at))
    return found


def _remove(block: bytearray, order: str, at: int, tags: set[int]) -> None:
    """Close the rows of `tags` up, in place, and cut the link to the next directory: no value moves."""
    rows = _rows(block, order, at)
    kept = [row for row in rows if _tag(order, row) not in tags]
    table = struct.pack(order + "H", len(kept)) + b"".join(kept)
    end = min(at + 2 + ROW * len(rows) + 4, len(block))
    block[at:end] = table.ljust(end - at, b"\0")


def _restarted(out: bytearray, order: str, rows: list[bytes]) -> bytes:
    """`out` with a first directory of `rows` at its end."""
    out += b"\0" * (len(out) % 2)
    struct.pack_into(order + "I", out, 4, len(out))
    return bytes(out + _directory(order, rows))


def _directory(order: str, rows: list[bytes]) -> bytes:
    ordered = sorted(rows, key=lambda row: _tag(order, row))
    return struct.pack(order + "H", len(rows)) + b"".join(ordered) + b"\0\0\0\0"


def _moved(
    source: bytes,
    order: str,
    at: int,
    out: bytearray,
    wanted: set[int] | None,
    base: int,
    unwanted: Collection[int] = (),
) -> list[bytes]:
    """The rows at `at`, all or the `wanted` ones, with their values and directories copied to the end of `out`.

    `out` will stand at `base` of its file. What is `unwanted` stays behind in the directories below, too.
    """
    rows = [row for row in _rows(source, order, at) if _tag(order, row) not in unwanted]
    chosen = {_tag(order, row): row for row in rows if wanted is None or _tag(order, row) in wanted}
    children = dict(_children(source, order, list(chosen.values())))
    moved, total = [], 0
    for tag, row in chosen.items():
        _, kind, count, offset = struct.unpack(order + "HHII", row)
        size = SIZES.get(kind, 0) * count
        total += size
        if total > MAX_MOVED:
            raise ValueError(f"more than {MAX_MOVED} bytes of EXIF values")
        if tag in DIRECTORIES:
            if tag not in children or (wanted is None and tag != INTEROP_DIRECTORY):
                continue
            wished = None if tag != INTEROP_DIRECTORY else set(range(9))
            inner = _moved(source, order, children[tag], out, wished, base, unwanted)
            moved.append(struct.pack(order + "HHII", tag, 4, 1, base + len(out)))
            out += _directory(order, inner)
        elif size <= 4:
            moved.append(row)
        elif offset + size <= len(source):
            moved.append(struct.pack(order + "HHII", tag, kind, count, base + len(out)))
            out += source[offset : offset + size] + b"\0" * (size % 2)
    return moved
