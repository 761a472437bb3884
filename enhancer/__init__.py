"""Image enhancement that shows its work: open a picture, enhance it, measure it, ask how far to trust the result."""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enhancer.errors import EnhancerError
    from enhancer.evidence.propose import propose
    from enhancer.hall import enhance
    from enhancer.media import Picture, open_picture, save_picture
    from enhancer.metrics import measure
    from enhancer.progress import Progress
    from enhancer.settings import Settings
    from enhancer.trust import auto, consistency, diagnose, make_consistent, protect, self_test, uncertainty, verify

# Threads that wait for their next piece of work sleep, and leave the processor to others; read when PyTorch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

_HOMES = {
    "EnhancerError": "enhancer.errors",
    "Picture": "enhancer.media",
    "Progress": "enhancer.progress",
    "Settings": "enhancer.settings",
    "auto": "enhancer.trust",
    "consistency": "enhancer.trust",
    "diagnose": "enhancer.trust",
    "enhance": "enhancer.hall",
    "make_consistent": "enhancer.trust",
    "measure": "enhancer.metrics",
    "open_picture": "enhancer.media",
    "propose": "enhancer.evidence.propose",
    "protect": "enhancer.trust",
    "save_picture": "enhancer.media",
    "self_test": "enhancer.trust",
    "uncertainty": "enhancer.trust",
    "verify": "enhancer.trust",
}

__all__ = [
    "EnhancerError",
    "Picture",
    "Progress",
    "Settings",
    "auto",
    "consistency",
    "diagnose",
    "enhance",
    "make_consistent",
    "measure",
    "open_picture",
    "propose",
    "protect",
    "save_picture",
    "self_test",
    "uncertainty",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that rooms without the page or the codecs can run alone."""
    if name not in _HOMES:
        raise AttributeError(f"module 'enhancer' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
