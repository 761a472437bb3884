"""One running program over small networks for all tests of the API, and tight limits for those of refusals."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data as pictures

from enhancer.client import Client
from tests.ui.conftest import free_port, serving, until_ready
from tests.ui.serve import write_weights

TIGHT = {"MAX_BYTES": 300_000, "MAX_BODY": 1_500_000, "MAX_PIXELS": 200_000, "MAX_QUEUE": 3, "MAX_SHARE": 2}
TIGHT |= {"MAX_CANDIDATES": 2, "UPLOAD_SECONDS": 2, "ANSWER_SECONDS": 2, "MAX_JOBS": 2, "JOB_SECONDS": 2}


@dataclass(frozen=True)
class Running:
    """A program: where it answers, what it wrote, and the environment that it was given."""

    url: str
    log: Path
    environment: dict[str, str]


def running(place: Path, limits: Mapping[str, int | str], program: Sequence[str] = ("app.py",)) -> Iterator[Running]:
    """`app.py`, or another program of Python, with these limits, until the generator is closed."""
    write_weights(place)
    port = free_port()
    environment = {
        "GRADIO_SERVER_PORT": str(port),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "ENHANCER_WEIGHTS": str(place),
        "ENHANCER_CACHE": str(place / "cache"),
        "ENHANCER_WORK": str(place / "work"),
        "ENHANCER_MAX_REQUESTS": "0",  # tests ask more often than people
        "ENHANCER_CANARY_SECONDS": "0",  # these networks draw badly
        **{f"ENHANCER_{name}": str(value) for name, value in limits.items()},
    }
    log = place / "log"
    with serving([*program], port, log, environment) as url:
        until_ready(url, log)
        yield Running(url, log, environment)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running(tmp_path_factory.mktemp("program"), {})


@pytest.fixture(scope="session")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running(tmp_path_factory.mktemp("tight"), TIGHT)


@pytest.fixture
def client(program: Running) -> Iterator[Client]:
    with Client(program.url) as found:
        yield found


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    file = tmp_path / "cat.png"
    Image.fromarray(pictures.chelsea()[100:148, 100:164]).save(file, dpi=(240, 240))
    return file


def png(width: int, height: int, colour: int = 0x808080) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), f"#{colour:06x}").save(out, "PNG")
    return out.getvalue()


def shown(file: bytes) -> np.ndarray:
    """The pixels of a file."""
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image)
