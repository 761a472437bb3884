"""Jobs: begun, asked about, fetched, stopped; bounded in number, swept by age, and nobody's but who knows the id."""

import gc
import re
import tempfile
import time
import weakref
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from enhancer.client import ApiError, Client
from enhancer.engine.turns import Asker
from enhancer.errors import BadPicture
from enhancer.models.catalog import HUB_ENTRIES
from enhancer.progress import Progress
from enhancer.server.door import Door
from enhancer.server.kept import Keeper
from enhancer.server.problems import Refused
from enhancer.server.work import FileAnswer
from enhancer.settings import Settings
from tests.server.conftest import TIGHT, Running, png, shown

LONG = {"model": "x4-fast", "scale": 4, "best": True}
WITHIN = 60.0  # seconds


def test_a_job_gives_what_the_request_gives(client: Client, cat: Path) -> None:
    job = client.submit(cat, scale=2, format="tiff")
    assert re.fullmatch(r"/v1/jobs/[\w-]{32}", job.address)
    result = job.result()
    assert result.file == client.enhance(cat, scale=2, format="tiff").file
    assert (result.width, result.media_type) == (128, "image/tiff")
    assert job.result() == result  # as often as one likes
    told = job.status()
    assert (told["state"], told["task"], told["problem"]) == ("done", "upscale", None)
    assert told["result"] == f"{job.address}/result"
    job.cancel()
    with pytest.raises(ApiError, match="no job") as gone:
        job.status()
    assert gone.value.status == 404


def test_progress_is_told_and_a_job_can_be_stopped(program: Running, client: Client) -> None:
    job = client.submit(png(1500, 1500), **LONG)
    notes, until = set[str](), time.monotonic() + WITHIN
    for told in job.wait(0.05):
        notes.add(told["progress"]["note"])
        if told["progress"]["done"] > 0:
            break
        assert time.monotonic() < until
    assert told["state"] == "running"
    assert told["progress"]["total"] > told["progress"]["done"]
    answer = httpx.get(f"{program.url}{job.address}/result")
    assert (answer.status_code, "not finished" in answer.json()["detail"]) == (409, True)
    before = program.log.read_text().count("job stopped at")
    job.cancel()
    while program.log.read_text().count("job stopped at") == before:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_failed_job_says_why(client: Client) -> None:
    job = client.submit(b"no picture at all", "median")
    with pytest.raises(ApiError, match="text, not a picture") as failed:
        job.result()
    assert failed.value.status == 415
    told = job.status()
    assert told["state"] == "failed"
    assert told["problem"]["status"] == 415
    assert told["result"] is None


@pytest.mark.parametrize(
    ("task", "options", "status"),
    [
        ("upscale", {"scale": 2, "width": 9}, 422),
        ("upscale", {"model": "nosuch"}, 404),
        ("denoise", {"model": "x4-fast"}, 422),
        ("repair", {}, 422),
    ],
)
def test_what_no_picture_can_be_done_with_is_no_job(client: Client, task: str, options: Any, status: int) -> None:
    with pytest.raises(ApiError) as refused:
        client.submit(png(8, 8), task, **options)
    assert refused.value.status == status


def test_a_job_that_failed_for_good_is_not_asked_again(program: Running, client: Client) -> None:
    job, asked = client.submit(png(20, 20), model=HUB_ENTRIES[0].id, scale=4), "/result status=503"
    before = program.log.read_text().count(asked)
    with pytest.raises(ApiError, match="Hub") as failed:
        job.result()
    assert failed.value.status == 503
    assert program.log.read_text().count(asked) == before, "an answer that never changes was asked for"
    answer = httpx.get(f"{program.url}{job.address}/result")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, False)


def test_ids_do_not_stand_in_the_log(program: Running, client: Client, cat: Path) -> None:
    job = client.submit(cat, "median")
    job.result()
    secret = job.address.rsplit("/", 1)[1]
    assert "/v1/jobs/…" in program.log.read_text()
    assert secret not in program.log.read_text()


def test_jobs_are_bounded_and_swept(tight: Running) -> None:
    with Client(tight.url, tries=30) as client:
        jobs = [client.submit(png(16, 16), "median") for _ in range(TIGHT["MAX_JOBS"])]
        for job in jobs:
            job.result()
        refused = httpx.post(f"{tight.url}/v1/jobs/median", content=png(16, 16))
        assert (refused.status_code, refused.json()["limit"]) == (503, "max_jobs")
        assert "Retry-After" in refused.headers
        time.sleep(TIGHT["JOB_SECONDS"] + 0.5)
        for job in jobs:
            with pytest.raises(ApiError, match="no job"):
                job.status()
        again = client.submit(png(16, 16, 0x336699), "median")
        assert (shown(again.result().file) == (0x33, 0x66, 0x99)).all()
        again.cancel()


def test_a_result_is_forgotten_in_its_time_although_another_one_came_before() -> None:
    keeper, door = Keeper(Settings(job_seconds=2)), Door(4, 4)
    for _ in range(2):
        disk = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever holds it last
        answer = FileAnswer(disk, "clip.mp4", "video/mp4", (2, 2), 0.1, (), ())
        keeper.start("video", partial(_told, answer), Asker("somebody"), door.enter("somebody"))
        del answer
        time.sleep(0.2)
    until = time.monotonic() + 3
    while keeper._kept:
        assert time.monotonic() < until, "it waits for as long again as what came before it"
        time.sleep(0.02)
    assert disk.closed


def _told(answer: FileAnswer, _: Progress) -> FileAnswer:
    return answer


def test_one_client_may_have_all_the_room_until_others_come() -> None:
    now, door = [0.0], Door(9, 9)
    keeper = Keeper(Settings(max_jobs=8, max_share=1, job_seconds=900), lambda: now[0])

    def start(client: str, work: Callable[[Progress], FileAnswer] = _clip) -> str:
        now[0] += 1
        kept = keeper.start("video", work, Asker(client), door.enter(client))
        until = time.monotonic() + WITHIN
        while kept.ended is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        return kept.id

    def refused(client: str) -> tuple[HTTPStatus, str | None, int | None]:
        return _refused(partial(start, client))

    def known() -> set[str]:
        return {job for job in made if _is_there(keeper, job)}

    made = [start("a") for _ in range(8)]
    assert refused("a") == (HTTPStatus.SERVICE_UNAVAILABLE, "max_jobs", 892)
    fetched = keeper.find(made[3]).answer()
    assert isinstance(fetched, FileAnswer)
    fetched.file.close()
    assert refused("a")[0] == HTTPStatus.SERVICE_UNAVAILABLE
    made.append(start("b"))
    assert made[3] not in known()  # of who has more than a share, first what was fetched
    made.append(start("b"))
    assert made[0] not in known()  # then the oldest
    assert len(known()) == 8
    assert refused("b")[0] == HTTPStatus.SERVICE_UNAVAILABLE  # who has a share pushes nobody out
    made += [start(other) for other in "ccdd"]
    assert [keeper.find(job).client for job in made if job in known()] == list("aabbccdd")
    made.append(start("e"))
    assert made[-1] in known()
    keeper.drop(made[-1])
    failed = start("e", _fails)
    keeper.find(failed).status("/v1/jobs")  # which says why, and is all there is
    start("f")
    assert keeper.find(failed)  # of who has no more than a share nothing goes


def _is_there(keeper: Keeper, job: str) -> bool:
    try:
        return bool(keeper.find(job))
    except Refused:
        return False


def test_the_bytes_of_results_are_shared_likewise() -> None:
    keeper, door = Keeper(Settings(max_jobs_bytes=400)), Door(9, 9)

    def start(client: str) -> object:
        return keeper.start("video", _clip, Asker(client), door.enter(client)).job.future.result()

    for _ in range(4):
        start("a")
    status, limit, _ = _refused(partial(start, "a"))
    assert (status, limit) == (HTTPStatus.SERVICE_UNAVAILABLE, "max_jobs_bytes")
    start("b")


def _refused(ask: Callable[[], object]) -> tuple[HTTPStatus, str | None, int | None]:
    """What is told; the error itself would hold the results that were looked at."""
    try:
        ask()
    except Refused as told:
        return told.status, told.limit, told.retry_after
    raise AssertionError("it was let in")


def _clip(_: Progress) -> FileAnswer:
    disk = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever holds it last
    disk.write(bytes(100))
    disk.flush()
    return FileAnswer(disk, "clip.mp4", "video/mp4", (2, 2), 0.1, (), ())


def _fails(_: Progress) -> FileAnswer:
    raise BadPicture("This is no picture.")


def test_the_list_of_all_jobs_is_nobodys_business(program: Running) -> None:
    assert httpx.get(f"{program.url}/v1/jobs").status_code in (404, 405)
    assert httpx.get(f"{program.url}/v1/jobs/").status_code in (404, 405)


def test_a_forgotten_result_is_gone_at_once() -> None:
    """Its file counts against the room of all as long as anything holds it; nothing waits for a collection."""
    disk = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever holds it last
    answers = [FileAnswer(disk, "clip.mp4", "video/mp4", (2, 2), 0.1, (), ())]
    keeper, place = Keeper(Settings()), Door(4, 4).enter("somebody")
    gc.collect()
    gc.disable()
    try:
        kept = keeper.start("video", lambda _: answers.pop(), Asker("somebody"), place)
        kept.job.future.result()
        parked = weakref.ref(kept.job.future.result())
        job_id = kept.id
        del kept
        keeper.drop(job_id)
        until = time.monotonic() + 5
        while parked() is not None and time.monotonic() < until:
            time.sleep(0.01)  # the thread of the job ends
        assert parked() is None
        assert disk.closed
    finally:
        gc.enable()
