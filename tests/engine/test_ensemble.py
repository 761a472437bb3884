"""Eight flips and turns: each is turned back, the mean and spread are those of all eight, one token rules them."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from enhancer.engine.ensemble import VIEWS, enhanced, ensemble, expected_error
from enhancer.errors import Cancelled
from enhancer.models.contract import Model
from enhancer.models.entry import Spread
from enhancer.progress import Progress
from tests.engine.test_engine import engine as quiet
from tests.engine.test_engine import model as calling
from tests.engine.test_extras import unet
from tests.engine.test_tiling import engine, generator


def picture(height: int = 20, width: int = 33) -> Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("model", [generator(1, unshuffle=2), generator(2), generator(3), generator(4)])
def test_mean_and_spread_are_those_of_the_eight_results(model: Model) -> None:
    hall, pixels = engine(model, "float32", 32), picture()
    found = ensemble(hall, model, pixels, Progress())
    results = []
    for dims in ((), (1,), (2,), (1, 2)):
        for swap in (False, True):
            seen = pixels.flip(dims)
            result = hall.run(model, seen.transpose(1, 2) if swap else seen, Progress())
            results.append((result.transpose(1, 2) if swap else result).flip(dims))
    eight = torch.stack(results)
    assert found.mean.shape == (3, model.scale * 20, model.scale * 33)
    assert torch.allclose(found.mean, eight.mean(0), atol=1e-5)
    assert torch.allclose(found.spread, eight.var(0).mean(0, keepdim=True).sqrt(), atol=1e-4)
    assert found.spread.mean() > 1e-3


def test_what_does_not_depend_on_the_direction_has_no_spread() -> None:
    probe = calling(lambda x: x / 2)
    found = ensemble(quiet(probe), probe, picture(), Progress())
    assert torch.allclose(found.mean, picture() / 2)
    assert float(found.spread.max()) < 1e-6


def test_the_plane_turns_along() -> None:
    seen = list[Tensor]()

    class Listener(torch.nn.Module):
        def forward(self, x: Tensor, plane: Tensor) -> Tensor:
            seen.append((x[:, :1] - plane).abs().max())
            return x

    probe = replace(unet(planes=1), network=Listener(), multiple_of=1, minimum=1, halo=0)
    hall, pixels = engine(probe, "float32", 32), picture(7, 12)
    hall._needs[probe.network] = 1
    ensemble(hall, probe, pixels, Progress(), pixels[:1])
    assert len(seen) == len(VIEWS)
    assert max(seen) == 0


def test_progress_runs_once_from_start_to_end_over_all_eight() -> None:
    shares, totals = list[float](), set[int]()

    def report(p: Progress) -> None:
        shares.append(p.done / p.total)
        totals.add(p.total)

    probe = generator(2)
    ensemble(engine(probe, "float32", 32), probe, picture(40, 100), Progress(report))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert len(set(shares)) > 2 * len(VIEWS)


def test_stop_ends_all_of_it_at_the_next_tile() -> None:
    probe = calling()
    progress = Progress(lambda p: p.cancel() if p.done / p.total > 0.3 else None)
    with pytest.raises(Cancelled):
        ensemble(quiet(probe), probe, picture(), progress)
    assert len(probe.network.sizes) == 3  # type: ignore[arg-type]  # the counting network of the test


def test_best_is_the_mean() -> None:
    probe = generator(2)
    hall, pixels = engine(probe, "float32", 32), picture()
    best, plain = (enhanced(hall, probe, pixels, Progress(), best=b) for b in (True, False))
    assert torch.equal(best, ensemble(hall, probe, pixels, Progress()).mean)
    assert torch.equal(plain, hall.run(probe, pixels, Progress()))
    assert not torch.equal(best, plain)


def test_the_expected_error_follows_the_table() -> None:
    table = Spread((1.0, 3.0), (2.0, 10.0), rank=1.0, ratio=1.0)
    spread = torch.tensor([[[0.0, 1.0, 2.0, 3.0, 50.0]]]) / 255
    assert expected_error(spread, table)[0, 0].tolist() == pytest.approx([2, 2, 6, 10, 10])
