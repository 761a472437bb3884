"""Networks in a process of their own draw the very same; one that dies costs its own picture alone."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from enhancer import watch
from enhancer.engine import Engine
from enhancer.engine.apart import Elsewhere, StoreApart, store_for
from enhancer.engine.turns import Asker, asked_by
from enhancer.errors import Cancelled, OutOfMemory, UnknownModel, WorkerLost
from enhancer.evidence.measure import measure_model
from enhancer.models.bundled import read_entries
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Bundled
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import MIB, Settings
from enhancer.watch import What
from tests.ui.serve import write_weights

HERE = Settings(device="cpu")
BUNDLED = tuple(e for e in CATALOG if isinstance(e.source, Bundled))
PATIENCE = 5.0  # seconds until a failure must be told
SLOW = "x4-fast"


@pytest.fixture(scope="module")
def hall() -> Iterator[Engine]:
    """Over the bundled networks."""
    yield from halls(replace(HERE, model_worker=1), CATALOG)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Over random networks, of which one is slow, with small tiles."""
    place = tmp_path_factory.mktemp("weights")
    write_weights(place)
    small = replace(HERE, weights=place, model_worker=1, tile_memory=8 * MIB, canvas_memory=MIB, cache=place / "cache")
    yield from halls(small, read_entries(place))


def halls(settings: Settings, catalog: tuple[object, ...]) -> Iterator[Engine]:
    store = store_for(settings, catalog, catalog_only=True)  # type: ignore[arg-type]
    assert isinstance(store, StoreApart)
    yield Engine(store, settings)
    store.worker.close()


def pid(engine: Engine) -> int:
    assert isinstance(engine._store, StoreApart)
    return engine._store.worker.pid or 0


def noise(height: int, width: int) -> Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(height))


def here(engine: Engine) -> Engine:
    """The same in this process."""
    alone = replace(engine.settings, model_worker=0)
    store = store_for(alone, tuple(engine._store._catalog.values()))  # type: ignore[attr-defined]
    assert type(store) is Store
    return Engine(store, alone)


@pytest.mark.parametrize("model_id", [e.id for e in BUNDLED])
def test_every_bundled_network_draws_the_very_same(hall: Engine, model_id: str) -> None:
    beside, pixels = Engine(Store(HERE), HERE), noise(50, 61)
    there, model = hall.model(model_id), beside.model(model_id)
    assert isinstance(there.network, Elsewhere)
    assert replace(there, network=model.network) == model
    assert hall.tile_side(there) == beside.tile_side(model)
    plane = torch.linspace(0, 1, model.planes * 50 * 61).view(-1, 50, 61) if model.planes else None
    for told in (None, plane):
        drawn = hall.run(there, pixels, Progress(), told)
        assert torch.equal(drawn, beside.run(model, pixels, Progress(), told))
        assert drawn.stride() == beside.run(model, pixels, Progress(), told).stride()


def test_a_blend_and_a_glance_are_the_very_same(hall: Engine) -> None:
    beside, pixels = Engine(Store(HERE), HERE), noise(40, 40)
    twins = [e.id for e in BUNDLED if e.twin]
    for model_id in twins[:1]:
        mixed = [e.run(e.model(model_id, crispness=0.3), pixels, Progress()) for e in (hall, beside)]
        assert torch.equal(*mixed)
        assert hall.model(model_id, crispness=0.3).origins == beside.model(model_id, crispness=0.3).origins
    for entry in BUNDLED:
        model = beside.model(entry.id)
        if model.thumbnail:
            saw, seen = hall.model(entry.id).glance(pixels[None]), model.glance(pixels[None])
            assert saw is not None
            assert seen is not None
            assert torch.equal(saw, seen)
    with pytest.raises(UnknownModel):
        hall.model("no-such-model")


def test_a_large_picture_goes_tile_by_tile_onto_the_disk_with_the_same_steps(own: Engine) -> None:
    pixels, steps = noise(300, 250), dict[bool, list[tuple[int, int, str]]]()
    results = list[Tensor]()
    for engine, apart in ((own, True), (here(own), False)):
        told = steps[apart] = []
        results.append(
            engine.run(engine.model("x2-fast"), pixels, Progress(lambda p, t=told: t.append((p.done, p.total, p.note))))  # type: ignore[misc]
        )
    assert torch.equal(*results)
    assert steps[True] == steps[False]
    assert len(steps[True]) > 4


def test_stop_ends_the_work_within_a_tile(own: Engine) -> None:
    model = own.model(SLOW)
    with pytest.raises(Cancelled):
        own.run(model, noise(300, 300), Progress(lambda p: p.cancel() if p.done == 1 else None))
    assert own.run(model, noise(20, 20), Progress()).shape == (3, 80, 80)


def test_memory_and_time_are_measured_where_the_network_is(hall: Engine, tmp_path: Path) -> None:
    private = replace(hall.settings, cache=tmp_path)
    measuring = Engine(hall._store, private)
    found, beside = measure_model("x2-fast", measuring, Progress()), Engine(Store(HERE), replace(HERE, cache=tmp_path))
    assert found.tile == beside.tile_side(beside.model("x2-fast"))
    assert found.peak_megabytes is None or 1 < found.peak_megabytes < 2000


def test_a_process_that_is_killed_costs_the_picture_it_draws_and_is_begun_anew(own: Engine) -> None:
    """Two visitors take turns; the process dies at a tile of one of them, and the other never hears of it."""
    restarts = list[str]()

    class Ear:
        def hear(self, what: What, value: float, labels: dict[str, str]) -> None:
            if what is What.RESTARTED:
                restarts.append(labels["work"])

    ear = Ear()
    watch.listen(ear)  # type: ignore[arg-type]
    slow, pixels, killed = own.model(SLOW), noise(300, 300), list[float]()
    drawn, lost = list[Tensor](), list[tuple[float, BaseException]]()
    lock = threading.Lock()

    def kill() -> None:
        if not lost:  # it may be between two tiles, where its end costs nobody anything; then the next one has to do
            killed.append(time.monotonic())
            os.kill(pid(own), signal.SIGKILL)

    def soon(progress: Progress) -> None:
        if progress.done >= 2:
            threading.Timer(0.01, kill).start()

    def visit(name: str, progress: Progress) -> None:
        with asked_by(Asker(name)):
            try:
                result = own.run(slow, pixels, progress)
            except WorkerLost as error:
                with lock:
                    lost.append((time.monotonic(), error))
            else:
                drawn.append(result)

    threads = [
        threading.Thread(target=visit, args=("one", Progress(soon))),
        threading.Thread(target=visit, args=("two", Progress())),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(lost) == len(drawn) == 1
    told, error = lost[0]
    assert told - killed[-1] < PATIENCE
    assert "was ended" in str(error)
    assert restarts == ["drawing"] * len(killed)
    reference = here(own)
    assert torch.equal(drawn[0], reference.run(reference.model(SLOW), pixels, Progress()))
    part = pixels[:, :30, :30]
    assert torch.equal(own.run(slow, part, Progress()), reference.run(reference.model(SLOW), part, Progress()))


def test_one_that_is_killed_between_pictures_costs_nobody_anything(own: Engine) -> None:
    model, pixels = own.model("x2-fast"), noise(30, 30)
    before = own.run(model, pixels, Progress())
    os.kill(pid(own), signal.SIGKILL)
    assert torch.equal(own.run(model, pixels, Progress()), before)


def test_one_that_does_not_answer_is_ended_at_the_limit(own: Engine) -> None:
    store, model = own._store, own.model(SLOW)
    assert isinstance(store, StoreApart)
    own.run(model, noise(20, 20), Progress())
    os.kill(pid(own), signal.SIGSTOP)
    store._settings = replace(store._settings, tile_seconds=1)
    began = time.monotonic()
    with pytest.raises(WorkerLost, match="longer than 1 seconds") as caught:
        own.run(model, noise(20, 20), Progress())
    assert time.monotonic() - began < PATIENCE
    assert caught.value.limit == "tile_seconds"
    store._settings = replace(store._settings, tile_seconds=300)
    assert own.run(model, noise(20, 20), Progress()).shape == (3, 80, 80)


def test_one_with_little_memory_draws_in_smaller_tiles(own: Engine) -> None:
    """What a tile takes hangs on the processor's units, so the memory between enough and too little is sought."""
    picture, little, enough = noise(320, 320), 32, 256
    for _ in range(8):
        tight, notes = (little + enough) // 2, set[str]()
        settings = replace(own.settings, model_memory=tight * MIB, tile_memory=512 * MIB)
        engine = next(halls(settings, tuple(own._store._catalog.values())))  # type: ignore[attr-defined]
        try:
            drawn = engine.run(engine.model(SLOW), picture, Progress(lambda p, notes=notes: notes.add(p.note)))
        except OutOfMemory:
            little = tight
            continue
        if any("do not fit" in note for note in notes):
            break
        enough = tight
    else:
        pytest.fail(f"{enough} MiB hold the largest tile, and {little} MiB none")
    reference = here(own)
    beside = reference.run(reference.model(SLOW), picture, Progress())
    assert (drawn - beside).abs().max() < 0.02


def test_accelerators_keep_their_networks_here() -> None:
    assert type(store_for(replace(HERE, device="meta", model_worker=1))) is Store
    assert type(store_for(HERE)) is Store
