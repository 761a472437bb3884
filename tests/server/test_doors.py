"""Who may ask, and how often: names of the server, pages of other sites, and a pace for each client."""

import os
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest
from starlette.datastructures import Headers

from enhancer.server.door import LATEST, SOONEST, Door
from enhancer.server.pace import CLIENTS, Pace
from enhancer.server.problems import Refused
from enhancer.server.sites import Sites
from enhancer.settings import Settings
from enhancer.space import trust_its_proxy
from tests.server.conftest import Running, png, running
from tests.server.test_refusals import refused

OTHER = "https://elsewhere.example"
FRIEND = "https://friend.example"
SLOW = 6  # requests a minute


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    limits = {"MAX_REQUESTS": SLOW, "HOSTS": "photos.example, *.inside.example", "ORIGINS": FRIEND}
    yield from running(tmp_path_factory.mktemp("slow"), limits)


def ask(running: Running, client: str, path: str = "/v1/median") -> httpx.Response:
    """As one client behind a proxy on this machine."""
    what = {"content": png(8, 8)} if path.startswith("/v1") else {"json": {"data": [], "fn_index": 0}}
    return httpx.post(running.url + path, headers={"X-Forwarded-For": client}, **what)


def test_those_who_find_no_room_are_told_to_come_back_one_after_the_other() -> None:
    now = [0.0]
    door = Door(2, 1, lambda: now[0])

    def sent_away() -> int | None:
        with pytest.raises(Refused) as told:
            door.enter("somebody else")
        assert told.value.status == HTTPStatus.SERVICE_UNAVAILABLE
        return told.value.retry_after

    with door.enter("a"), door.enter("b"):
        assert sent_away() == SOONEST  # nothing is known of how long they stay
        now[0] = 10.0
    with door.enter("a"), door.enter("b"):
        assert [sent_away() for _ in range(4)] == [5, 10, 15, 20]  # a place becomes free every five seconds
        now[0] += 60.0
        assert sent_away() == 5
        assert max(sent_away() or 0 for _ in range(200)) == LATEST
        with pytest.raises(Refused) as told:
            door.enter("a")  # which has its share, and waits for its own
        assert (told.value.status, told.value.retry_after) == (HTTPStatus.TOO_MANY_REQUESTS, 5)


@pytest.mark.parametrize("path", ["/v1/median", "/gradio_api/queue/join", "/gradio_api/run/predict"])
def test_one_client_may_ask_so_often_and_others_still_may(slow: Running, path: str) -> None:
    client = f"10.0.1.{len(path)}"
    assert 429 not in {ask(slow, client, path).status_code for _ in range(SLOW)}
    answer = ask(slow, client, path)
    refused(answer, 429, f"{SLOW} times a minute", "max_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert ask(slow, "10.0.2.9", path).status_code != 429
    looking = httpx.get(f"{slow.url}/v1/tasks", headers={"X-Forwarded-For": client})
    assert looking.status_code == 200, "looking is free"


def test_the_window_moves() -> None:
    now = [0.0]
    pace = Pace(2, "{most} {after}", "max_requests", lambda: now[0])
    for now[0] in (0.0, 30.0):
        pace.step("a")
    now[0] = 45.0
    with pytest.raises(Refused, match="2 15") as told:
        pace.step("a")
    assert (told.value.retry_after, told.value.limit) == (15, "max_requests")
    now[0] = 60.0
    pace.step("a")
    with pytest.raises(Refused):
        pace.step("a")
    endless = Pace(0, "")
    for _ in range(1000):
        endless.step("a")


def test_many_clients_are_forgotten_after_a_minute() -> None:
    now = [0.0]
    pace = Pace(2, "", clock=lambda: now[0])
    for client in range(CLIENTS):
        pace.step(str(client))
    now[0] = 61.0
    pace.step("late")
    assert set(pace._came) == {"late"}


KNOWN = ("localhost", "localhost:7860", "a.localhost", "127.0.0.1:1", "[::1]:7860", "192.168.1.5", "photos.example:80")
KNOWN += ("PHOTOS.example", "cat.inside.example")
UNKNOWN = ("evil.example", "photos.example.evil.example", "inside.example", "localhost.evil.example", "", "a b", "x@y")
UNKNOWN += ("127.0.0.1.evil.example", "localhost/path", "[::1", "localhost:port", "photos.example?x", "127.1")


@pytest.mark.parametrize("host", KNOWN)
def test_names_that_are_ours(slow: Running, host: str) -> None:
    assert httpx.get(f"{slow.url}/v1/tasks", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", UNKNOWN)
@pytest.mark.parametrize("path", ["/", "/v1/tasks", "/gradio_api/info"])
def test_names_that_are_not(slow: Running, host: str, path: str) -> None:
    answer = httpx.get(slow.url + path, headers={"Host": host})
    assert answer.status_code == 400
    if host not in ("", "a b"):  # which the server itself may not even read
        refused(answer, 400, "ENHANCER_HOSTS", "hosts")
    forwarded = httpx.get(slow.url + path, headers={"X-Forwarded-Host": f"{host},localhost"})
    assert forwarded.status_code == 400


def test_who_watches_over_it_may_call_it_anything(slow: Running) -> None:
    for path in ("/healthz", "/readyz"):
        assert httpx.get(slow.url + path, headers={"Host": "pod-7"}).status_code == 200


def test_a_space_is_known_by_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(host: str) -> bool:
        try:
            Sites(Settings()).check_host(Headers({"host": host}))
        except Refused:
            return False
        return True

    assert not known("me-photos.hf.space")
    monkeypatch.setenv("SPACE_ID", "me/photos")
    monkeypatch.setenv("SPACE_HOST", "me-photos.hf.space,photos.example")
    assert known("me-photos.hf.space")
    assert known("photos.example")
    assert not known("elsewhere.example")
    assert not Sites(Settings()).is_foreign(Headers({"origin": "https://photos.example", "host": "10.0.0.1"}), "POST")
    assert Sites(Settings()).is_foreign(Headers({"origin": "https://evil.hf.space", "host": "10.0.0.1"}), "POST")


def test_visitors_of_a_space_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    trust_its_proxy()
    assert "FORWARDED_ALLOW_IPS" not in os.environ
    monkeypatch.setenv("SPACE_ID", "me/photos")
    trust_its_proxy()
    assert "10.0.0.0/8" in os.environ["FORWARDED_ALLOW_IPS"]
    assert "*" not in os.environ["FORWARDED_ALLOW_IPS"]
    monkeypatch.delenv("FORWARDED_ALLOW_IPS")


@pytest.mark.parametrize("path", ["/v1/median", "/gradio_api/queue/join", "/gradio_api/upload"])
@pytest.mark.parametrize("origin", [OTHER, "null", "http://127.0.0.1:1", "https://localhost.evil.example"])
def test_pages_of_other_sites_start_nothing(program: Running, path: str, origin: str) -> None:
    """Not even where they cannot read the answer."""
    refused(httpx.post(program.url + path, headers={"Origin": origin}), 403, "ENHANCER_ORIGINS", "origins")
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert httpx.options(program.url + path, headers=asked).status_code == 403


@pytest.mark.parametrize("path", ["/", "/config", "/v1/tasks", "/gradio_api/info", "/healthz"])
@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.5"])
def test_pages_of_other_sites_read_nothing(program: Running, path: str, host: str) -> None:
    """The framework would let all read under any other name than that of this machine."""
    answer = httpx.get(program.url + path, headers={"Origin": OTHER, "Host": host})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_own_page_is_no_other_site(program: Running, slow: Running) -> None:
    def post(running: Running, origin: str, host: str) -> int:
        asked = {"Origin": origin, "Host": host, "X-Forwarded-For": "10.9.9.9"}
        return httpx.post(f"{running.url}/v1/median", content=png(8, 8), headers=asked, timeout=30).status_code

    assert post(program, program.url, program.url.removeprefix("http://")) == 200
    assert post(program, "http://localhost", "localhost:80") == 200
    assert post(slow, "https://photos.example", "127.0.0.1:7860") == 200, "behind a proxy that names itself"


def test_a_site_that_was_let_in_may_ask_and_read(slow: Running) -> None:
    asked = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    before = httpx.options(f"{slow.url}/v1/median", headers=asked)
    assert before.status_code == 200
    assert before.headers["Access-Control-Allow-Origin"] == FRIEND
    answer = httpx.post(f"{slow.url}/v1/median", content=png(8, 8), headers={"Origin": FRIEND})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    policy = httpx.get(slow.url).headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {FRIEND}" in policy


def test_the_page_is_framed_by_nobody_else(program: Running) -> None:
    policy = httpx.get(program.url).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self'")
    assert "huggingface" not in policy
