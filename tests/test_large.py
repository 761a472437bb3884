"""Thirty megapixels, file to file, in a process that may not take the memory for them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.media.make import photo, saved

ROOM = 220 * 2**20  # bytes above the idle program; 30 megapixels take 360 MB in float32
PROGRAM = """
import resource, sys
from pathlib import Path
import torch
from enhancer.engine import Engine
from enhancer.evidence.recipe import fingerprint
from enhancer.media import Picture, open_picture, save_picture
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import TASKS

class Shelf:
    def load(self, *_):
        return model

class Fourfold(torch.nn.Module):
    def forward(self, x):
        return torch.nn.functional.interpolate(x, scale_factor=4, mode="nearest")

def enhance(picture):
    return task.run(picture, task.options(strength=0.8), engine, Progress())

torch.set_num_threads(1)
source, target, room = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
settings, model = Settings.from_environment(), Model("four", Fourfold(), 4, halo=8)
task = TASKS["upscale"]
engine = Engine(Shelf(), settings)
enhance(Picture(torch.rand(3, 40, 40)))
rows = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
if room:
    limit = int(rows["VmData"].split()[0]) * 1024 + room
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
result = task.run(open_picture(source), task.options(scale=4.0, strength=0.8), engine, Progress())
save_picture(result, target)
print(result.width, result.height, fingerprint(result).sha256)
"""


def run(source: Path, target: Path, cache: Path, budget: int, room: int = 0) -> subprocess.CompletedProcess[str]:
    own = {"ENHANCER_CANVAS_MEMORY": str(budget), "ENHANCER_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", PROGRAM, str(source), str(target), str(room)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | own)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits and tells the memory of a process so")
def test_a_picture_larger_than_the_memory_gives_the_same_file(tmp_path: Path) -> None:
    source, cache = tmp_path / "small.jpg", tmp_path / "cache"
    source.write_bytes(saved(photo(300, 300).repeat(5, 0).repeat(5, 1)[:1370, :1370], "JPEG"))
    files = [tmp_path / f"{name}.png" for name in ("disk", "memory", "failed")]
    there = run(source, files[0], cache, 2**26, ROOM)
    assert there.returncode == 0, there.stderr
    here = run(source, files[1], cache, 2**40)
    assert here.returncode == 0, here.stderr
    assert there.stdout == here.stdout
    assert there.stdout.startswith("5480 5480 ")
    assert files[0].read_bytes() == files[1].read_bytes()
    assert list((cache / "canvases").iterdir()) == []
    failed = run(source, files[2], cache, 2**40, ROOM)  # the limit is one that memory alone does not keep
    assert "allocate memory" in failed.stderr
    assert not files[2].exists()
