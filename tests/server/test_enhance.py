"""POST /v1/{task}: the same bytes as the command line and the page, with their story, in three forms."""

import base64
import email
import email.policy
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from enhancer.client import ApiError, Client
from enhancer.engine import Engine
from enhancer.engine.results import remembering
from enhancer.evidence.recipe_text import from_link, to_json
from enhancer.media import embedded_recipe
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.server.describe import curl
from enhancer.server.wish import FileOptions
from enhancer.settings import Settings
from enhancer.tasks import TASKS
from enhancer.tasks.mask import packed
from enhancer.ui.choice import UPSCALE, Choice
from enhancer.ui.enhance_work import enhance_file, write
from tests.conftest import ROOT
from tests.server.conftest import Running, png, shown
from tests.ui.serve import catalog_of

CASES = [
    ("upscale", "png", {"scale": 2.0}),
    ("upscale", "jpeg", {"scale": 2.0, "strength": 0.5}),
    ("upscale", "png", {"long_side": 100, "consistent": True}),
    ("median", "png", {"radius": 2}),
    ("saturation", "jpeg", {"jpeg_quality": 80}),
]


def by_hand(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, in the environment of the server."""
    return subprocess.run(
        [sys.executable, "-m", "enhancer", *arguments],
        cwd=ROOT,
        env={**os.environ, **running.environment},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.parametrize(("task", "format", "options"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_the_command_line_makes_the_same_bytes_and_verifies_them(
    program: Running, client: Client, cat: Path, task: str, format: str, options: dict[str, float]
) -> None:
    done = client.enhance(cat, task, format=format, recipe=True, **options)
    ours, theirs = cat.with_name(f"rest.{format}"), cat.with_name(f"line.{format}")
    done.save(ours)
    switches = [
        w for n, v in options.items() for w in ([f"--{n}"] if v is True else [f"--{n.replace('_', '-')}", str(v)])
    ]
    by_hand(program, "enhance", str(cat), str(theirs), "--task", task, "--recipe", *switches)
    assert ours.read_bytes() == theirs.read_bytes()
    assert by_hand(program, "verify", str(ours), "--source", str(cat)).stdout.startswith("Bit-identical")


def test_the_page_makes_the_same_bytes(program: Running, client: Client, cat: Path, tmp_path: Path) -> None:
    weights = Path(program.environment["ENHANCER_WEIGHTS"])
    settings = Settings(weights=weights, cache=tmp_path)
    engine = remembering(Engine(Store(settings, catalog_of(weights), catalog_only=True), settings))
    made = enhance_file(cat, Choice(UPSCALE, {"model": "x2-fast", "scale": 2.0}), engine, tmp_path, Progress())
    page = write(made, "png", tmp_path, recipe=True).file.read_bytes()
    made.forget()
    assert client.enhance(cat, model="x2-fast", scale=2.0, recipe=True).file == page


def test_headers_tell_the_story(client: Client, cat: Path) -> None:
    done = client.enhance(cat, scale=3, recipe=True)
    assert (done.width, done.height) == (192, 144)
    assert done.media_type == "image/png"
    assert to_json(from_link(done.recipe)) == embedded_recipe(done.file)
    assert {"print resolution", "every pixel"} <= set(done.kept)
    with Image.open(io.BytesIO(done.file)) as image:
        assert image.size == (192, 144)
        assert image.info["dpi"] == pytest.approx((240, 240), abs=0.1)
    bare = client.enhance(cat, scale=3, receipt=False)
    assert (bare.kept, bare.lost) == ((), ())
    assert embedded_recipe(bare.file) is None


def test_a_form_does_what_the_address_does(program: Running, client: Client, cat: Path) -> None:
    answer = httpx.post(
        f"{program.url}/v1/median", files={"file": ("C:\\holiday\r\n.png", cat.read_bytes())}, data={"radius": "2"}
    )
    assert answer.content == client.enhance(cat, "median", radius=2).file
    assert answer.headers["Content-Disposition"] == 'attachment; filename="median.png"'


def test_protected_places_stay(program: Running, cat: Path) -> None:
    query = {"amount": "0.2", "protect": ["calm", "text=0.3"]}
    answer = httpx.post(
        f"{program.url}/v1/brightness", content=cat.read_bytes(), params=query, headers={"Accept": "application/json"}
    )
    guards = answer.json()["recipe"]["guards"]
    assert [(guard["what"], guard["strength"]) for guard in guards] == [("calm", 0.0), ("text", 0.3)]


def test_what_the_recipe_in_the_header_lacks_is_said(program: Running, client: Client, cat: Path) -> None:
    assert client.enhance(cat, "median").recipe_lacks == ()
    done = client.enhance(cat, "brightness", amount=0.2, protect="calm")
    assert done.recipe_lacks == ("guards",)
    hole = np.zeros((48, 64), dtype=bool)
    hole[10:20, 10:20] = True
    mended = client.enhance(cat, "repair", mask=packed(hole), method="biharmonic", protect="text")
    assert mended.recipe_lacks == ("guards", "mask")
    assert not from_link(mended.recipe).guards
    answer = httpx.post(
        f"{program.url}/v1/brightness",
        content=cat.read_bytes(),
        params={"amount": "0.2", "protect": "calm"},
        headers={"Accept": "application/json"},
    )
    assert answer.json()["recipe_link_lacks"] == ["guards"]
    assert answer.json()["recipe"]["guards"], "which is whole"


def test_json_and_a_form_hold_picture_and_story(program: Running, client: Client, cat: Path) -> None:
    expected = client.enhance(cat, "gamma", gamma=1.5)
    url, data = f"{program.url}/v1/gamma?gamma=1.5", cat.read_bytes()
    told = httpx.post(url, content=data, headers={"Accept": "application/json"}).json()
    assert base64.b64decode(told["base64"]) == expected.file
    assert (told["width"], told["height"], told["bytes"]) == (64, 48, len(expected.file))
    assert told["recipe"]["steps"][0]["options"]["gamma"] == 1.5
    assert told["receipt"]["kept"] == list(expected.kept)

    answer = httpx.post(url, content=data, headers={"Accept": "multipart/form-data"})
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    story, file = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP).iter_parts()
    assert file.get_payload(decode=True) == expected.file
    assert file.get_filename() == "gamma.png"
    assert json.loads(story.get_content())["recipe_link"] == expected.recipe


def test_no_option_of_a_task_is_named_as_one_of_the_file() -> None:
    ours = set(FileOptions.__dataclass_fields__) | {"protect", "file"}
    assert not any(ours & set(task.options.__dataclass_fields__) for task in TASKS.values())
    assert not set(TASKS) & {"tasks", "models", "metrics", "jobs", "openapi.json"}


def test_many_at_once_get_their_own_picture(program: Running) -> None:
    """Numbered cards: nobody is given the picture of another."""
    wrong = list[int]()

    def ask(first: int) -> None:
        with Client(program.url, tries=50) as own:
            for n in range(first, 40, 4):
                done = own.enhance(png(24, 16, n * 0x060504), "median", radius=1)
                if not np.array_equal(shown(done.file), shown(png(24, 16, n * 0x060504))):
                    wrong.append(n)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert wrong == []
    with Client(program.url) as own, pytest.raises(ApiError):
        own.enhance(b"", "median")


def test_a_mask_comes_as_text_and_its_errors_are_answered(program: Running, client: Client, cat: Path) -> None:
    hole = np.zeros((48, 64), bool)
    hole[8:12, 5:60] = True
    done = client.enhance(cat, "repair", mask=packed(hole), method="biharmonic")
    assert np.array_equal(shown(done.file)[~hole], shown(cat.read_bytes())[~hole])
    assert any("invented" in sentence for sentence in done.lost)
    assert from_link(done.recipe).steps[0].options["method"] == "biharmonic"
    for mask, told in (("", "needs a mask"), (packed(hole[:9]), "64×9 pixels"), ("hello", "not a PNG")):
        with pytest.raises(ApiError, match=told) as refused:
            client.enhance(cat, "repair", mask=mask)
        assert refused.value.status == 422


def test_the_example_of_repair_works(program: Running, cat: Path) -> None:
    (cat.parent / "photo.jpg").write_bytes(png(64, 48))
    hole = np.zeros((48, 64), np.uint8)
    hole[:9] = 255
    Image.fromarray(hole).save(cat.parent / "mask.png")
    line = curl(TASKS["repair"], program.url)
    subprocess.run(["bash", "-c", f"{line} -sS --fail"], cwd=cat.parent, check=True)
    assert shown((cat.parent / "better.png").read_bytes()).shape == (48, 64, 3)
