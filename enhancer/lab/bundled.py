"""The bundled networks of the lab, each opened when it is first asked for."""

from functools import cache
from pathlib import Path

from enhancer.errors import WeightsUnavailable
from enhancer.models.artist import Artist, open_artist
from enhancer.models.recogniser import Recogniser, open_recogniser
from enhancer.settings import Settings

LAB, DIGITS = "lab", "digits"


def recogniser(settings: Settings) -> Recogniser:
    """The recogniser of digits. Raises WeightsUnavailable where its file is missing, WeightsRefused."""
    return _recogniser(_file(settings, DIGITS))


def artist(settings: Settings, name: str) -> Artist:
    """A network that draws, by its name. Raises WeightsUnavailable where its file is missing, WeightsRefused."""
    return _artist(_file(settings, name))


def _file(settings: Settings, name: str) -> Path:
    file = settings.weights / LAB / f"{name}.safetensors"
    if not file.is_file():
        raise WeightsUnavailable(f"The bundled network {name} is missing here; install the program again.")
    return file


_recogniser, _artist = cache(open_recogniser), cache(open_artist)
