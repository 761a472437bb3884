"""What happens is counted where it happens: once, under bounded labels, and not for those who are apart."""

import math
from collections.abc import Iterator

import pytest
import torch

from enhancer import watch
from enhancer.engine.jobs import Job, load
from enhancer.engine.turns import Asker
from enhancer.errors import BadPicture, Cancelled
from enhancer.logs import REQUEST_ID
from enhancer.media import Picture, decode, encode
from enhancer.monitor import Meters
from enhancer.progress import Progress
from enhancer.watch import What


@pytest.fixture
def meters() -> Iterator[Meters]:
    found = Meters(["x2-fast"])
    watch.listen(found)
    yield found
    watch._listeners = ()


def value(meters: Meters, name: str, **labels: str) -> float:
    return meters.registry.get_sample_value(f"enhancer_{name}", labels) or 0.0


def test_reading_and_writing_are_counted_with_their_bytes_and_pixels(meters: Meters) -> None:
    file = encode(Picture(torch.rand(3, 6, 5)), "png")
    assert value(meters, "stage_seconds_count", stage="encode", model="") == 1
    assert value(meters, "file_bytes_total", way="written") == len(file)
    decode(file)
    assert value(meters, "file_bytes_total", way="read") == len(file)
    assert value(meters, "pixels_total", way="read") == value(meters, "pixels_total", way="written") == 30
    with pytest.raises(BadPicture):
        decode(file[:40])
    assert value(meters, "stage_seconds_count", stage="decode", model="") == 1


def test_a_failure_is_counted_once_however_many_doors_it_passes(meters: Meters) -> None:
    def fails(_: Progress) -> None:
        raise BadPicture("torn")

    job = Job(fails, Asker(door="api")).start()
    for _ in range(2):
        with pytest.raises(BadPicture) as raised:
            job.result()
        watch.failed(raised.value)
    assert value(meters, "failures_total", kind="BadPicture") == 1
    assert value(meters, "work_seconds_count", door="api", outcome="failed") == 1
    watch.failed(ZeroDivisionError())
    watch.failed(Cancelled())
    assert value(meters, "failures_total", kind="Unexpected") == 1
    assert meters.registry.get_sample_value("enhancer_failures_total", {"kind": "Cancelled"}) is None


def test_who_waits_and_who_works_is_known(meters: Meters) -> None:
    seen = list[tuple[int, int]]()

    def looks(_: Progress) -> str:
        seen.append(load())
        return REQUEST_ID.get()

    token = REQUEST_ID.set("order-4711")
    job = Job(looks, Asker(door="page"))
    REQUEST_ID.reset(token)
    assert job.start().result() == "order-4711", "the thread of the work speaks of the request that asked for it"
    assert seen == [(0, 1)]
    assert value(meters, "waited_seconds_count") == 1
    assert value(meters, "work_seconds_count", door="page", outcome="done") == 1


def test_strangers_make_no_labels(meters: Meters) -> None:
    for model in ("x2-fast", "me/mine/a.safetensors", "/tmp/b.safetensors"):
        watch.tell(What.LOADED, model=model)
    assert value(meters, "model_loads_total", model="x2-fast") == 1
    assert value(meters, "model_loads_total", model="other") == 2


def test_a_result_without_any_error_spoils_no_mean(meters: Meters) -> None:
    watch.tell(What.CONSISTENCY, math.inf, model="x2-fast")
    assert value(meters, "consistency_db_sum", model="x2-fast") == 100
    watch.tell(What.CONSISTENCY, math.nan, model="x4-fast")
    assert value(meters, "consistency_db_sum", model="other") == -100
    for gain in (-math.inf, 0.05):
        watch.tell(What.GAIN, gain, model="x2-fast")
    assert value(meters, "self_test_gain_db_bucket", model="x2-fast", le="-3.0") == 1
    assert value(meters, "self_test_gain_db_bucket", model="x2-fast", le="0.1") == 2


def test_nobody_is_told_of_what_happens_apart(meters: Meters) -> None:
    with watch.apart():
        watch.tell(What.LOADED, model="x2-fast")
    assert value(meters, "model_loads_total", model="x2-fast") == 0


def test_a_listener_that_is_gone_hears_nothing() -> None:
    watch.listen(Meters([]))
    watch.tell(What.LOADED, model="x2-fast")
    assert all(known() is None for known in watch._listeners)


def test_what_may_be_asked_for_is_there_from_the_start(meters: Meters) -> None:
    text = meters.text().decode()
    for line in (
        'enhancer_failures_total{kind="OutOfMemory"} 0.0',
        'enhancer_remembered_total{outcome="hit"} 0.0',
        "process_resident_memory_bytes",
    ):
        assert line in text
    assert "_created" not in text
