"""How many examples are shuffled, and what to ask if even a few take too long."""

import re
from typing import Any

import numpy as np
import pytest

from gradus.errors import Conflict, TooLarge
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan
from tests.built_in import resolved
from worker.answering.importance_effort import LIMIT, MOST_EXAMPLES, Passes, affordable, chosen, of_an_example


def network(*layers: Any, dataset: str = "mnist") -> NetworkPlan:
    return resolved(Spec.model_validate({"dataset": dataset, "layers": list(layers)})).network


DENSE = network(16, dataset="breast_cancer")
CONVOLUTION = network(
    {"kind": "conv", "channels": 16, "kernel": 3},
    {"kind": "conv", "channels": 32, "kernel": 3},
    {"kind": "max_pool"},
    {"kind": "conv", "channels": 64, "kernel": 3},
)


@pytest.mark.parametrize(
    ("plan", "passes", "n"),
    [
        (DENSE, Passes(30, 5, 1), 10_000),
        (DENSE, Passes(30, 5, 20), 5000),
        (CONVOLUTION, Passes(1, 5, 1), 900),  # 7.5 million products an example, 0.15 million parameters
        (CONVOLUTION, Passes(1, 100, 1), 0),
        (DENSE, Passes(1000, 5, 1), 2000),
        (DENSE, Passes(40, 100, 20), 0),
    ],
)
def test_the_more_a_pass_costs_the_fewer_examples(plan: NetworkPlan, passes: Passes, n: int) -> None:
    found = affordable(plan, passes)
    assert found * of_an_example(plan) * passes.count <= LIMIT
    if n:
        rows = chosen("test", 60_000, plan, passes)
        assert n / 2 <= len(rows) == min(found, MOST_EXAMPLES) <= 2 * n
        assert len(np.unique(rows)) == len(rows)
    else:
        assert found < 100
        with pytest.raises(TooLarge):
            chosen("test", 60_000, plan, passes)


def test_a_convolution_costs_more_than_its_parameters() -> None:
    assert of_an_example(CONVOLUTION) > CONVOLUTION.multiply_adds > 45 * CONVOLUTION.parameters


@pytest.mark.parametrize(
    ("plan", "passes"),
    [
        (DENSE, Passes(40, 100, 20)),
        (DENSE, Passes(1000, 5, 20)),
        (DENSE, Passes(1000, 5, 5)),
        (DENSE, Passes(1000, 2, 20)),
        (CONVOLUTION, Passes(1, 100, 5)),
        (CONVOLUTION, Passes(3, 5, 20)),
    ],
)
def test_the_advice_can_be_followed(plan: NetworkPlan, passes: Passes) -> None:
    with pytest.raises(TooLarge) as told:
        chosen("test", 1000, plan, passes)
    repeats = re.search(r"`repeats=(\d+)`", told.value.detail)
    columns = re.search(r"at most (\d+) `columns`", told.value.detail)
    assert repeats is not None, told.value.detail
    least = Passes(int(columns[1]) if columns else passes.columns, int(repeats[1]), passes.networks)
    assert len(chosen("test", 1000, plan, least)) >= 100
    assert least.count < passes.count


def test_a_network_that_is_too_large_for_any_answer_gets_no_advice() -> None:
    huge = network(*({"kind": "conv", "channels": 512, "kernel": 3} for _ in range(3)))
    with pytest.raises(TooLarge, match="this network is too large to be asked"):
        chosen("test", 1000, huge, Passes(1, 2, 1))
    large = network(*({"kind": "conv", "channels": 128, "kernel": 3} for _ in range(2)))
    with pytest.raises(TooLarge, match="ask one of the experiments, for one of the `columns`, with `repeats=2`"):
        chosen("test", 1000, large, Passes(1, 5, 20))
    assert len(chosen("test", 1000, large, Passes(1, 2, 1))) >= 100


def test_fewer_than_10_examples_show_nothing() -> None:
    assert len(chosen("test", 10, DENSE, Passes(1, 2, 1))) == 10
    with pytest.raises(Conflict, match="the test split has 9 examples") as told:
        chosen("test", 9, DENSE, Passes(1, 2, 1))
    assert told.value.code == "few_examples"
