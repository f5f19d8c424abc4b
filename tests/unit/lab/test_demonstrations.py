"""The results of the demonstrations, compared with published numbers, closed forms and bounds."""

import math
from itertools import pairwise
from xml.dom.minidom import parseString

import numpy as np
import pytest

from gradus.lab.activation_histograms import ActivationHistograms
from gradus.lab.batch_norm_scale import BatchNormScale
from gradus.lab.dead_networks import DeadNetworks
from gradus.lab.demonstrations import DEMONSTRATIONS, TITLES
from gradus.lab.gradient_by_depth import GradientByDepth
from gradus.lab.network import Network, name_of
from gradus.lab.penalty_cases import PenaltyCases
from gradus.lab.rate_against_rho import Classifier, Quadratic, RateAgainstRho
from gradus.lab.share_by_depth import ShareByDepth
from gradus.spec.initializer import He, Normal, Xavier
from gradus.spec.optimizer import SGD, Adam
from lab import (
    activation_histograms,
    batch_norm_scale,
    dead_networks,
    gradient_by_depth,
    penalty_cases,
    rate_against_rho,
    share_by_depth,
)
from lab.demonstrate import demonstrate
from lab.svg.picture import picture

SIGMOID = Network(activation="sigmoid", init=Xavier())
RELU_XAVIER, RELU_HE = Network(init=Xavier()), Network(init=He())


@pytest.mark.parametrize("name", DEMONSTRATIONS)
def test_the_defaults_have_an_answer_that_is_always_the_same_and_a_picture(name: str) -> None:
    first, second = (demonstrate(DEMONSTRATIONS[name].model_validate({})) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()
    assert first.charts
    drawn = parseString(picture(TITLES[name], first.charts))  # noqa: S318 - it is our own
    assert drawn.documentElement is not None
    assert drawn.documentElement.tagName == "svg"
    assert "NaN" not in picture(TITLES[name], first.charts)


def test_weights_of_deviation_1_saturate_sigmoids_and_xavier_keeps_them_spread() -> None:
    """As in the book's figures 6-10 to 6-13: all activations are near 0 and 1, all are near 0.5, or they are spread."""
    wide, narrow, xavier, _ = activation_histograms.run(ActivationHistograms()).networks
    last = wide.layers[-1]
    assert (last.counts[0] + last.counts[-1]) / sum(last.counts) > 0.6
    assert last.flat > 0.5
    assert narrow.layers[-1].mean == pytest.approx(0.5, abs=0.05)
    assert narrow.layers[-1].deviation < 0.03
    assert xavier.layers[0].deviation > 4 * narrow.layers[0].deviation
    assert all(sum(layer.counts) == 500 * 100 for layer in wide.layers)


def test_relu_fades_with_xavier_and_keeps_its_spread_with_he() -> None:
    """With weights of variance 1/n, E[a²] halves in each layer; with 2/n it stays the same."""
    request = ActivationHistograms(networks=(RELU_XAVIER, RELU_HE), units=200)
    faded, kept = activation_histograms.run(request).networks
    squares = [[layer.mean**2 + layer.deviation**2 for layer in one.layers] for one in (faded, kept)]
    assert squares[0][-1] / squares[0][0] == pytest.approx(1 / 16, rel=0.4)
    assert squares[1][-1] / squares[1][0] == pytest.approx(1, rel=0.4)


def test_the_gradient_loses_three_quarters_per_sigmoid_and_nothing_with_he() -> None:
    """The factor per layer is 0.24 for sigmoid with Xavier, sqrt(1/2) for ReLU with Xavier, and 1 for ReLU with He."""
    request = GradientByDepth(networks=(SIGMOID, RELU_XAVIER, RELU_HE), depth=12)
    sigmoid, xavier, he = gradient_by_depth.run(request).networks
    assert sigmoid.per_layer[-1] == pytest.approx(0.24, abs=0.02)
    assert xavier.per_layer[-1] == pytest.approx(math.sqrt(0.5), abs=0.04)
    assert he.per_layer[-1] == pytest.approx(1, abs=0.06)
    assert sigmoid.ratio[-1] == pytest.approx(sigmoid.per_layer[-1] ** 11, rel=1e-9)


def test_a_shallower_network_is_part_of_a_deeper_one() -> None:
    shallow, deep = (
        gradient_by_depth.run(GradientByDepth(networks=(RELU_HE,), depth=depth)).networks[0].ratio for depth in (3, 6)
    )
    assert deep[:2] == pytest.approx(shallow, rel=1e-9)


def test_the_share_of_relu_with_he_follows_the_arc_cosine() -> None:
    """For orthogonal inputs, the mean cosine is c = 1/π after one layer and c = 0.49374 after two, calculated by
    hand."""
    request = ShareByDepth(networks=(RELU_HE,), similarity=0.0, depth=5, units=200)
    result = share_by_depth.run(request)
    assert result.relu_he[:2] == pytest.approx((1 - 1 / math.pi, 1 - 0.49374), abs=1e-4)
    assert result.networks[0].shares == pytest.approx(result.relu_he, abs=0.08)


def test_the_share_of_sigmoids_collapses_as_on_pictures() -> None:
    """The share measured on MNIST: 0.015 after one layer, 4.5e-5 after three, 1.5e-7 after five."""
    shares = share_by_depth.run(ShareByDepth(networks=(SIGMOID,))).networks[0].shares
    for layer, share in ((1, 0.015), (3, 4.5e-5), (5, 1.5e-7)):
        assert math.log(shares[layer - 1] / share) == pytest.approx(0, abs=0.4)


def test_with_batch_norm_a_network_learns_at_every_scale_and_without_in_a_band() -> None:
    with np.errstate(all="ignore"):  # the largest weights overflow
        result = batch_norm_scale.run(BatchNormScale(largest=1.0))
    assert min(result.batch_norm) > 0.8
    assert min(result.plain) <= 0.25
    assert max(result.plain) > 0.8
    assert result.plain_loss[0] == pytest.approx(math.log(4), abs=1e-3)


def test_networks_die_as_often_as_the_formula_says() -> None:
    """For 15 layers of 5 units, the formula gives 1 - (1 - 1/32)^15 = 0.379."""
    result = dead_networks.run(DeadNetworks(widths=6, depth=15, trials=1000))
    assert result.formula[4][14] == pytest.approx(0.379, abs=5e-4)
    counted, formula = np.array(result.counted), np.array(result.formula)
    deviation = np.sqrt(formula * (1 - formula) / 1000)
    assert (np.abs(counted - formula) < 4.5 * deviation).all()
    assert all(left <= right for row in result.counted for left, right in pairwise(row))


def test_more_inputs_keep_a_network_alive() -> None:
    one, many = (dead_networks.run(DeadNetworks(widths=4, inputs=inputs)).counted for inputs in (1, 8))
    assert np.mean(many) < np.mean(one)


def test_rho_on_a_quadratic_is_one_minus_half_the_step() -> None:
    """f = x² + 3y² from (1, 1): g = (2, 6), g·Hg = 2·4 + 6·36 = 224, g·g = 40: ρ = 1 - 2.8 η."""
    problem = Quadratic(a=1.0, b=3.0, x=1.0, y=1.0)
    result = rate_against_rho.run(RateAgainstRho(problem=problem, optimizers=(SGD(),), smallest=0.01, largest=1.0))
    assert result.loss == 4
    assert result.optimizers[0].rho == pytest.approx([1 - 2.8 * rate for rate in result.rates], abs=1e-9)
    good = [rate for rate in result.rates if 1 - 2.8 * rate > 0.5]
    assert result.optimizers[0].largest_good == good[-1]


def test_a_short_step_brings_what_its_gradient_promises_and_a_long_one_less() -> None:
    result = rate_against_rho.run(RateAgainstRho(problem=Classifier(), optimizers=(SGD(), Adam()), smallest=1e-6))
    for one in result.optimizers:
        assert one.rho[0] == pytest.approx(1, abs=1e-3)
        assert one.rho[-1] < 0
    sgd, adam = result.optimizers
    assert (sgd.largest_good or 0) > (adam.largest_good or math.inf)


def test_at_a_saddle_there_is_no_gradient_and_no_rho() -> None:
    flat = RateAgainstRho(problem=Quadratic(x=0.0, y=0.0), optimizers=(SGD(),))
    assert "NaN" in demonstrate(flat).model_dump_json()
    assert rate_against_rho.run(flat).optimizers[0].largest_good is None
    assert "no number can be drawn" not in picture("", demonstrate(flat).charts)


def test_l1_ties_what_l2_tells_apart() -> None:
    result = penalty_cases.run(PenaltyCases())
    assert [(case.l1, case.l2) for case in result.cases[:3]] == [(1, 1), (1, 0.5), (1, 0.25)]
    assert list(result.cases[3].l1_gradient) == [1, 1, 1, -1]
    assert list(result.cases[3].l2_gradient) == [2, 1, 0.5, -0.2]


def test_l1_pulls_with_one_force_and_l2_in_proportion() -> None:
    result = penalty_cases.run(PenaltyCases(cases=((1.0, -0.55),), strength=0.5, lr=0.2, steps=9))
    assert result.under_l1[5] == pytest.approx((0.5, -0.05))
    assert result.under_l1[7] == pytest.approx((0.3, -0.05)), "swings around 0"
    assert result.under_l2[9] == pytest.approx((0.8**9, -0.55 * 0.8**9))


def test_what_overflows_is_an_answer_too() -> None:
    exploding = GradientByDepth(networks=(Network(init=Normal(std=1000.0)),), depth=30, units=100)
    answer = demonstrate(exploding)
    assert answer.model_dump_json()
    assert picture("", answer.charts)


def test_a_network_is_named_by_what_tells_it_apart() -> None:
    assert name_of(Network(init=Normal(std=0.01), batch_norm=True)) == "relu, normal 0.01, batch norm"
    assert name_of(SIGMOID) == "sigmoid, xavier"
