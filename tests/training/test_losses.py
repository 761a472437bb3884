"""Losses against values worked out by hand, and the game against what it is for."""

import math

import pytest
import torch

from enhancer.training.adversarial import artefact_loss, artefact_map, feature_distance, fool_loss, judge_loss, shown
from enhancer.training.losses import charbonnier, decibels, fft_distance, grid_distance, pixel_distance, sharpened


def test_pixel_distances_by_hand() -> None:
    zeros, halves = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.5)
    assert float(pixel_distance(halves, zeros, zeros, "l1", 0.0)) == pytest.approx(0.5)
    assert float(pixel_distance(halves, zeros, zeros, "l2", 0.0)) == pytest.approx(0.25)
    assert float(charbonnier(halves, zeros)) == pytest.approx((0.25 + 1e-6) ** 0.5)
    assert float(charbonnier(zeros, zeros)) == pytest.approx(1e-3)
    # a constant has one coefficient, 16 · 0.5, in the 4 x 3 half-spectrum of real and imaginary parts
    assert float(fft_distance(halves, zeros)) == pytest.approx(8 / 24)
    assert float(pixel_distance(halves, zeros, zeros, "l1", 0.1)) == pytest.approx(0.5 + 0.1 * 8 / 24)


def test_decibels_by_hand_count_every_picture_alike() -> None:
    target = torch.zeros(2, 3, 4, 4)
    output = torch.stack([torch.full((3, 4, 4), 0.1), torch.full((3, 4, 4), 0.01)])
    luminance, smallest = (65.481 + 128.553 + 24.966) / 255, (0.7 / 255) ** 2
    expected = [math.log((luminance * d) ** 2 + 0.1 * d**2 + smallest) / 100 for d in (0.1, 0.01)]
    assert float(decibels(output, target, target)) == pytest.approx(sum(expected) / 2, rel=1e-5)
    halved = [decibels(torch.stack([a * output[0], b * output[1]]), target, target) for a, b in ((0.5, 1), (1, 0.5))]
    assert float(halved[0]) == pytest.approx(float(halved[1]), rel=0.02)  # halving the small error gains as much


def test_what_a_teacher_could_not_know_counts_as_if_it_were_chance() -> None:
    """The mean over truths that scatter around the teacher's picture is what is minimised."""
    source = torch.Generator().manual_seed(3)
    output, taught = torch.rand(2, 1, 3, 64, 64, generator=source).div(10)
    truth = taught + torch.randn(1, 3, 64, 64, generator=source) / 10
    expected = decibels(output, truth, truth)
    assert float(decibels(output, taught, truth)) == pytest.approx(float(expected), abs=2e-4)
    assert float(decibels(output, taught, taught)) < float(expected) - 0.005
    assert float(decibels(taught, taught, truth)) == pytest.approx(float(decibels(taught, truth, truth)), rel=1e-6)


def test_truths_are_sharpened_at_edges_and_nowhere_else() -> None:
    truth = torch.full((1, 3, 96, 96), 0.3)
    truth[..., 48:] = 0.7
    truth[..., :16, :16] += 2 / 255  # too faint to be an edge
    crisp = sharpened(truth, 0.5)
    row = crisp[0, 0, 60]
    assert 0.35 < float(row[48] - 0.7) + float(0.3 - row[47]) + 0.2 < 0.45  # each side gives half of its 0.2
    assert row[49:60].diff().max() < 0  # the overshoot fades away from the edge
    assert torch.equal(crisp[..., :16, :12], truth[..., :16, :12])
    assert torch.equal(sharpened(truth, 0.0), truth)
    assert sharpened(torch.rand(1, 3, 20, 30), 0.5).shape == (1, 3, 20, 30)


def test_a_grid_costs_what_its_places_differ_by_and_nothing_else_does() -> None:
    truth = torch.rand(2, 3, 19, 26, generator=torch.Generator().manual_seed(4))
    assert float(grid_distance(truth + 0.1, truth, 4)) == pytest.approx(0, abs=1e-6)  # a shift is no grid
    pattern = torch.zeros_like(truth)
    pattern[..., ::4, ::4] = 0.16  # 1 of 16 places, 0.15 above the mean, which is 0.01 above the others
    assert float(grid_distance(truth + pattern, truth, 4)) == pytest.approx((0.15 + 15 * 0.01) / 16, rel=1e-4)
    halved = torch.cat([truth[:1] + pattern[:1], truth[1:]])
    assert float(grid_distance(halved, truth, 4)) == pytest.approx((0.15 + 15 * 0.01) / 32, rel=1e-4)
    opposed = pattern * torch.tensor([1, -1, 0]).view(3, 1, 1)  # one colour cannot hide behind another
    assert float(grid_distance(truth + opposed, truth, 4)) == pytest.approx((0.15 + 15 * 0.01) / 24, rel=1e-4)
    moved = torch.zeros_like(truth).requires_grad_()
    (slope,) = torch.autograd.grad(grid_distance(moved + pattern, torch.zeros_like(truth), 4), moved)
    assert slope[0, 0, 0, 0] > 0 > slope[0, 0, 1, 1]  # the high places sink, the others rise


def test_the_judge_sees_the_truth_where_it_is_smooth_and_the_output_where_it_is_not() -> None:
    source = torch.Generator().manual_seed(5)
    truth = torch.full((1, 3, 40, 80), 0.4) + torch.randn(1, 3, 40, 80, generator=source) / 255  # a little grain
    truth[..., 40:] += 0.2 * torch.randn(1, 1, 40, 40, generator=source)
    output = (truth + 0.1).requires_grad_()
    seen = shown(truth, output)
    assert torch.equal(seen[..., :30], truth[..., :30])
    assert torch.equal(seen[..., 50:], output[..., 50:])
    (slope,) = torch.autograd.grad(seen.sum(), output)
    assert not slope[..., :30].any()
    assert (slope[..., 50:] == 1).all()


def test_the_least_squares_game_as_its_authors_wrote_it() -> None:
    real, fake = torch.tensor([0.8, 1.2]), torch.tensor([0.1, 0.3])
    assert float(judge_loss(real, fake, relativistic=False)) == pytest.approx(0.5 * (0.04 + 0.05))
    assert float(fool_loss(real, fake, relativistic=False)) == pytest.approx((0.81 + 0.49) / 2)
    assert float(judge_loss(torch.ones(3), torch.zeros(3), relativistic=False)) == 0


def test_the_relativistic_game_counts_against_the_other_side() -> None:
    real, fake = torch.tensor([2.0, 2.0]), torch.tensor([1.0, 1.0])
    assert float(judge_loss(real, fake, relativistic=True)) == pytest.approx(0)  # one apart is what it wants
    assert float(fool_loss(real, fake, relativistic=True)) == pytest.approx(4)
    shifted = judge_loss(real + 5, fake + 5, relativistic=True)
    assert float(shifted) == pytest.approx(0)


def test_feature_distance_pulls_only_the_made_picture() -> None:
    real = [torch.ones(1, 2, 2, 2, requires_grad=True)]
    fake = [torch.zeros(1, 2, 2, 2, requires_grad=True)]
    loss = feature_distance(real, fake)
    loss.backward()
    assert loss.item() == 1
    assert real[0].grad is None
    assert fake[0].grad is not None


def test_the_artefact_map_lights_up_where_noise_was_invented_and_nowhere_else() -> None:
    torch.manual_seed(0)
    target = torch.full((1, 3, 64, 64), 0.5)
    average, output = target.clone() + 0.01, target.clone()
    output[..., 16:32, 16:32] += 0.3 * torch.randn(1, 3, 16, 16)
    weights = artefact_map(target, output, average)
    assert weights.shape == (1, 1, 64, 64)
    inside, outside = weights[..., 18:30, 18:30].mean(), weights[..., 40:, 40:].mean()
    assert float(inside) > 100 * float(outside)
    assert float(artefact_map(target, output, output).max()) == pytest.approx(float(weights.max()), rel=0.2)
    assert float(artefact_loss(target, target, average)) == 0
