"""The catalogue: data only. To offer another model, add one Entry."""

from enhancer.errors import UnknownModel
from enhancer.models.entry import PURPOSES, Bundled, Entry, Hub
from enhancer.models.hub_entries import HUB_ENTRIES

# The hashes of weights/*.safetensors; tests/models/test_catalog.py prints the right one when a file has changed.
X2_FAST = "06c1b719f3388a72f10f76e7a47abe8c30cbdf89781174a7151da70ccf5165be"
X4_FAST = "3eab1276736e7f43395928e6028398e576150568ee3038c5a4e82d079e649399"

BUNDLED_ENTRIES = (
    Entry(
        id="x2-fast",
        title="Fast ×2",
        description="Doubles the size of clean pictures within seconds on an ordinary processor. It stays faithful to "
        "what is there, so it invents no texture, and it enlarges noise and JPEG blocks along with the rest.",
        purpose="upscale",
        architecture="generator",
        scale=2,
        source=Bundled("x2-fast.safetensors"),
        sha256=X2_FAST,
        licence="Apache-2.0",
        commercial=True,
        bytes=906_008,
        figures=(
            ("Set5 Y-PSNR", "37.54 dB (bicubic 33.67)"),
            ("Set14 Y-PSNR", "33.23 dB (bicubic 30.23)"),
        ),
    ),
    Entry(
        id="x4-fast",
        title="Fast ×4",
        description="Makes clean pictures four times as wide within seconds on an ordinary processor. Fine texture "
        "such as hair and leaves stays soft, and noise and JPEG blocks are enlarged along with the rest.",
        purpose="upscale",
        architecture="generator",
        scale=4,
        source=Bundled("x4-fast.safetensors"),
        sha256=X4_FAST,
        licence="Apache-2.0",
        commercial=True,
        bytes=947_552,
        figures=(
            ("Set5 Y-PSNR", "31.59 dB (bicubic 28.43)"),
            ("Set14 Y-PSNR", "28.17 dB (bicubic 25.99)"),
        ),
    ),
)

CATALOG: tuple[Entry, ...] = BUNDLED_ENTRIES + HUB_ENTRIES


def entry(model_id: str) -> Entry:
    """The entry with this id. Raises UnknownModel naming the known ones."""
    for candidate in CATALOG:
        if candidate.id == model_id:
            return candidate
    raise UnknownModel(f"There is no model {model_id!r}; known: {', '.join(e.id for e in CATALOG)}.")


__all__ = ["BUNDLED_ENTRIES", "CATALOG", "HUB_ENTRIES", "PURPOSES", "Bundled", "Entry", "Hub", "entry"]
