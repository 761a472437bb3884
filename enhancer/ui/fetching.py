"""Nothing is fetched for visitors: the framework would download from an address sent in place of an upload."""

from typing import NoReturn

import gradio as gr
from gradio import processing_utils

SAYING = "This server fetches nothing from addresses; please upload the picture itself."
WAYS = ("async_ssrf_protected_get", "async_ssrf_protected_download")  # all downloads of the framework go through these


async def _refuse(url: str, *others: object, **named: object) -> NoReturn:
    raise gr.Error(SAYING, print_exception=False)


def fetch_nothing() -> None:
    """Let the framework refuse instead. Raises AttributeError where another version of it has other ways."""
    for way in WAYS:
        getattr(processing_utils, way)
        setattr(processing_utils, way, _refuse)
