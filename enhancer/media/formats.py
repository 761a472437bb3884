"""What a picture file may be: the kinds as data, recognised by content and never by name."""

from dataclasses import dataclass

from enhancer.errors import BadOptions, BadPicture, NotAPicture


@dataclass(frozen=True)
class Format:
    """One kind of picture file.

    `suffixes` lower case, the usual one first; `lossless` whether what is written is kept exactly; `depths` the bits a
    channel it can be written with, none where it is only read; `max_side` the most pixels a side that it can hold.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    media_type: str
    lossless: bool
    depths: tuple[int, ...] = ()
    max_side: int = 2**31 - 1

    @property
    def writable(self) -> bool:
        """Whether `encode` can write it."""
        return bool(self.depths)


FORMATS: tuple[Format, ...] = (
    Format("png", "PNG", (".png", ".apng"), "image/png", True, (8, 16), 1_000_000),
    Format("jpeg", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), "image/jpeg", False, (8,), 65_500),
    Format("webp", "WebP", (".webp",), "image/webp", True, (8,), 16_383),
    Format("tiff", "TIFF", (".tif", ".tiff"), "image/tiff", True, (8, 16)),
    Format("avif", "AVIF", (".avif",), "image/avif", False),
    Format("heic", "HEIC", (".heic", ".heif"), "image/heic", False),
    Format("gif", "GIF", (".gif",), "image/gif", True),
    Format("bmp", "BMP", (".bmp", ".dib"), "image/bmp", True),
)
READABLE = ", ".join(f.title for f in FORMATS[:-1]) + f" and {FORMATS[-1].title}"
WRITABLE = ", ".join(f.id for f in FORMATS if f.writable)

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0\x08\0\0\0", "tiff"),
    (b"MM\0+\0\x08\0\0", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
MANGLED = "This PNG was changed on its way, as happens when it is sent as text; please export or download it again."

# What people send instead of a picture: how it begins, what it is, what would work.
STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "please export its page as PNG"),
    (b"PK\x03\x04", "a ZIP archive", "please give it to Batch, or unpack it and give one picture"),
    (b"PK\x05\x06", "an empty ZIP archive", "please give a picture"),
    (b"Rar!", "a RAR archive", "please unpack it and give the pictures inside"),
    (b"7z\xbc\xaf", "a 7z archive", "please unpack it and give the pictures inside"),
    (b"\x1f\x8b", "a gzip archive", "please unpack it and give the pictures inside"),
    (b"8BPS", "a Photoshop document", "please export it as PNG or TIFF"),
    (b"%!PS", "a PostScript drawing", "please export it as PNG"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript drawing", "please export it as PNG"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", "please export it as PNG or JPEG"),
    (b"\xff\x0a", "a JPEG XL picture", "please export it as PNG or JPEG"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", "please export it as PNG or JPEG"),
    (b"\0\0\x01\0", "an icon file", "please export it as PNG"),
    (b"\x1aE\xdf\xa3", "a video", "please give a single picture"),
    *((b"P%d" % n, "a portable any-map", "please export it as PNG") for n in range(1, 8)),
)
MARKUP: tuple[tuple[bytes, str, str], ...] = (
    (b"<svg", "an SVG drawing", "please export it as PNG"),
    (b"<html", "a web page", "please save the picture itself"),
    (b"<!doctype html", "a web page", "please save the picture itself"),
)


def format_of(format_id: str) -> Format:
    """The writable format with this id. Raises BadOptions naming the known ones."""
    for candidate in FORMATS:
        if candidate.id == format_id and candidate.writable:
            return candidate
    raise BadOptions(f"Pictures cannot be written as {format_id!r}; known: {WRITABLE}.")


def sniff(data: bytes) -> Format:
    """Which format these bytes are. Raises NotAPicture that says what they are instead, as far as that can be told."""
    format_id = _known(data)
    if format_id is None:
        raise NotAPicture(_stranger(data))
    return next(f for f in FORMATS if f.id == format_id)


def cut_off(title: str) -> BadPicture:
    """The refusal of a file that ends too early."""
    article = "an" if title[0] in "AE" else "a"
    return BadPicture(
        f"This file is cut off: {article} {title} that ends before its picture does;"
        " please export or download it again."
    )


def damaged(title: str, what: str = "its contents do not add up") -> BadPicture:
    """The refusal of a file whose bytes were changed."""
    return BadPicture(f"This {title} file is damaged: {what}; please export or download it again.")


def unsupported(title: str, what: str) -> NotAPicture:
    """The refusal of a kind of file that is sound, but not read here."""
    return NotAPicture(f"This {title} file uses {what}, which is not read here; please export it as an ordinary PNG.")


def _known(data: bytes) -> str | None:
    for signature, format_id in SIGNATURES:
        if data.startswith(signature):
            return format_id
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in BMP_HEADERS:
        return "bmp"
    brands = _brands(data)
    if brands & AVIF_BRANDS:
        return "avif"
    return "heic" if brands & HEIC_BRANDS else None


def _brands(data: bytes) -> set[bytes]:
    """The brands of an ISO base media file; without the four bytes of version between them."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), 512)
    return {data[8:12], *(data[i : i + 4] for i in range(16, end, 4))}


def _stranger(data: bytes) -> str:
    if not data:
        return "This file is empty; please choose a picture and send it again."
    for signature, what, advice in STRANGERS:
        if data.startswith(signature):
            return f"This file is {what}, not a picture of a known kind; {advice}."
    if data[4:8] == b"ftyp":
        return "This file is a video, not a picture of a known kind; please give a single picture."
    if b"IHDR" in data[8:20]:
        return MANGLED
    start = data[:4096].lower()
    for mark, what, advice in MARKUP:
        if mark in start and start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return f"This file is {what}, not a picture of a known kind; {advice}."
    if start.isascii() and b"\0" not in start:
        return f"This file is text, not a picture; {READABLE} files work."
    return f"This file is not a picture of a known kind; {READABLE} files work."
