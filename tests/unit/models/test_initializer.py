"""Initial weights have the distribution of their initializer."""

from math import pi, sqrt

import pytest
import torch

from gradus.spec.initializer import ConcreteInitializer, Constant, He, Normal, Orthogonal, Uniform, Xavier, Zeros
from models.initializer import initial_weights

FAN_IN, UNITS = 400, 100  # 40 000 weights: the mean is within 5 deviations / 200, a deviation within some percent

DEVIATIONS: list[tuple[ConcreteInitializer, float]] = [
    (Xavier(), sqrt(1 / 400)),
    (Xavier(fan="average"), sqrt(1 / 250)),  # (400 + 100) / 2
    (Xavier(distribution="uniform"), sqrt(1 / 400)),
    (Xavier(distribution="uniform", fan="average"), sqrt(1 / 250)),
    (He(), sqrt(2 / 400)),
    (He(fan="average"), sqrt(2 / 250)),
    (He(distribution="uniform"), sqrt(2 / 400)),
    (He(distribution="uniform", fan="average"), sqrt(2 / 250)),
    (Normal(std=0.3), 0.3),
    (Uniform(bound=0.3), 0.3 / sqrt(3)),
    (Orthogonal(), 1 / sqrt(400)),  # 100 columns of length 1 over 400 rows
    (Orthogonal(gain=2), 2 / sqrt(400)),
]


def _draw(initializer: ConcreteInitializer, fan_in: int = FAN_IN, units: int = UNITS, seed: int = 0) -> torch.Tensor:
    return initial_weights(initializer, fan_in, units, torch.Generator().manual_seed(seed)).double()


@pytest.mark.parametrize(("initializer", "deviation"), DEVIATIONS, ids=str)
def test_mean_and_deviation_are_those_of_the_formula(initializer: ConcreteInitializer, deviation: float) -> None:
    weights = _draw(initializer)
    assert weights.mean().item() == pytest.approx(0, abs=5 * deviation / sqrt(FAN_IN * UNITS))
    assert weights.std().item() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize(
    ("initializer", "bound"),
    [
        (Xavier(distribution="uniform"), sqrt(3 / 400)),
        (He(distribution="uniform"), sqrt(6 / 400)),
        (He(distribution="uniform", fan="average"), sqrt(6 / 250)),
        (Uniform(bound=0.3), 0.3),
    ],
    ids=str,
)
def test_uniform_weights_fill_their_bounds_and_keep_within(initializer: ConcreteInitializer, bound: float) -> None:
    weights = _draw(initializer)
    assert weights.abs().max().item() <= bound * (1 + 1e-6)
    assert weights.abs().max().item() == pytest.approx(bound, rel=1e-3)


def test_normal_weights_have_the_normal_distributions_mean_size() -> None:
    assert _draw(Normal(std=1)).abs().mean().item() == pytest.approx(sqrt(2 / pi), rel=0.02)


@pytest.mark.parametrize(("fan_in", "units"), [(30, 10), (10, 30), (20, 20)])
def test_orthogonal_weights_are_orthonormal_along_the_shorter_side(fan_in: int, units: int) -> None:
    weights = _draw(Orthogonal(gain=3), fan_in, units)
    short = weights if fan_in <= units else weights.T
    torch.testing.assert_close(short @ short.T, 9 * torch.eye(min(fan_in, units)).double(), rtol=0, atol=1e-5)


def test_constants_and_zeros_are_themselves() -> None:
    assert set(_draw(Constant(value=-0.5)).flatten().tolist()) == {-0.5}
    assert not _draw(Zeros()).any()


def test_equal_draws_are_equal_and_others_are_not() -> None:
    assert torch.equal(_draw(He(), seed=1), _draw(He(), seed=1))
    assert not torch.equal(_draw(He(), seed=1), _draw(He(), seed=2))
