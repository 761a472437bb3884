"""The plan of the house holds: imports run downhill, files stay short, the face stays light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FLOORS = {
    "errors": 0,
    "options": 0,
    "settings": 0,
    "space": 0,
    "workplace": 0,
    "progress": 0,
    "aside": 0,
    "welcome": 0,
    "watch": 0,
    "logs": 0,
    "memory": 0,
    "remembered": 0,
    "shared": 0,
    "worker": 0,
    "canvas": 1,
    "client": 1,
    "media": 1,
    "networks": 1,
    "models": 2,
    "engine": 3,
}
FLOORS |= {
    "metrics": 4,
    "tasks": 4,
    "evidence": 4,
    "nursery": 4,
    "hall": 5,
    "lab": 5,
    "lanes": 5,
    "zero": 5,
    "trust": 5,
    "batch": 5,
    "video": 5,
    "monitor": 5,
    "ui": 6,
    "server": 6,
    "cli": 6,
    "__main__": 7,
}
NEVER = {  # what a room may not import although it lies below
    "media": {"networks"},
    "networks": {"media"},
    "client": {"media", "networks"},
    "models": {"media"},
    "engine": {"media", "networks"},
    "metrics": {"media", "networks", "models", "engine", "tasks", "evidence"},
    "tasks": {"metrics", "evidence", "networks"},
    "batch": {"networks"},
    "lab": {"networks"},
    "lanes": {"networks", "batch"},
    "video": {"networks", "batch"},
    "ui": {"networks", "server", "cli"},
    "server": {"networks", "ui", "cli"},
    "cli": {"networks", "ui", "server"},
}
ANNEXE = {"errors", "options", "settings", "progress", "media", "networks", "models", "engine", "metrics"}
FILES = sorted((ROOT / "enhancer").rglob("*.py"))


def room(file: Path) -> str:
    return file.relative_to(ROOT / "enhancer").parts[0].removesuffix(".py")


def imported_rooms(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} uses a relative import"
            whole = node.module == "enhancer"
            names = [f"enhancer.{alias.name}" for alias in node.names] if whole else [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (n.split(".")[1] for n in names if n.startswith("enhancer."))


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_run_downhill(file: Path) -> None:
    here = room(file)
    for there in set(imported_rooms(file)) - {here}:
        if here == "training":
            assert there in ANNEXE, f"the annexe imports {there}"
        elif here != "__init__":  # the public face may name every room
            assert there != "training", "nobody imports the annexe"
            assert FLOORS[there] <= FLOORS[here], f"{here} (floor {FLOORS[here]}) imports {there} uphill"
            assert there not in NEVER.get(here, set()), f"{here} must not import {there}"


@pytest.mark.parametrize("file", [*FILES, ROOT / "app.py"], ids=lambda f: str(f.relative_to(ROOT)))
def test_files_are_short_and_say_what_they_are_for(file: Path) -> None:
    text = file.read_text()
    assert text.count("\n") <= 300
    assert ast.get_docstring(ast.parse(text)), f"{file} has no docstring"


def test_the_face_is_light() -> None:
    program = (
        "import enhancer, sys\n"
        "[getattr(enhancer, name) for name in enhancer.__all__]\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'gradio' or m.startswith('enhancer.training')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_training_needs_no_page_and_no_codecs() -> None:
    """The companion runs on torch, torchvision, numpy, Pillow, scikit-image, safetensors, accelerate and tqdm."""
    program = (
        "import sys\n"
        "others = 'gradio huggingface_hub spandrel imagecodecs pillow_heif tifffile tensorboard'\n"
        "for name in others.split():\n"
        "    sys.modules[name] = None\n"
        "import enhancer.training.__main__"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
