"""Each statistic against its definition, number by number."""

from math import isnan, sqrt

import pytest
import torch
from torch import Tensor

from insight.statistics.activations import activation_statistics, dead_share, flat_share
from insight.statistics.gradients import example_norms, noise_scale, norm, predicted_decrease, rho
from insight.statistics.histogram import MAX_NUMBERS, histogram
from insight.statistics.losses import paired_t, variance_ratio


@pytest.fixture(scope="module")
def numbers() -> Tensor:
    """Random numbers for two members, seven examples and five units."""
    return torch.randn(2, 7, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 0.3


def test_activations_have_the_moments_of_all_their_numbers(numbers: Tensor) -> None:
    found = activation_statistics(numbers)
    for k in range(2):
        values = numbers[k].flatten()
        assert float(found.mean[k]) == pytest.approx(float(values.mean()), rel=1e-12)
        assert float(found.deviation[k]) == pytest.approx(float(values.std(correction=0)), rel=1e-12)
        assert float(found.largest[k]) == float(values.abs().max())


def test_the_signal_share_is_variance_between_examples_over_second_moment(numbers: Tensor) -> None:
    share = activation_statistics(numbers).share
    for k in range(2):
        variance = sum(float(numbers[k, :, unit].var(correction=0)) for unit in range(5))
        moment = sum(float(numbers[k, :, unit].square().mean()) for unit in range(5))
        assert float(share[k]) == pytest.approx(variance / moment, rel=1e-12)


def test_a_share_far_below_float32_is_not_lost() -> None:
    a = 0.5 + 1e-5 * torch.tensor([[[1.0], [-1.0]]])  # variance 1e-10, second moment 0.25
    assert float(activation_statistics(a).share) == pytest.approx(4e-10, rel=0.02)


@pytest.mark.parametrize(("z", "share"), [([[-1.0, 2.0], [-3.0, -1.0]], 0.5), ([[0.0, 0.0], [-1.0, 0.0]], 1.0)])
def test_a_unit_is_dead_if_no_example_makes_it_positive(z: list[list[float]], share: float) -> None:
    assert float(dead_share(torch.tensor([z]))) == share


def test_a_slope_is_flat_below_a_twentieth_of_the_largest() -> None:
    slopes = torch.tensor([[[0.25, 0.0126], [0.0124, -0.02]]])
    assert float(flat_share(slopes, 0.25)) == 0.25


def test_norms_of_single_examples_are_those_of_their_outer_products(numbers: Tensor) -> None:
    x, dz = numbers, numbers.flip(1)[:, :, :3]
    found = example_norms(x, dz, has_bias=True)
    for k in range(2):
        for i in range(7):
            weights, biases = torch.outer(x[k, i], dz[k, i]), dz[k, i]
            assert float(found[k, i]) == pytest.approx(float(weights.square().sum() + biases.square().sum()), rel=1e-12)


def test_the_noise_scale_is_trace_of_the_covariance_over_squared_gradient(numbers: Tensor) -> None:
    gradients = numbers[:1] + 2  # of seven examples by five parameters
    shares = gradients / 7
    found = noise_scale(shares.square().sum(2), norm(shares.sum(1)).square())
    covariance = torch.cov(gradients[0].T)
    squared = float(gradients[0].mean(0).square().sum()) - float(covariance.trace()) / 7
    assert float(found) == pytest.approx(float(covariance.trace()) / squared, rel=1e-12)


def test_the_noise_scale_of_pure_noise_or_one_example_is_unknown() -> None:
    opposite = torch.tensor([[1.0, 1.0]])
    assert isnan(float(noise_scale(opposite, torch.tensor([0.0]))))
    assert isnan(float(noise_scale(opposite[:, :1], torch.tensor([1.0]))))


@pytest.mark.parametrize(("step", "expected"), [(1e-3, 0.9995), (1.0, 0.5), (2.0, 0.0), (3.0, -0.5)])
def test_rho_is_one_minus_half_the_step_to_the_minimum(step: float, expected: float) -> None:
    """L = x²/2 at x = 1: g = 1, u = -step, L₁ = (1 - step)²/2, so rho = 1 - step/2."""
    before, after = torch.tensor([0.5], dtype=torch.float64), torch.tensor([(1 - step) ** 2 / 2], dtype=torch.float64)
    predicted = predicted_decrease(
        [(torch.ones(1, 1, dtype=torch.float64), torch.full((1, 1), -step, dtype=torch.float64))]
    )
    assert float(rho(before, after, predicted, 1e-9)) == pytest.approx(expected, rel=1e-9)


def test_rho_is_unknown_where_rounding_hides_the_decrease() -> None:
    one = torch.tensor([1.0])
    assert isnan(float(rho(one, one, torch.tensor([1e-7]), 1e-7)))


def test_paired_t_is_students() -> None:
    before, now = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.5, 2.1, 3.6]])
    differences = [0.5, 0.1, 0.6]
    mean = sum(differences) / 3
    deviation = sqrt(sum((one - mean) ** 2 for one in differences) / 2)
    assert float(paired_t(now, before)) == pytest.approx(mean / (deviation / sqrt(3)), rel=1e-6)


def test_the_variance_ratio_of_unchanged_networks_is_one() -> None:
    losses = torch.randn(4000, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    means = losses.mean(1)
    between = (means[1:] - means[:-1]).square().mean() / 2
    assert float(variance_ratio(between, losses.var(1).mean() / 20)) == pytest.approx(1, abs=0.06)


def test_a_histogram_counts_every_number_once() -> None:
    rows = torch.tensor([[0.0, 0.1, 0.9, 1.0], [2.0, 2.0, 2.0, float("nan")]])
    low, high, counts = histogram(rows, 2)
    assert low.tolist() == [0, 2]
    assert high.tolist() == [1, 2]
    assert counts.tolist() == [[2, 2], [3, 0]]


def test_a_histogram_of_many_numbers_counts_some() -> None:
    counts = histogram(torch.randn(1, 3 * MAX_NUMBERS + 1), 30)[2]
    assert 0.7 * MAX_NUMBERS < int(counts.sum()) <= MAX_NUMBERS
