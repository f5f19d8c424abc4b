"""The sample for the statistics of activations is computed in parts, which take no more memory than an evaluation."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from gradus.dataset_plan import DatasetPlan
from gradus.spec.experiment import Spec
from gradus.spec.memory import evaluation_rows, member_bytes
from gradus.spec.network import NetworkPlan, plan_written
from gradus.spec.statistics import SAMPLED_EXAMPLES
from models.network import Network
from tests.unit.training.examples import CPU
from tests.unit.training.images import conv, made_up_images
from worker.training.engine import Engine
from worker.training.statistics.activations import measure_activations
from worker.training.train import train

SPEC = Spec(
    dataset="wine",
    layers=[conv(4), "max_pool", conv(3, activation="tanh"), 9],
    batch_size=4,
    epochs=1,
    statistics="full",
)


def plan(spec: Spec, data: DatasetPlan) -> NetworkPlan:
    return plan_written(spec.written_out(data.task), data)


@pytest.mark.parametrize("size", [1, 7, 16])
def test_statistics_of_parts_are_those_of_the_whole(size: int) -> None:
    data = made_up_images((12, 12, 2), 45)
    engine = Engine([SPEC, SPEC.model_copy(update={"seed": 1})], data.plan, len(data.train), CPU, torch.float64)
    inputs = engine.expanded(data.train.inputs)
    with torch.inference_mode():
        whole = measure_activations(engine.network, engine.plans[0], [inputs], 45, full=True)
        parts = measure_activations(engine.network, engine.plans[0], torch.split(inputs, size, 1), 45, full=True)
    assert whole.keys() == parts.keys()
    assert {key for _, key in whole} >= {"share", "flat", "dead", "activations.counts"}
    for key, numbers in whole.items():
        assert (
            parts[key].tolist() == pytest.approx(numbers.tolist(), rel=1e-9, abs=1e-12)
            if numbers.ndim == 1
            else (torch.equal(parts[key], numbers))
        ), key


def test_a_run_measures_no_more_examples_at_once_than_an_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    layers = Network.evaluated_layers

    def spy(network: Network, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        seen.append(x.shape[1])
        return layers(network, x)

    monkeypatch.setattr(Network, "evaluated_layers", spy)
    data = made_up_images((192, 192, 2), 40, dtype=torch.float32)
    spec = SPEC.model_copy(update={"batch_size": 20})
    list(train([spec], data, CPU))
    assert max(seen) <= evaluation_rows(plan(spec, data.plan)) < 40


def test_the_estimate_of_memory_counts_the_parts() -> None:
    sizes = {"train_examples": 9000, "validation_examples": 1, "test_examples": 1}
    shape = made_up_images((12, 12, 2), 45).plan.model_copy(update=sizes)
    network = plan(SPEC, shape)
    without = member_bytes(SPEC.model_copy(update={"statistics": "off"}), shape, network)
    activations = 4 * SAMPLED_EXAMPLES * (12 * 12 * 2 + 4 * 12 * 12 * 4)  # the input, and what the widest layer needs
    assert member_bytes(SPEC, shape, network) - without >= 0.9 * activations
