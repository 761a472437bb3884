"""The contact sheet behind the Compare tab, without a browser."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.engine import Engine
from enhancer.errors import Cancelled
from enhancer.evidence.contact import PLAIN, Tile
from enhancer.media import Picture
from enhancer.models.catalog import BUNDLED_ENTRIES, CATALOG, Entry
from enhancer.models.entry import Bundled
from enhancer.progress import Progress
from enhancer.ui.compare_words import NOTHING, NOTHING_TO_DO, clock, ended, further, grid, mark, notes, votes
from enhancer.ui.compare_work import Growing, Order, Sheet, elsewhere, fetched
from enhancer.ui.crop import cut
from enhancer.ui.picture_input import Source

PICTURE = Picture(torch.rand(3, 60, 80, generator=torch.Generator().manual_seed(0)))
FAST = next(e for e in BUNDLED_ENTRIES if e.id == "x2-fast")


def order(purpose: str = "upscale", side: int = 32, catalog: tuple[Entry, ...] = CATALOG) -> Order:
    source = Source(Path("a.png"), 80, 60, cut(PICTURE, (0.5, 0.5), (8, 8)))
    return Order("a.png", source, (1.0, 0.5), side, purpose, 2.0, 10, catalog)


def keep(pixels: torch.Tensor) -> str:
    return f"/tmp/{pixels.mean():.1f}/it's.png"


def drawn(model_id: str, title: str, level: float = 0.5) -> Tile:
    return Tile(model_id, title, torch.full((3, 20, 30), level), 1.26, 75.0)


LEFT_OUT = Tile("late", "Late", skipped="Left out: the 10 s were over <before> its turn.")


def sheet(*tiles: Tile, waiting: tuple[str, ...] = ()) -> Sheet:
    growing = Growing(Sheet(order(), waiting))
    growing.add(tiles, keep)
    return growing.sheet


def test_a_sheet_grows_without_keeping_pixels() -> None:
    growing = Growing(Sheet(order(), ("Fast", "Late")))
    assert growing.news() is growing.sheet
    assert growing.news() is None
    growing.add([drawn("fast", "Fast"), drawn("fast", "Fast"), LEFT_OUT], keep)
    found = growing.news()
    assert found is not None
    assert [t.model_id for t in found.tiles] == ["fast", "late"]
    assert found.waiting == ()
    assert found.size == (30, 20)
    assert sum(t.pixels.numel() for t in found.tiles if t.pixels is not None) == 0
    assert found.tile("fast") is found.tiles[0]
    assert found.tile("late") is None


def test_the_part_is_moved_inside_and_framed() -> None:
    assert order().part == (48, 14, 32, 32)
    assert order(side=384).part == (0, 0, 80, 60)
    assert "left: 60.000%; top: 23.333%; width: 40.000%; height: 53.333%" in mark(order())


def test_names_are_shown_or_numbers_alone() -> None:
    found = sheet(drawn("a", "Able", 0.1), drawn("b", "<Baker>", 0.9), LEFT_OUT)
    named, unnamed = grid(found, False), grid(found, True)
    assert "&lt;Baker&gt;" in named
    assert "1.3 s for this part · about 75 s for the whole picture" in named
    assert "Left out: the 10 s were over &lt;before&gt; its turn." in named
    assert "gradio_api/file=/tmp/0.1/it%27s.png" in named
    assert named.count("data-use=") == 2
    assert unnamed.count("class='view'") == 2
    assert not any(name in unnamed for name in ("Able", "Baker", "Late", "data-use", "1.3 s"))
    assert "Late: Left out" in notes(found, True, ())
    assert notes(found, False, ()) == ""
    first = found.ballot.reveal("1")
    voted = grid(replace(found, voted=first.model_id), True)
    assert voted.count("Your vote") == voted.count("use first") == 1
    assert "Able" in voted


def test_who_is_ready_first_does_not_show_in_a_blind_vote() -> None:
    found = sheet(drawn(PLAIN, "Plain resize"), waiting=("Able", "Baker"))
    assert "<img" not in grid(found, True)
    assert grid(found, True).count("class='soon'") == 3
    assert grid(found, False).count("class='soon'") == 2
    assert grid(None, True) == NOTHING


def test_doing_nothing_is_not_offered_as_something_to_do() -> None:
    assert "data-use='plain'" in grid(sheet(drawn(PLAIN, "Plain resize")), False)
    unchanged = replace(sheet(drawn(PLAIN, "Unchanged")), order=order("denoise"))
    assert NOTHING_TO_DO in grid(unchanged, False)
    assert "data-use" not in grid(unchanged, False)


def test_a_step_does_what_its_tile_shows() -> None:
    step = sheet().step(Tile("x4-fast", "Fast ×4"))
    assert step is not None
    assert (step.task, step.options["model"], step.options["scale"]) == ("upscale", "x4-fast", 2.0)


def test_a_model_is_fetched_and_then_has_all_the_time(hall: Engine) -> None:
    found = fetched(order(), FAST, PICTURE, hall, Progress())
    assert [t.model_id for t in found] == [PLAIN, "x2-fast"]
    assert all(t.pixels is not None and t.pixels.shape == (3, 64, 64) for t in found)
    lost = replace(FAST, id="lost", title="Lost", source=Bundled("lost.safetensors"))
    (tile,) = fetched(order(), lost, PICTURE, hall, Progress())
    assert "There is no model 'lost'" in str(tile.skipped)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        fetched(order(), FAST, PICTURE, hall, progress)


def test_what_is_not_here_is_offered_with_what_it_costs(hall: Engine) -> None:
    others = elsewhere("upscale", hall, CATALOG)
    assert {e.id for e in others}.isdisjoint({"x2-fast", "x4-fast"})
    big = replace(FAST, id="big", title="Big", bytes=12_000_000, source=Bundled("big.safetensors"))
    assert further(elsewhere("upscale", hall, (FAST, big))) == [("Big · 11 MB", "big")]
    assert "Not on this machine: Big." in notes(None, False, (big,))


def test_the_lines_say_how_far_it_is() -> None:
    assert "Comparing · Fast ×2 · 3 of 10 s" in clock(3.4, 10, "Fast ×2")
    assert 'aria-valuenow="100"' in clock(14, 10, "Fast ×2")
    assert "Done in 2.0 s: 1 picture." in ended(sheet(drawn("a", "Able")), 2)
    assert "2 pictures; 1 could not be shown" in ended(sheet(drawn("a", "A"), drawn("b", "B"), LEFT_OUT), 2)
    assert votes({}) == ""
    assert "You chose Baker without seeing its name. Your votes during this visit: Baker: 2, Able: 1." in votes(
        {"Able": 1, "Baker": 2}, "Baker"
    )
