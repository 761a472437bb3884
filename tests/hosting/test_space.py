"""What a Space reads of the repository is true, and the program runs as a Space starts it."""

from importlib.metadata import version
from pathlib import Path

import httpx
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from enhancer.client import Client
from tests.conftest import ROOT
from tests.server.conftest import png
from tests.ui.conftest import free_port, serving

README = (ROOT / "README.md").read_text(encoding="utf-8")
FRONT = yaml.safe_load(README.split("---\n")[1])
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
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


def test_it_runs_as_a_space_starts_it(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "SYSTEM": "spaces",
        "SPACE_ID": "somebody/enhancer",
        "SPACE_HOST": "somebody-enhancer.hf.space",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(tmp_path / "gradio"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    with serving(["app.py"], port, tmp_path / "log", environment) as url:
        with Client(url, tries=20) as client:
            assert client.enhance(png(24, 24), "median").width == 24
        events = httpx.get(f"{url}/config").json()["dependencies"]
        queued = next(event["id"] for event in events if event["queue"] is not False)
        closed = httpx.post(f"{url}/gradio_api/run/predict", json={"fn_index": queued, "data": []})
        assert closed.status_code == 404, "not even on a Space does work go around the queue"
