"""Turns are fair: the one who had least goes next, small things overtake, and nobody is served for ever or never."""

import threading
import time
from collections.abc import Callable

import pytest

from enhancer.engine import turns as room
from enhancer.engine.turns import AHEAD, Asker, Turns, asked_by


class Hall:
    """Work in real threads on a clock that only the work moves on; `order` says who worked."""

    def __init__(self, places: int = 1) -> None:
        self.now, self.order = 0.0, list[str]()
        self.turns = Turns(places, lambda: self.now)
        self._threads: list[threading.Thread] = []
        self._opened = threading.Event()

    def ask(self, name: str, turns: int, seconds: float = 1.0, quick: bool = False, label: str = "") -> None:
        """A job of so many turns, queued up behind all that were asked for before."""
        before = self._here()

        def work() -> None:
            with asked_by(Asker(name, quick)):
                for _ in range(turns):
                    with self.turns.turn(lambda: None):
                        assert self._opened.wait(10)
                        self.order.append(label or name)
                        self.now += seconds

        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()
        until(lambda: self._here() > before or not thread.is_alive())

    def _here(self) -> int:
        with self.turns._changed:
            return len(self.turns._waiting) + self.turns._working.total()

    def close(self) -> list[str]:
        """Let them work to the end → who did."""
        self._opened.set()
        for thread in self._threads:
            thread.join(20)
        return self.order


def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it never came true")


def test_equals_alternate() -> None:
    hall = Hall()
    for name in "abc":
        hall.ask(name, 4)
    order = hall.close()
    for n in range(0, 12, 3):
        assert sorted(order[n : n + 3]) == ["a", "b", "c"]


def test_many_jobs_of_one_get_no_more_than_one_job_of_another() -> None:
    hall = Hall()
    for _ in range(5):
        hall.ask("greedy", 4)
    hall.ask("modest", 4)
    order = hall.close()
    last = len(order) - 1 - order[::-1].index("modest")
    assert order[: last + 1].count("greedy") <= order[: last + 1].count("modest") + 1


def test_a_small_thing_overtakes_all_that_wait() -> None:
    hall = Hall()
    for n in range(6):
        hall.ask(f"large {n}", 3)
    hall.ask("small", 1, quick=True)
    assert hall.close().index("small") == 1  # after the turn that was under way


def test_small_things_of_the_one_with_the_large_job_overtake_too() -> None:
    hall = Hall()
    for name in ("mine", "other", "third"):
        hall.ask(name, 5)
    hall.ask("mine", 1, seconds=0.1, quick=True, label="preview")
    assert hall.close().index("preview") <= 1


def test_endless_small_things_starve_nobody() -> None:
    hall = Hall()
    hall.ask("large", 3)
    hall.ask("eager", 40, seconds=0.25, quick=True)
    order = hall.close()
    third = [n for n, name in enumerate(order) if name == "large"][2]
    assert order[:third].count("eager") * 0.25 <= AHEAD + 3


def test_who_comes_later_does_not_make_up_for_the_past() -> None:
    hall = Hall()
    hall._opened.set()
    hall.ask("old", 50)
    until(lambda: len(hall.order) == 50)
    hall._opened.clear()
    hall.ask("old", 6)
    hall.ask("new", 6)
    order = hall.close()[50:]
    assert abs(order[:6].count("old") - order[:6].count("new")) <= 1


def test_a_free_place_goes_to_whoever_holds_none() -> None:
    hall = Hall(places=2)
    for n in range(5):
        hall.ask("greedy", 1, label=f"greedy {n}")
    hall.ask("modest", 1)
    assert hall.close().index("modest") <= 2


def test_so_many_places_work_at_once() -> None:
    hall, met = Turns(3), threading.Barrier(3)

    def work() -> None:
        with hall.turn(lambda: None):
            met.wait(10)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not met.broken


def test_who_gives_up_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.01)
    hall = Hall()
    hall.ask("first", 1)

    def lost() -> None:
        raise InterruptedError

    with asked_by(Asker("gone", quick=True)), pytest.raises(InterruptedError), hall.turns.turn(lost):
        raise AssertionError("it was not its turn")
    hall.ask("last", 1)
    assert hall.close() == ["first", "last"]


def test_an_error_frees_the_place_and_no_account_is_kept() -> None:
    hall = Turns()
    for n in range(100):
        with asked_by(Asker(str(n))), pytest.raises(ZeroDivisionError), hall.turn(lambda: None):
            _ = 1 / 0
    assert hall._free == 1
    assert hall._spent == {}
    assert hall._working == {}
