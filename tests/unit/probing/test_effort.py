"""How much a probe measures, depending on the size of the network."""

from dataclasses import replace

import pytest

from gradus.datasets import DATASETS
from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.experiment import Spec
from tests.unit.training.examples import made_up_data
from worker.probing.effort import LEVELS, LIMIT, effort
from worker.probing.measure import measured

ALL = 10**6


def images(*channels: int) -> ResolvedSpec:
    """A spec that sends MNIST through convolutions of 28 x 28 pixels."""
    layers = [{"kind": "conv", "channels": one} for one in channels]
    return resolve(
        Spec.model_validate({"dataset": "mnist", "layers": [*layers, {"kind": "flatten"}]}), DATASETS["mnist"]
    )


def test_small_networks_are_measured_as_a_whole() -> None:
    lecture = resolve(
        Spec.model_validate({"dataset": "mnist", "layers": [300, 100], "batch_size": 50}), DATASETS["mnist"]
    )
    assert effort(lecture, 55_000, ALL) == replace(LEVELS[0], batch=50)


@pytest.mark.parametrize("channels", [(8,), (16, 32), (64, 64), (64, 128, 128)])
def test_less_is_measured_of_networks_that_cost_more(channels: tuple[int, ...]) -> None:
    found = images(*channels)
    chosen = effort(found, 55_000, ALL)
    cost = chosen.multiplications(found.network.multiply_adds)
    assert cost <= LIMIT or chosen == LEVELS[-1]


def test_each_level_costs_less_than_the_one_before() -> None:
    costs = [level.multiplications(1) for level in LEVELS]
    assert costs == sorted(costs, reverse=True)


def test_memory_and_examples_bound_it_too() -> None:
    chosen = effort(images(4), 40, 30)
    assert (chosen.measured, chosen.batch) == (30, 30)


def test_the_answer_says_what_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made_up_data(train=400)
    spec = Spec.model_validate({"dataset": "wine", "layers": [16, 16], "batch_size": 20})
    one = ResolvedSpec(spec.written_out("classification"), data.plan)
    full = measured(one, data)
    assert (full.effort.rates, [rate.twenty is None for rate in full.step.rates]) == (5, [False] * 5)
    monkeypatch.setattr("worker.probing.effort.LEVELS", LEVELS[3:])
    few = measured(one, data)
    assert few.effort.measured == 64
    assert (few.effort.rates, few.effort.batches, few.twenty.control) == (1, 1, None)
    assert [rate.twenty is None for rate in few.step.rates] == [True, True, False, True, True]
    assert len(few.seeds) == 1
