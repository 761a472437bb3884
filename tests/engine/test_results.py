"""The same request is not computed twice, another one is; memory and time are bounded, and no proof rests on it."""

import time
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.ensemble import enhanced
from enhancer.engine.results import SHARE, Remembering, Results, counting, really, saved_by
from enhancer.evidence.recipe import record
from enhancer.evidence.verify import DIFFERENT, IDENTICAL, verify
from enhancer.media import Picture, encode
from enhancer.models.contract import Model, Origin
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.chain import Step
from tests.engine.test_engine import Calls, engine, model

MIB = 2**20


def known(gain: float = 0.5, sha256: str = "a", share: float = 1.0) -> Model:
    return replace(model(lambda x: x * gain), origins=(Origin("probe", sha256, share),))


def calls(probe: Model) -> int:
    assert isinstance(probe.network, Calls)
    return len(probe.network.sizes)


def remembering(probe: Model, most: int = 64 * MIB) -> Remembering:
    return Remembering(engine(probe), Results(most, 60))


def test_the_same_request_is_answered_from_memory_with_the_same_bits() -> None:
    probe, pixels = known(), torch.rand(3, 40, 30)
    hall = remembering(probe)
    first = hall.run(probe, pixels, Progress())
    drawn, told = calls(probe), list[tuple[int, int]]()
    again = hall.run(probe, pixels.clone(), Progress(lambda p: told.append((p.done, p.total))))
    assert torch.equal(again, first)
    assert calls(probe) == drawn
    assert told == [(1, 1)]


def test_what_was_saved_is_counted_in_seconds_of_the_first_time() -> None:
    probe, pixels = known(), torch.rand(3, 40, 30)
    hall = remembering(probe)
    first = counting(hall)
    first.run(probe, pixels, Progress())
    assert saved_by(first) == 0
    again = counting(hall)
    again.run(probe, pixels, Progress())
    again.run(probe, pixels, Progress())
    (drawn,) = hall._results._kept.values()
    assert saved_by(again) == 2 * drawn.seconds > 0
    assert (saved_by(first), saved_by(hall)) == (0, 0)
    assert counting(really(hall)) is really(hall)
    assert saved_by(really(hall)) == 0


def test_whoever_changes_a_result_changes_no_other() -> None:
    probe, pixels = known(), torch.rand(3, 40, 30)
    hall = remembering(probe)
    hall.run(probe, pixels, Progress()).zero_()
    hall.run(probe, pixels, Progress()).zero_()
    assert torch.equal(hall.run(probe, pixels, Progress()), pixels * 0.5)


def test_anything_else_is_computed() -> None:
    pixels, plane = torch.rand(3, 40, 32), torch.full((1, 40, 32), 0.1)
    probe = known()
    told = replace(probe, network=Told(), planes=1)
    hall = remembering(probe)
    hall._needs[told.network] = 1
    requests: list[tuple[Model, Tensor, Tensor | None]] = [
        (probe, pixels, None),
        (probe, pixels + 1e-7, None),
        (probe, pixels.reshape(3, 32, 40), None),
        (replace(probe, origins=(Origin("probe", "b"),)), pixels, None),
        (replace(probe, origins=(Origin("probe", "a", 0.5), Origin("twin", "b", 0.5))), pixels, None),
        (told, pixels, plane),
        (told, pixels, plane * 2),
    ]
    for which, x, extra in requests:
        hall.run(which, x, Progress(), extra)
    assert len(hall._results._kept) == len(requests)


class Told(torch.nn.Module):
    def forward(self, x: Tensor, plane: Tensor) -> Tensor:
        return x * plane


def test_every_view_of_best_quality_is_remembered() -> None:
    probe, pixels = known(), torch.rand(3, 40, 30)
    hall = remembering(probe)
    best = enhanced(hall, probe, pixels, Progress(), best=True)
    drawn = calls(probe)
    assert torch.equal(enhanced(hall, probe, pixels, Progress(), best=True), best)
    assert calls(probe) == drawn


def test_weights_without_a_file_behind_them_are_always_run() -> None:
    probe, pixels = model(), torch.rand(3, 20, 20)
    hall = remembering(probe)
    hall.run(probe, pixels, Progress())
    hall.run(probe, pixels, Progress())
    assert calls(probe) == 2


def test_bytes_are_bounded_and_the_least_used_goes_first() -> None:
    kept = Results(SHARE * 400, 60)
    for key in "abcd":
        kept.put(key, torch.zeros(100))
    assert kept.get("a") is not None
    kept.put("e", torch.zeros(100))
    assert kept.bytes == SHARE * 400
    assert [key for key in "abcde" if kept.get(key) is None] == ["b"]
    kept.put("large", torch.zeros(101))
    assert kept.get("large") is None


@pytest.mark.parametrize("most", [0, 8])
def test_no_memory_keeps_nothing(most: int) -> None:
    probe, pixels = known(), torch.rand(3, 20, 20)
    hall = remembering(probe, most)
    hall.run(probe, pixels, Progress())
    hall.run(probe, pixels, Progress())
    assert calls(probe) == 2
    assert hall._results.bytes == 0


def test_nothing_is_kept_for_longer_even_when_nobody_asks() -> None:
    now = [0.0]
    kept = Results(MIB, 30, lambda: now[0])
    kept.put("a", torch.zeros(10))
    now[0] = 29
    assert kept.get("a") is not None
    now[0] = 30  # being asked for does not make it younger
    assert kept.get("a") is None
    quick = Results(MIB, 0.05)
    quick.put("a", torch.zeros(10))
    until = time.monotonic() + 10
    while quick._kept and time.monotonic() < until:
        time.sleep(0.02)
    assert quick._kept == {}


def test_what_came_later_goes_in_its_own_time() -> None:
    kept, came = Results(MIB, 2.0), dict[str, float]()
    for key in "ab":
        kept.put(key, torch.zeros(10))
        came[key] = time.monotonic()
        time.sleep(0.2)
    while kept._kept:
        assert time.monotonic() - came["b"] < 3.0, "it waits for as long again as what came before it"
        time.sleep(0.02)


def test_a_recipe_names_the_models_of_a_remembered_run_and_verification_runs_anew() -> None:
    settings = Settings(device="cpu")
    hall = Remembering(Engine(Store(settings), settings), Results(64 * MIB, 60))
    picture, wishes = Picture((torch.rand(3, 24, 20) * 255).round() / 255), [Step("upscale", {"scale": 2})]
    source = encode(picture, "png")
    _, recipe = record(picture, wishes, hall, file=source)
    _, again = record(picture, wishes, hall, file=source)
    assert again == recipe
    assert again.steps[0].models != ()
    for drawn in hall._results._kept.values():
        drawn.result.zero_()  # what is remembered went bad
    _, wrong = record(picture, wishes, hall, file=source)
    assert wrong.result != recipe.result
    assert verify(recipe, source, hall).outcome == IDENTICAL
    assert verify(wrong, source, hall).outcome == DIFFERENT
