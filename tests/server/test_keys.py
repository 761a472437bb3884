"""With a token or a login, every address but those of health asks for it, whatever is behind it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from enhancer.client import ApiError, Client
from enhancer.server.keys import ATTEMPTS, Keys
from enhancer.server.problems import Refused
from enhancer.settings import Settings
from tests.conftest import ROOT
from tests.server.conftest import Running, png, running
from tests.ui.browser import PATIENCE

TOKEN, NAME, PASSWORD = "a-token-of-tests", "anna", "pass:word é"
LOGIN = (NAME.encode(), PASSWORD.encode())
OPEN = {"/healthz", "/readyz"}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    limits = {"TOKEN": TOKEN, "LOGIN": f"{NAME}:{PASSWORD}", "MAX_REQUESTS": 0, "ORIGINS": "https://friend.example"}
    yield from running(tmp_path_factory.mktemp("locked"), limits)


@pytest.fixture(scope="module")
def addresses() -> list[tuple[str, str]]:
    """(method, path) of every route of the application as it is launched, in a process that ends."""
    program = [sys.executable, "-m", "tests.server.addresses"]
    told = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [(method, path) for method, path in map(str.split, told.splitlines())]


def test_every_route_asks_for_the_key(locked: Running, addresses: list[tuple[str, str]]) -> None:
    assert {"/", "/config", "/gradio_api/queue/join", "/gradio_api/upload", "/metrics", "/v1/", "/v1/upscale"} <= {
        path for _, path in addresses
    }
    assert len(addresses) > 80
    with httpx.Client(base_url=locked.url) as stranger:
        for method, path in addresses:
            status = stranger.request(method, path).status_code
            assert (status == 200) if path in OPEN and method == "GET" else (path in OPEN or status == 401), path


def test_every_route_that_ends_answers_those_who_have_the_key(
    locked: Running, addresses: list[tuple[str, str]]
) -> None:
    """Streams never end, so of them the beginning is looked at."""
    with httpx.Client(base_url=locked.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30) as friend:
        for method, path in addresses:
            with friend.stream(method, path) as answer:
                assert answer.status_code not in (401, 429), path


@pytest.mark.parametrize(
    "path", ["/nothing/here", "/gradio_api/file=/etc/passwd", "/v1/nothing", "/openapi.json", "//"]
)
def test_what_there_is_not_is_not_told_either(locked: Running, path: str) -> None:
    answer = httpx.get(locked.url + path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Authorization" in answer.json()["detail"]


GOOD = {"token": f"Bearer {TOKEN}", "any case": f"bearer {TOKEN}"}
BAD = {
    "wrong": "Bearer a-token-of-testz",
    "longer": f"Bearer {TOKEN}x",
    "empty": "Bearer",
    "bare": TOKEN,
    "no base64": "Basic ???",
    "no text": "Basic /////w==",
    "other kind": f"Digest {TOKEN}",
}


@pytest.mark.parametrize("key", GOOD.values(), ids=GOOD)
def test_good_keys(locked: Running, key: str) -> None:
    assert httpx.get(f"{locked.url}/v1/tasks", headers={"Authorization": key}).status_code == 200


@pytest.mark.parametrize("key", BAD.values(), ids=BAD)
def test_bad_keys(locked: Running, key: str) -> None:
    asked = {"Authorization": key, "X-Forwarded-For": f"10.3.0.{len(key)}"}
    assert httpx.get(f"{locked.url}/v1/tasks", headers=asked).status_code == 401


def test_people_have_a_name_and_a_password(locked: Running) -> None:
    for login, status in ((LOGIN, 200), (("any", TOKEN), 200), ((NAME, "wrong"), 401), (("anne", PASSWORD), 401)):
        assert httpx.get(locked.url, auth=httpx.BasicAuth(*login)).status_code == status


def test_without_keys_everybody_comes_in_and_half_a_login_is_refused() -> None:
    Keys(Settings()).check("", "a")
    for login in ("anna", "anna:", ":word"):
        with pytest.raises(ValueError, match="ENHANCER_LOGIN"):
            Keys(Settings(login=login))
    for token in ("schlüssel", "秘密", " token", "token ", "to\nken"):  # which no header brings as they are
        with pytest.raises(ValueError, match="ENHANCER_TOKEN"):
            Keys(Settings(token=token))
    with pytest.raises(Refused):
        Keys(Settings(login="a:b")).check("Bearer ", "a")
    assert "secret" not in repr(Settings(token="secret", login="a:secret"))


def test_who_guesses_has_to_wait(locked: Running) -> None:
    def guess(key: str, client: str = "10.3.1.1") -> httpx.Response:
        return httpx.get(f"{locked.url}/v1/tasks", headers={"Authorization": key, "X-Forwarded-For": client})

    assert {guess(f"Bearer {n}").status_code for n in range(ATTEMPTS)} == {401}
    answer = guess(f"Bearer {TOKEN}")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60
    assert guess(f"Bearer {TOKEN}", "10.3.1.2").status_code == 200


def test_other_ways_of_talking_are_closed(locked: Running) -> None:
    address = urlsplit(locked.url)
    asked = "GET /gradio_api/queue/join HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    asked += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as line:
        line.sendall(asked.encode())
        assert int(line.recv(4096).split()[1]) in (401, 403)


def test_a_friendly_site_may_ask_what_it_may_but_does_nothing_without_the_key(locked: Running) -> None:
    asked = {"Origin": "https://friend.example", "Access-Control-Request-Method": "POST"}
    assert httpx.options(f"{locked.url}/v1/median", headers=asked).status_code == 200
    asked = {"Origin": "https://friend.example"}
    assert httpx.post(f"{locked.url}/v1/median", content=png(8, 8), headers=asked).status_code == 401


def test_the_client_brings_the_token(locked: Running) -> None:
    with Client(locked.url, token=TOKEN) as client:
        assert client.enhance(png(8, 8), "median").width == 8
    with Client(locked.url) as client, pytest.raises(ApiError, match="token") as told:
        client.tasks()
    assert told.value.status == 401


def test_the_page_works_for_people_who_have_the_password(locked: Running, browser: Browser) -> None:
    context = browser.new_context(http_credentials={"username": NAME, "password": PASSWORD})
    page = context.new_page()
    page.goto(locked.url)
    expect(page.locator("#brand")).to_be_visible(timeout=PATIENCE)
    box = page.locator("#enhance-picture input[type=file]").first
    box.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png(64, 48)})
    page.locator("#enhance-go").click()
    expect(page.locator("#result img")).to_have_count(2, timeout=PATIENCE)
    context.close()
