"""What there is, the description of it all, and the page that shows it."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import httpx
import pytest

from enhancer.client import Client
from enhancer.metrics import METRICS
from enhancer.server.describe import curl
from enhancer.tasks import TASKS
from tests.conftest import ROOT
from tests.lanes.make import body, dicom
from tests.server.conftest import Running, png
from tests.video.make import film


def test_tasks_are_those_of_the_table_with_their_options(client: Client) -> None:
    rows = {row["id"]: row for row in client.tasks()}
    assert list(rows) == list(TASKS)
    assert [o["name"] for o in rows["upscale"]["options"]] == list(TASKS["upscale"].options.__dataclass_fields__)
    scale = next(o for o in rows["upscale"]["options"] if o["name"] == "scale")
    assert (scale["type"], scale["minimum"], scale["maximum"]) == ("number", 1.0, 4.0)


def test_models_are_told_without_places_on_the_disk(program: Running, client: Client) -> None:
    weights = Path(program.environment["ENHANCER_WEIGHTS"])
    shown = [weights / name for name in ("x2-fast.clear-lines.good.png", "x2-fast.soft-hair.png")]
    for file in shown:
        file.write_bytes(png(8, 8))
    rows = {row["id"]: row for row in client.models()}
    for file in shown:
        file.unlink()
    assert rows["x2-fast"]["place"] == "bundled"
    assert rows["x2-fast"]["commercial"] is True
    assert program.environment["ENHANCER_WEIGHTS"] not in json.dumps(rows)


def test_metrics_are_told_with_their_direction(client: Client) -> None:
    rows = {row["id"]: row for row in client.metrics()}
    assert list(rows) == list(METRICS)
    assert rows["gmsd"]["higher_is_better"] is False


def test_figures_of_candidates(client: Client, cat: Path, tmp_path: Path) -> None:
    other, broken = tmp_path / "other.png", tmp_path / "broken.png"
    other.write_bytes(client.enhance(cat, "median", radius=2).file)
    broken.write_bytes(png(9, 9))
    rows = client.measure([other, cat, broken], cat)
    assert [row["name"] for row in rows] == ["other.png", "cat.png", "broken.png"]
    assert 20 < rows[0]["figures"]["psnr"] < 40
    assert rows[0]["figures"]["ms-ssim"] is None  # too small for it
    assert rows[1]["figures"]["psnr"] == "inf"
    assert "one size" in rows[2]["problem"]
    assert set(client.measure([cat])[0]["figures"]) == {"sharpness", "noise"}
    assert list(client.measure([cat], cat, ["ssim"])[0]["figures"]) == ["ssim"]


@pytest.mark.parametrize(
    ("data", "word"),
    [({"metrics": "nosuch"}, "no metric 'nosuch'"), ({"metrics": "psnr"}, "reference"), ({"shave": "2"}, "shave")],
)
def test_measuring_says_what_is_wrong(program: Running, data: dict[str, str], word: str) -> None:
    answer = httpx.post(f"{program.url}/v1/metrics", files={"candidates": ("a.png", png(16, 16))}, data=data)
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


def test_the_description_knows_every_task_and_option(program: Running) -> None:
    told = httpx.get(f"{program.url}/openapi.json").json()
    assert told == httpx.get(f"{program.url}/v1/openapi.json").json()
    assert told["servers"] == [{"url": "/v1"}]
    for task in TASKS.values():
        for path in (f"/{task.id}", f"/jobs/{task.id}"):
            operation = told["paths"][path]["post"]
            assert set(task.options.__dataclass_fields__) < {p["name"] for p in operation["parameters"]}
            assert {"413", "415", "422", "429", "503"} <= set(operation["responses"])
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(told)):
        assert reference in told["components"]["schemas"]
    ids = [o["operationId"] for operations in told["paths"].values() for o in operations.values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("task", [t for t in TASKS.values() if t.family == "classical" or t.id == "upscale"], ids=str)
def test_the_example_of_every_task_works(program: Running, task: "object", tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(png(40, 30))
    words = shlex.split(curl(task, program.url))  # type: ignore[arg-type]
    subprocess.run([*words, "-sS", "--fail"], cwd=tmp_path, check=True)
    assert (tmp_path / "better.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_loads_nothing_from_anywhere(program: Running) -> None:
    answer = httpx.get(f"{program.url}/v1", follow_redirects=True)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "/v1/jobs/{job_id}/result" in answer.text
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", answer.text)
    assert "<script" not in answer.text


def test_every_line_of_curl_in_the_readme_works(program: Running, cat: Path) -> None:
    text = (ROOT / "README.md").read_text()
    (block,) = re.findall(r"```bash\n(curl .*?)```", text, re.DOTALL)
    (cat.parent / "photo.jpg").write_bytes(cat.read_bytes())
    film(cat.parent / "clip.mp4", 4)
    dicom(cat.parent / "scan.dcm", body(16, 16))
    script = "set -euo pipefail\n" + block.replace("http://127.0.0.1:7860", program.url)
    done = subprocess.run(["bash", "-c", script], cwd=cat.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (cat.parent / "better.png").stat().st_size > 1000
