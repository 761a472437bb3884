"""What a Space reads of the repository is true, and the program runs as a Space starts it."""

import asyncio
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import httpx
import numpy as np
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from enhancer.client import Client
from enhancer.engine import Engine
from enhancer.hall import enhance
from enhancer.media import decode, levels
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.ui import build
from enhancer.ui.gate import Page
from enhancer.ui.languages import table
from enhancer.zero import LEAST
from tests.conftest import ROOT
from tests.models.fake_hub import FakeHub
from tests.server.conftest import png
from tests.ui.conftest import free_port, serving, until_ready

README = (ROOT / "README.md").read_text(encoding="utf-8")
FRONT = yaml.safe_load(README.split("---\n")[1])
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
LABEL = "Duplicate this Space"
LONGEST = 60  # letters of a short description


def test_the_front_matter_is_what_a_space_takes() -> None:
    assert FRONT["sdk"] == "gradio"
    assert (ROOT / FRONT["app_file"]).is_file()
    assert {FRONT["colorFrom"], FRONT["colorTo"]} <= COLOURS
    assert len(FRONT["short_description"]) <= LONGEST
    assert FRONT["license"] == "apache-2.0"


def test_the_versions_agree_with_the_requirements() -> None:
    wanted = [Requirement(line) for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()]
    ranges = {r.name: r.specifier for r in wanted}
    assert FRONT["sdk_version"] in ranges["gradio"]
    assert version("gradio") in ranges["gradio"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = project.split('requires-python = "')[1].split('"')[0]
    assert f"{FRONT['python_version']}.0" in SpecifierSet(needed)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_command_that_makes_a_space_brings_pictures_and_weights(name: str, tmp_path: Path) -> None:
    """Which the Hub refuses by `git push`, since no .gitattributes names them."""
    (words,) = re.findall(r"`hf (upload .+?)`", (ROOT / name).read_text(encoding="utf-8"))
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    (tmp_path / "a.safetensors").write_bytes(b"weights")
    with FakeHub() as hub:
        environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_for_tests", "HF_HUB_DISABLE_XET": "1"}
        command = [sys.executable, "-m", "huggingface_hub.cli.hf", *words.split()]
        run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert [made["type"] for made in hub.uploads.created.values()] == ["space"]
        (repo,) = hub.uploads.created
        for file in tmp_path.iterdir():
            assert httpx.get(f"{hub.url}/{repo}/resolve/main/{file.name}").content == file.read_bytes()


def test_the_command_for_a_docker_space_changes_the_front_matter_alone(tmp_path: Path) -> None:
    (command,) = (line for line in README.splitlines() if line.startswith("sed -i"))
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    _, front, rest = (tmp_path / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    found = yaml.safe_load(front)
    assert (found["sdk"], {"sdk_version", "python_version", "app_file"} & set(found)) == ("docker", set())
    assert f"EXPOSE {found['app_port']}" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert {**FRONT, "sdk": "docker", "app_port": found["app_port"]}.items() >= found.items()
    assert rest == README.split("---\n", 2)[2]


def as_a_space(port: int, place: Path) -> dict[str, str]:
    return {
        "SYSTEM": "spaces",
        "SPACE_ID": "somebody/enhancer",
        "SPACE_HOST": "somebody-enhancer.hf.space",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SERVER_PORT": str(port),
        "ENHANCER_WORK": str(place / "work"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }


def test_it_runs_as_a_space_starts_it(tmp_path: Path) -> None:
    port = free_port()
    with serving(["app.py"], port, tmp_path / "log", as_a_space(port, tmp_path)) as url:
        with Client(url, tries=20) as client:
            assert client.enhance(png(24, 24), "median").width == 24
        assert (
            "https://huggingface.co"
            in httpx.get(url).headers["Content-Security-Policy"].partition("frame-ancestors")[2]
        )
        config = httpx.get(f"{url}/config").json()
        buttons = {c["props"].get("elem_id"): c["id"] for c in config["components"] if c["type"] == "button"}
        opens = [e["js"] for e in config["dependencies"] if [buttons["duplicate-go"], "click"] in e["targets"]]
        assert len(opens) == 1
        assert "huggingface.co/spaces/somebody/enhancer?duplicate=true" in opens[0]
        events = config["dependencies"]
        queued = next(event["id"] for event in events if event["queue"] is not False)
        closed = httpx.post(f"{url}/gradio_api/run/predict", json={"fn_index": queued, "data": []})
        assert closed.status_code == 404, "not even on a Space does work go around the queue"


def test_elsewhere_there_is_nothing_to_duplicate_and_on_a_space_it_speaks_chinese() -> None:
    settings = Settings(device="cpu")

    async def whole() -> Page:  # a page belongs to a running loop
        return build(Engine(Store(settings), settings), settings)

    def page() -> Page:
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(asyncio.run, whole()).result()

    assert LABEL not in page().texts
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPACE_ID", "somebody/enhancer")
        on_a_space = page().texts
    assert LABEL in on_a_space
    new = [text for text in on_a_space if "uplicate" in text or "make a copy" in text]
    assert len(new) == 2
    for text in new:
        assert table("zh-CN").html(text) != text


def test_on_zerogpu_each_picture_is_drawn_where_a_gpu_is_lent(tmp_path: Path) -> None:
    port, record, small = free_port(), tmp_path / "record", png(24, 24)
    environment = as_a_space(port, tmp_path) | {
        "SPACES_ZERO_GPU": "true",
        "SPACES_RECORD": str(record),
        "PYTHONPATH": str(ROOT / "tests" / "hosting" / "borrowed"),
        "ENHANCER_DEVICE": "cpu",
    }
    with serving(["app.py"], port, tmp_path / "log", environment) as url:
        done = httpx.post(
            f"{url}/v1/upscale?model=x2-fast&scale=2", content=small, headers={"X-IP-Token": "somebody"}, timeout=60
        )
        assert done.status_code == 200, done.text
        until_ready(url, tmp_path / "log")
        calm = httpx.post(f"{url}/v1/median", content=small, timeout=60)
        assert calm.status_code == 200, calm.text
    settings = Settings(device="cpu")
    drawn = enhance(decode(small), engine=Engine(Store(settings), settings), model="x2-fast", scale=2)
    assert np.array_equal(levels(decode(done.content)), levels(drawn))
    said = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    assert [one["event"] for one in said] == ["decorated", "asked", "done"], (
        "one call, and none for what has no network"
    )
    decorated, asked, drew = said
    assert decorated["pid"] == asked["pid"] != drew["pid"]
    assert asked["visitor"] == "somebody", "it is lent to who asked"
    assert asked["seconds"] == LEAST
