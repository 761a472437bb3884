"""A contact sheet shows of a part what the whole result shows there, and in time."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from enhancer.engine import Engine
from enhancer.engine.device import choose_precision
from enhancer.errors import BadOptions, Cancelled, WeightsRefused
from enhancer.evidence import contact
from enhancer.evidence.contact import PLAIN, Tile, chosen, contact_sheet, suitable
from enhancer.evidence.measure import Speed
from enhancer.evidence.part import Part
from enhancer.media import Picture
from enhancer.models.catalog import BUNDLED_ENTRIES
from enhancer.models.contract import Model
from enhancer.models.entry import Bundled, Entry, Hub
from enhancer.models.store import Store
from enhancer.networks import ToneNetwork
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.tasks.chain import run_chain
from enhancer.tasks.restore_options import MendOptions, RestoreOptions
from enhancer.tasks.upscale_options import UpscaleOptions
from tests.metrics.pictures import natural
from tests.models.conftest import make_entry

MIDDLE, CORNER = (40, 30, 32, 28), (0, 0, 32, 28)


class Shop:
    """A store of made-up models, or of reasons why there are none."""

    def __init__(self, **models: Model | Exception) -> None:
        self.models = models

    def load(self, model_id: str, progress: Progress | None = None, crispness: float = 1.0) -> Model:
        found = self.models[model_id]
        if isinstance(found, Exception):
            raise found
        return found


class Doing(nn.Module):
    """A network that does what the test says."""

    def __init__(self, behave: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.behave = behave

    def forward(self, x: Tensor) -> Tensor:
        return self.behave(x)


def doing(behave: Callable[[Tensor], Tensor]) -> Model:
    return Model("probe", Doing(behave), 1, halo=0)


def slow(x: Tensor) -> Tensor:
    time.sleep(0.2)
    return x


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "weights").mkdir()
    return Settings(device="cpu", precision="float32", cache=tmp_path, weights=tmp_path / "weights")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The bundled models."""
    real = Settings(device="cpu", precision="float32", cache=tmp_path_factory.mktemp("cache"))
    return Engine(Store(real), real)


def listed(settings: Settings, model_id: str, purpose: str = "mend", **values: object) -> Entry:
    """An entry whose file is there."""
    (settings.weights / f"{model_id}.safetensors").touch()
    source = Bundled(f"{model_id}.safetensors")
    return make_entry(source, "0" * 64, id=model_id, title=model_id.title(), purpose=purpose, **{"scale": 1, **values})


def photograph(height: int = 90, width: int = 110) -> Picture:
    return Picture(natural()[:, 100 : 100 + height, 180 : 180 + width].clone())


def mended(engine: Engine, *catalog: Entry, seconds: float = 9, progress: Progress | None = None) -> Iterator[Tile]:
    """The middle of the photograph through these models that keep the size."""
    return contact_sheet(photograph(), MIDDLE, "mend", MendOptions(), engine, progress or Progress(), seconds, catalog)


def cut(x: Tensor, part: Part, factor: int = 1) -> Tensor:
    left, top, width, height = (factor * n for n in part)
    return x[:, top : top + height, left : left + width]


@pytest.mark.parametrize("part", [MIDDLE, CORNER])
@pytest.mark.parametrize("factor", [2, 4])
def test_a_tile_shows_what_the_whole_result_shows(hall: Engine, part: Part, factor: int) -> None:
    options = UpscaleOptions(scale=factor, strength=0.8)
    tiles = list(contact_sheet(photograph(), part, "upscale", options, hall, Progress(), 100))
    assert tiles[0].model_id == PLAIN
    assert {"x2-fast", "x4-fast"} <= {t.model_id for t in tiles}
    for tile in tiles:
        assert tile.pixels is not None, tile.skipped
        step = chosen(tile, "upscale", options)
        assert step is not None
        whole = run_chain(photograph(), [step], hall, Progress())
        assert (tile.pixels - cut(whole.pixels, part, factor)).abs().max() <= 1e-5


def test_without_its_surroundings_a_part_looks_different(hall: Engine) -> None:
    """The negative control: the comparison above would notice a border that is not right."""
    options = UpscaleOptions(scale=2)
    tile = list(contact_sheet(photograph(), MIDDLE, "upscale", options, hall, Progress(), 100))[1]
    alone = task("upscale").run(Picture(cut(photograph().pixels, MIDDLE)), options, hall, Progress())
    assert tile.pixels is not None
    assert (tile.pixels - alone.pixels).abs().max() > 0.01


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (UpscaleOptions(scale=1.3), (round(28 * 1.3), round(32 * 1.3))),
        (UpscaleOptions(width=330, height=90), (28, 96)),
        (UpscaleOptions(scale=1), (28, 32)),
    ],
)
def test_all_tiles_have_one_size(hall: Engine, options: UpscaleOptions, size: tuple[int, int]) -> None:
    for part in (MIDDLE, (78, 62, 32, 28)):
        tiles = list(contact_sheet(photograph(), part, "upscale", options, hall, Progress(), 100))
        assert {tuple(t.pixels.shape[1:]) for t in tiles if t.pixels is not None} == {size}
        assert not any(t.skipped for t in tiles)


def test_hidden_colours_do_not_show(hall: Engine) -> None:
    alpha = torch.ones(1, 90, 110)
    alpha[:, :, 56:] = 0
    found = []
    for hidden in (0.0, 1.0):
        pixels = torch.where(alpha > 0, photograph().pixels, hidden)
        sheet = contact_sheet(Picture(pixels, alpha), MIDDLE, "upscale", UpscaleOptions(), hall, Progress(), 100)
        found.append([t.pixels for t in sheet if t.pixels is not None])
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


def test_seconds_and_the_estimate_for_the_whole(settings: Settings) -> None:
    engine, entry = Engine(Shop(slow=doing(slow)), settings), listed(settings, "slow")
    engine.tiles(engine.model("slow"), 1, 1)
    picture = Picture(torch.rand(3, 400, 300))
    tile = list(contact_sheet(picture, (100, 100, 84, 84), "mend", MendOptions(), engine, Progress(), 9, (entry,)))[1]
    assert 0.2 <= tile.seconds < 0.4
    assert tile.estimate == pytest.approx(tile.seconds * 400 * 300 / 100**2)


def test_the_fastest_come_first_and_bundled_ones_before_others(settings: Settings) -> None:
    engine = Engine(Shop(), settings)
    heavy, light = listed(settings, "heavy", bytes=2), listed(settings, "light", bytes=1)
    for entry in (heavy, light):
        (settings.weights / f"{entry.id}.safetensors").write_bytes(b"12"[: entry.bytes])
    fetched = replace(light, id="fetched", source=Hub("a/b", "c.pth"), bytes=None)
    file = settings.cache / "hub" / "models--a--b" / "snapshots" / "main" / "c.pth"
    catalog = fetched, heavy, light, replace(light, id="other", purpose="denoise"), replace(light, id="gone", bytes=9)
    assert [e.id for e in suitable("mend", engine, catalog=catalog)] == ["light", "heavy"]
    file.parent.mkdir(parents=True)
    file.touch()
    assert [e.id for e in suitable("mend", engine, catalog=catalog)] == ["light", "heavy", "fetched"]


def test_measured_speeds_rule_the_order(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    twice, fourfold = (listed(settings, f"by{n}", "upscale", scale=n) for n in (2, 4))
    speeds = {"by2": Speed(1.0, None, 256, "float32"), "by4": Speed(2.0, None, 256, "float32")}
    monkeypatch.setattr(contact, "known_speeds", lambda *_: speeds)
    engine = Engine(Shop(), settings)
    assert [e.id for e in suitable("upscale", engine, 2, (fourfold, twice))] == ["by2", "by4"]
    assert [e.id for e in suitable("upscale", engine, 4, (twice, fourfold))] == ["by4", "by2"]  # by2 runs twice


def test_the_budget_ends_it_and_says_what_was_left_out(settings: Settings) -> None:
    models = {"first": doing(lambda x: x), "second": doing(slow), "third": doing(slow)}
    engine = Engine(Shop(**models), settings)
    for model in models.values():
        engine.tiles(model, 1, 1)
    engine._largest_core = lambda model: 16  # type: ignore[method-assign]  # many tiles
    catalog = tuple(listed(settings, name) for name in models)
    began = time.monotonic()
    tiles = list(mended(engine, *catalog, seconds=0.5))
    assert time.monotonic() - began < 2
    assert [t.model_id for t in tiles] == [PLAIN, *models]
    assert [t.pixels is not None for t in tiles] == [True, True, False, False]
    assert tiles[2].skipped == "Stopped: it was not ready when the 0.5 s were over."
    assert tiles[3].skipped == "Left out: the 0.5 s were over before its turn."


def test_who_is_known_to_be_slow_does_not_begin(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact, "known_speeds", lambda *_: {"slow": Speed(1e5, None, 256, "float32")})
    engine, catalog = Engine(Shop(slow=RuntimeError("it began")), settings), (listed(settings, "slow"),)
    tiles = list(mended(engine, *catalog))
    assert tiles[1].skipped is not None
    assert tiles[1].skipped.startswith("Left out: it takes about 90 s here, and ")


def test_an_error_fills_its_tile_and_the_others_go_on(settings: Settings) -> None:
    engine = Engine(Shop(bad=WeightsRefused("It has the wrong bytes."), good=doing(lambda x: x)), settings)
    catalog = listed(settings, "bad"), listed(settings, "good")
    tiles = list(mended(engine, *catalog))
    assert [t.skipped for t in tiles] == [None, "It has the wrong bytes.", None]
    assert tiles[2].pixels is not None
    assert torch.equal(tiles[2].pixels, cut(photograph().pixels, MIDDLE))
    assert tiles[0].title == "Unchanged"


def test_what_would_be_too_large_as_a_whole_is_left_out(hall: Engine) -> None:
    tight = Engine(Store(hall.settings), replace(hall.settings, max_output_pixels=100_000))
    tiles = list(contact_sheet(photograph(), MIDDLE, "upscale", UpscaleOptions(), tight, Progress(), 100))
    skipped = {t.model_id: t.skipped for t in tiles}
    assert skipped["x2-fast"] is None
    assert "would draw 0.158 megapixels; the limit is 0.1" in str(skipped["x4-fast"])


def test_a_network_that_glances_sees_the_whole_picture(settings: Settings) -> None:
    torch.manual_seed(0)
    network = ToneNetwork(luts=2, side=5, thumbnail=32)
    nn.init.normal_(network.mix.weight, std=0.3)
    tone = Model("tone", network.eval(), 1, halo=0, thumbnail=32)
    engine, catalog = Engine(Shop(tone=tone), settings), (listed(settings, "tone", "lowlight"),)
    tile = list(contact_sheet(photograph(), MIDDLE, "lowlight", RestoreOptions(), engine, Progress(), 9, catalog))[1]
    whole, alone = (engine.run(tone, x, Progress()) for x in (photograph().pixels, cut(photograph().pixels, MIDDLE)))
    assert tile.pixels is not None
    assert (tile.pixels - cut(whole, MIDDLE)).abs().max() <= 1e-5
    assert (tile.pixels - alone).abs().max() > 1e-3


def test_refusals_come_at_once(hall: Engine, settings: Settings) -> None:
    def sheet(part: Part = MIDDLE, purpose: str = "upscale", seconds: float = 9, engine: Engine = hall) -> object:
        options = task(purpose).options()
        return contact_sheet(photograph(), part, purpose, options, engine, Progress(), seconds)

    with pytest.raises(BadOptions, match=r"from 100, 0 to 132, 20 is not inside the picture, which has 110×90 pixels"):
        sheet((100, 0, 32, 20))
    with pytest.raises(BadOptions, match="not inside"):
        sheet((0, 0, 0, 20))
    with pytest.raises(BadOptions, match="needs some seconds, not 0"):
        sheet(seconds=0)
    with pytest.raises(BadOptions, match="No model for Deblur is on this disk; those to be fetched first: nafnet"):
        sheet(purpose="deblur", engine=Engine(Shop(), settings))


def test_one_progress_over_all_tiles_and_stop(settings: Settings) -> None:
    models = {name: doing(lambda x: x) for name in ("a", "b", "c")}
    engine, shares = Engine(Shop(**models), settings), list[float]()
    catalog = tuple(listed(settings, name) for name in models)
    progress = Progress(lambda p: shares.append(p.done / p.total))
    list(mended(engine, *catalog, progress=progress))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    sheet = mended(engine, *catalog, progress=Progress(lambda p: p.cancel()))
    assert next(sheet).model_id == PLAIN
    with pytest.raises(Cancelled):
        next(sheet)


def test_the_first_tile_comes_within_a_second_and_all_bundled_within_five() -> None:
    """In processor time, which a busy machine does not spoil: five seconds on two cores are ten."""
    usual = Settings(device="cpu")
    engine = Engine(Store(usual), usual)
    picture = Picture(torch.rand(3, 2000, 3000))
    began = time.process_time()
    sheet = contact_sheet(picture, (1000, 1000, 256, 256), "upscale", UpscaleOptions(), engine, Progress(), 1000)
    assert next(sheet).model_id == PLAIN
    assert time.process_time() - began < 1
    bundled = {e.id for e in BUNDLED_ENTRIES if e.purpose == "upscale"}
    while bundled:
        tile = next(sheet)
        assert tile.pixels is not None, tile.skipped
        bundled -= {tile.model_id}
    multiplies = choose_precision("auto", torch.device("cpu")) is torch.bfloat16
    assert time.process_time() - began < (10 if multiplies else 40)  # 256-bit units alone have a fourth of the speed
