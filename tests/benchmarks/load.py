"""Fifty users at a queue of twenty, one greedy visitor, 2,000 cards: `python -m tests.benchmarks.load [--minutes 5]`.

Every user has an address of its own on this machine, comes again when Retry-After says so, and sends what takes the
program as long as a small photograph does.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from tests.server.conftest import Running, png, running, shown

USERS, QUEUE, GREEDY, CARDS, CARD_USERS = 50, 20, 20, 2000, 16
OTHERS = 5  # visitors beside the greedy one
OFTEN = 0.1  # seconds between two looks at /healthz
WITHIN = 120  # seconds
WORK = ("upscale", {"model": "x2-fast", "scale": "2"})
PICTURE = png(640, 480, 0x336699)


@dataclass
class Seen:
    """What users were answered: how often each status, the seconds of refusals, those without a time to come again.

    `late` is by how much the users themselves run late: a machine that others use, too, lets everybody wait.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    tries: list[int] = field(default_factory=list)
    silent: int = 0


def told(what: str, value: float | str, wanted: str = "") -> None:
    """One line of the result."""
    sys.stdout.write(f"{what:<62} {value if isinstance(value, str) else f'{value:.3f}':>24}  {wanted}\n")
    sys.stdout.flush()


def user(server: Running, number: int) -> httpx.AsyncClient:
    """A client with an address of its own; for TLS, which nobody speaks here, fifty would prepare for over a second."""
    address = f"127.0.{1 + number // 200}.{1 + number % 200}"
    transport = httpx.AsyncHTTPTransport(local_address=address, verify=False)
    return httpx.AsyncClient(base_url=server.url, transport=transport, timeout=WITHIN)


async def asked(client: httpx.AsyncClient, picture: bytes = PICTURE) -> tuple[httpx.Response, float]:
    """An answer and the seconds that it took."""
    began = time.perf_counter()
    answer = await client.post(f"/v1/{WORK[0]}", content=picture, params=WORK[1])
    return answer, time.perf_counter() - began


async def insist(server: Running, number: int, until: float, seen: Seen) -> None:
    """Ask again and again, politely."""
    tries = 0
    async with user(server, number) as client:
        while time.monotonic() < until:
            answer, took = await asked(client)
            seen.statuses[answer.status_code] += 1
            tries += 1
            if answer.status_code == 200:
                seen.tries.append(tries)
                tries = 0
                continue
            seen.refusals.append(took)
            again = answer.headers.get("Retry-After", "")
            seen.silent += not (again.isdecimal() and 1 <= int(again) <= 120)
            await asyncio.sleep(float(again or 1))


async def watch(server: Running, until: float, seen: Seen) -> None:
    """Ask for its health all the time."""
    async with user(server, 300) as client:
        while time.monotonic() < until:
            began = time.perf_counter()
            assert (await client.get("/healthz")).status_code == 200
            seen.health.append((asleep := time.perf_counter()) - began)
            await asyncio.sleep(OFTEN)
            seen.late.append(time.perf_counter() - asleep - OFTEN)


async def overload(server: Running, minutes: float) -> Seen:
    """Fifty users."""
    seen, until = Seen(), time.monotonic() + 60 * minutes
    await asyncio.gather(watch(server, until, seen), *(insist(server, n, until, seen) for n in range(USERS)))
    return seen


async def greed(server: Running) -> tuple[float, float, Counter[int]]:
    """Seconds of a picture alone, of the others in the median while one sends twenty, and what that one is told."""
    async with user(server, 301) as greedy:
        await asked(greedy)
        alone = min([(await asked(greedy))[1] for _ in range(3)])
        all_of_it = [asyncio.ensure_future(asked(greedy)) for _ in range(GREEDY)]
        await asyncio.sleep(alone / 2)
        waits = await asyncio.gather(*(_one(server, 302 + n) for n in range(OTHERS)))
        answers = Counter(answer.status_code for answer, _ in await asyncio.gather(*all_of_it))
    return alone, float(np.median(waits)), answers


async def _one(server: Running, number: int) -> float:
    async with user(server, number) as client:
        answer, took = await asked(client)
        assert answer.status_code == 200, answer.text
        return took


async def cards(server: Running, count: int) -> int:
    """How many answers were not the card of their own visitor."""
    wrong = 0

    async def visit(first: int) -> None:
        nonlocal wrong
        async with user(server, 400 + first) as client:
            for n in range(first, count, CARD_USERS):
                card = png(24 + n % 7, 16, 0x1000 + n * 0x1F01)
                wrong += not await _is_back(client, card)

    await asyncio.gather(*(visit(n) for n in range(CARD_USERS)))
    return wrong


async def _is_back(client: httpx.AsyncClient, card: bytes) -> bool:
    while (answer := await client.post("/v1/gamma?gamma=1&receipt=false", content=card)).status_code in (429, 503):
        await asyncio.sleep(float(answer.headers["Retry-After"]))
    return answer.status_code == 200 and np.array_equal(shown(answer.content), shown(card))


def report(seen: Seen) -> None:
    """All figures of the fifty users."""
    told("answers by status", ", ".join(f"{k}: {v}" for k, v in sorted(seen.statuses.items())), "200, 429, 503 alone")
    told("refusals without Retry-After of 1 to 120", str(seen.silent), "0")
    for what, seconds, wanted in (
        ("refusals", seen.refusals, "<= 0.300"),
        ("/healthz", seen.health, "<= 0.250"),
        ("the users' own lateness", seen.late, "for comparison"),
    ):
        median, p99 = np.percentile(seconds or [0.0], (50, 99))
        told(f"{what}, median of {len(seconds)}, s", median)
        told(f"{what}, p99, s", p99, wanted)
    told(
        "let in within three tries, of those who came again",
        float(np.mean(np.array(seen.tries or [0]) <= 3)),
        ">= 0.95",
    )


def main() -> None:
    """Print all figures."""
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    words.add_argument("--minutes", type=float, default=5.0)
    words.add_argument("--cards", type=int, default=CARDS)
    a = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        program = running(Path(place), {"MAX_QUEUE": QUEUE})
        server = next(program)
        try:
            measured(server, a.minutes, a.cards)
        finally:
            program.close()


def measured(server: Running, minutes: float, count: int) -> None:
    """One after another, on a server that runs."""
    steps: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: _told_greed(server),
        lambda: _told_overload(server, minutes),
        lambda: _told_cards(server, count),
    )
    for step in steps:
        asyncio.run(step())  # type: ignore[arg-type]


async def _told_greed(server: Running) -> None:
    alone, others, answers = await greed(server)
    told("one picture alone, s", alone)
    told("greedy visitor's answers", ", ".join(f"{k}: {v}" for k, v in sorted(answers.items())))
    told("others' wait beside a greedy visitor / (5 x alone)", others / (OTHERS * alone), "<= 2.5")


async def _told_overload(server: Running, minutes: float) -> None:
    report(await overload(server, minutes))


async def _told_cards(server: Running, count: int) -> None:
    told(f"cards that went to the wrong visitor, of {count}", str(await cards(server, count)), "0")


if __name__ == "__main__":
    main()
