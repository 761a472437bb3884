"""A self-test imitates the damage that was found, and judges only steps that bring back what was there."""

import torch

from enhancer.engine import Engine
from enhancer.evidence.diagnosis import diagnose
from enhancer.evidence.imitate import damage_of, fair
from enhancer.evidence.self_test import PLAIN, STEPS, UNTREATED, Damage, damaged, eight_bit, self_test
from enhancer.media.picture import Picture
from enhancer.metrics import psnr
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.chain import Step, for_part, run_chain
from enhancer.tasks.resize import resize
from tests.evidence.test_propose import found, healthy

HALL = Engine(Store(Settings()), Settings())


def picture(height: int = 96, width: int = 128) -> Picture:
    """Soft waves, in which noise is plain to see."""
    y, x = torch.meshgrid(torch.linspace(0, 9, height), torch.linspace(0, 12, width), indexing="ij")
    return Picture(torch.stack([x.sin(), y.cos(), (x + y).sin()]) * 0.2 + 0.5)


def test_found_noise_and_compression_are_imitated_and_nothing_else() -> None:
    ill = healthy(noise=found("noise", 18.24), jpeg=found("jpeg", 40), brightness=found("brightness", 9, "too dark"))
    assert damage_of(ill) == Damage(18.2, 40)
    assert damage_of(healthy(noise=found("noise", 99))).noise == 75
    assert damage_of(healthy()) == Damage()
    noisy = Picture(damaged(eight_bit(picture().pixels), Damage(noise=20)))
    assert abs(damage_of(diagnose(noisy)).noise - 20) < 2


def test_tones_and_edges_are_a_matter_of_taste() -> None:
    steps = [Step(task) for task in ("wavelet", "gamma", "unsharp", "lowlight", "mend", "upscale")]
    assert [step.task_id for step in fair(steps)] == ["wavelet", "mend", "upscale"]


def test_a_chain_is_tested_as_it_was_wished_and_beside_the_models() -> None:
    steps = (Step("wavelet", {"noise": 20}), Step("upscale", {"scale": 3, "model": "x2-fast"}))
    tested = self_test(picture(), ["x2-fast"], HALL, Progress(), 3, Damage(noise=20), steps=steps)
    assert [row.method for row in tested.rows] == [PLAIN, STEPS, "x2-fast"]
    truth = picture().pixels[:, :96, :126]
    small = Picture(damaged(eight_bit(resize(truth, 32, 42)), Damage(noise=20)))
    expected = run_chain(small, steps, HALL, Progress()).pixels
    inner = (slice(None), slice(3, -3), slice(3, -3))
    assert abs(tested.rows[1].figures["psnr"] - psnr(eight_bit(expected)[inner], truth[inner])) < 0.01
    assert tested.rows[1].gain > tested.rows[2].gain + 3


def test_a_chain_that_keeps_the_size_has_to_beat_the_untreated_picture() -> None:
    tested = self_test(picture(), (), HALL, Progress(), 1, Damage(noise=20), steps=(Step("wavelet", {"noise": 20}),))
    assert [row.method for row in tested.rows] == [UNTREATED, STEPS]
    assert tested.rows[1].gain > 3


def test_for_a_part_every_step_makes_its_share_of_the_whole() -> None:
    steps = (
        Step("upscale", {"long_side": 100, "strength": 0.0}),
        Step("gamma"),
        Step("upscale", {"width": 800, "height": 600, "model": "x4-fast"}),
    )
    first, second, third = for_part(steps, (400, 300), (60, 40), 10**8)
    assert first.options == {"strength": 0.0, "width": 15, "height": 10}
    assert second == Step("gamma")
    assert third.options == {"model": "x4-fast", "width": 120, "height": 80}
