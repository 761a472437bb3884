"""What the container file names is run as it says: its files alone, its environment, one folder to write into."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from enhancer.client import Client
from tests.conftest import ROOT
from tests.server.conftest import png
from tests.ui.conftest import STARTED_WITHIN, free_port, until_ready

LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
INSTRUCTIONS = [(word, rest.strip()) for word, _, rest in (x.partition(" ") for x in LINES) if word.isupper()]
PORT = "7860"
SEAL = (
    "mount --make-rprivate / && mount --bind {0} {0} && mount -o remount,bind,ro / && "
    "exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs {1}"
)


def told(word: str) -> list[str]:
    """What stands after each instruction of this name."""
    return [rest for name, rest in INSTRUCTIONS if name == word]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in told("ENV") for pair in shlex.split(line))


def sealed(command: list[str], place: Path) -> list[str]:
    """The command where no file but those under `place` can be written, and nothing else can be done as root."""
    return ["unshare", "--mount", "sh", "-c", SEAL.format(shlex.quote(str(place)), shlex.join(command))]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that are copied into the container, and no others."""
    place = tmp_path_factory.mktemp("image")
    for *sources, _ in map(shlex.split, told("COPY")):
        for name in sources:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, place / name)
    return place


@contextmanager
def contained(image: Path, data: Path) -> Iterator[tuple[str, list[str]]]:
    """The container's command in its environment → its address, and the command of its health check."""
    data.mkdir()
    port = str(free_port())
    own = {key: value.replace("/data", str(data)).replace(PORT, port) for key, value in environment().items()}
    (command,) = (json.loads(line) for line in told("CMD"))
    run = [sys.executable, *command[1:]]
    can = subprocess.run(sealed(["true"], data), capture_output=True, check=False).returncode == 0
    if not can:
        pytest.skip("this machine does not let a test make its files read-only")
    (check,) = told("HEALTHCHECK")
    health = json.loads(check[check.index("[") :].replace(PORT, port))
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            sealed(run, data),
            cwd=image,
            env={"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **own},
            stdout=log,
            stderr=log,
        )
        try:
            yield f"http://127.0.0.1:{port}", [sys.executable, *health[1:]]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def test_it_runs_with_its_own_files_in_its_one_folder(image: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with contained(image, data) as (url, health):
        until = time.monotonic() + STARTED_WITHIN
        while subprocess.run(health, capture_output=True, check=False).returncode != 0:
            assert time.monotonic() < until, (data / "log").read_text()[-2000:]
        until_ready(url, data / "log")
        assert "gradio" in httpx.get(url).text
        with Client(url, tries=20) as client:
            result = client.enhance(png(40, 30), scale=2)
        assert (result.width, result.height) == (80, 60)
        assert "enhancer_pixels_total" in httpx.get(f"{url}/metrics").text
    lines = [line for line in (data / "log").read_text().splitlines() if line.startswith("{")]
    assert any(json.loads(line).get("path") == "/v1/upscale" for line in lines)
    assert subprocess.run(health, capture_output=True, check=False).returncode != 0, "nobody is there any more"


def test_it_is_not_root_and_says_what_it_needs() -> None:
    assert told("USER") == ["enhancer"]
    assert [name for name, _ in INSTRUCTIONS].index("USER") < [name for name, _ in INSTRUCTIONS].index("CMD")
    assert told("VOLUME") == ["/data"]
    assert told("EXPOSE") == [environment()["GRADIO_SERVER_PORT"]] == [PORT]
    assert environment()["GRADIO_SERVER_NAME"] == "0.0.0.0"


def test_the_variant_for_processors_leaves_out_what_only_gpus_need(image: Path, tmp_path: Path) -> None:
    """What the container file does to the lock, done to a copy of it."""
    (change,) = (run for run in told("RUN") if "VARIANT" in run)
    change = change.partition("&&")[0]
    for variant, gone in (("cpu", True), ("cuda", False)):
        shutil.copy(image / "requirements.lock", tmp_path)
        subprocess.run(["sh", "-ec", change], cwd=tmp_path, env={**os.environ, "VARIANT": variant}, check=True)
        left = (tmp_path / "requirements.lock").read_text(encoding="utf-8")
        assert ("nvidia" not in left) == gone
        assert "torch==" in left


def test_what_is_copied_is_not_ignored() -> None:
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = {name for line in told("COPY") for name in shlex.split(line)[:-1]}
    assert copied == set(allowed)
    assert all((ROOT / name).exists() for name in copied)


def test_the_composition_fits_the_container() -> None:
    composed = yaml.safe_load((ROOT / "hosting" / "compose.yml").read_text(encoding="utf-8"))
    ours, prometheus = composed["services"]["enhancer"], composed["services"]["prometheus"]
    assert (ours["read_only"], ours["init"]) == (True, True)
    assert [v.split(":")[1] for v in ours["volumes"]] == told("VOLUME")
    assert (ROOT / "hosting" / ours["build"]["context"] / ours["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    mounted = [v.split(":")[0] for v in prometheus["volumes"] if v.startswith("./")]
    assert all((ROOT / "hosting" / file).is_file() for file in mounted)
    config = yaml.safe_load((ROOT / "hosting" / "prometheus.yml").read_text(encoding="utf-8"))
    (target,) = config["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target == f"enhancer:{PORT}"
    named = {v.split(":")[0] for s in (ours, prometheus) for v in s["volumes"]} - set(mounted)
    assert named == set(composed["volumes"])
