"""The summary of a spec, compared with calculations by hand."""

from typing import Any

import pytest

from gradus.spec.experiment import Spec
from gradus.spec.memory import evaluation_rows
from gradus.summary import dry_run
from tests.built_in import resolved

LECTURE: dict[str, Any] = {"dataset": "mnist", "layers": [300, 100], "batch_size": 50}


@pytest.mark.parametrize(
    ("spec", "parameters"),
    [
        (LECTURE, 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10),  # 266 610
        ({**LECTURE, "batch_norm": True}, 266_610 + 2 * (300 + 100)),  # 267 410
        ({**LECTURE, "layers": []}, 784 * 10 + 10),
        ({**LECTURE, "layers": [{"kind": "dense", "units": 5, "bias": False}]}, 784 * 5 + 5 * 10 + 10),
        ({**LECTURE, "layers": [{"kind": "dense", "units": 5, "batch_norm": True}]}, 784 * 5 + 3 * 5 + 5 * 10 + 10),
        ({"dataset": "diabetes", "layers": [3]}, 10 * 3 + 3 + 3 * 1 + 1),
    ],
)
def test_parameters_are_weights_biases_gammas_and_betas(spec: dict[str, Any], parameters: int) -> None:
    summary = dry_run(resolved(Spec(**spec)))
    assert summary.parameters == parameters
    assert sum(layer.parameters for layer in summary.layers) == parameters


def test_every_layer_is_listed_with_its_shapes() -> None:
    summary = dry_run(resolved(Spec(**{**LECTURE, "activation": "tanh"})))
    assert [(layer.name, layer.input_shape, layer.output_shape, layer.activation) for layer in summary.layers] == [
        ("layers/0", (784,), (300,), "tanh"),
        ("layers/1", (300,), (100,), "tanh"),
        ("output", (100,), (10,), "identity"),
    ]


def test_examples_and_steps_are_those_of_an_epoch() -> None:
    summary = dry_run(resolved(Spec(**LECTURE)))
    assert (summary.train_examples, summary.validation_examples, summary.test_examples) == (55_000, 5_000, 10_000)
    assert summary.steps_per_epoch == 1_100


@pytest.mark.parametrize(
    ("batch_size", "limit", "steps"),
    [(1, None, 55_000), (64, None, 860), ("full", None, 1), (64, 65, 2), (64, 64, 1), (1000, 10, 1)],
)
def test_a_smaller_last_batch_is_a_step(batch_size: Any, limit: int | None, steps: int) -> None:
    spec = Spec(dataset={"name": "mnist", "limit": limit}, layers=[], batch_size=batch_size)
    assert dry_run(resolved(spec)).steps_per_epoch == steps


def test_the_spec_comes_back_with_nothing_left_to_defaults() -> None:
    spec = Spec(**LECTURE)
    assert dry_run(resolved(spec)).spec == resolved(spec).spec
    assert dry_run(resolved(spec)).fingerprint == resolved(spec).fingerprint


def test_memory_is_data_parameters_a_step_and_an_evaluation() -> None:
    spec = Spec(dataset="wine", layers=[], optimizer="sgd", batch_size=10)
    data = (129 + 14 + 35) * (13 * 4 + 8) + 129 * 8  # inputs, class, place in the order
    parameters = (13 * 3 + 3) * 4 * 6  # itself, gradient, best, one to go back to, a checkpoint of itself and its best
    step = 10 * (13 + 2 * 2 * 3) * 4  # whose memory stays
    evaluation = 35 * (13 + 2 * 3) * 4
    off = spec.model_copy(update={"statistics": "off"})
    assert resolved(off).memory_bytes == data + parameters + step + evaluation
    sampled = (129 * (13 + 4 * 3) + 2 * 3) * 4
    assert resolved(spec).memory_bytes == data + parameters + step + sampled


def test_a_step_on_images_keeps_sums_pools_and_the_gradient_of_a_pool() -> None:
    layers = [{"kind": "conv", "channels": 4}, "max_pool"]
    one, two = (resolved(Spec(dataset="mnist", layers=layers, batch_size=size)).member_bytes for size in (10, 20))
    sums, pooled = 28 * 28 * 4, 14 * 14 * 4
    inputs, own, output = 784, 3 * pooled + sums, 2 * 2 * 10  # places of the largest are int64
    vectors = pooled  # their gradient
    twice = 2 * sums  # the C library keeps the block of the step before
    assert two - one == 10 * 4 * (inputs + own + vectors + output + twice + 2 * 784)  # the last: the inputs' gradient


@pytest.mark.parametrize(
    ("optimizer", "numbers"), [("sgd", 0), ("momentum", 1), ("adagrad", 1), ("rmsprop", 1), ("adam", 2), ("adamw", 2)]
)
def test_an_optimizer_adds_its_state_one_to_go_back_to_and_that_of_a_checkpoint(optimizer: str, numbers: int) -> None:
    plain, other = (Spec(**LECTURE, optimizer=kind) for kind in ("sgd", optimizer))
    assert resolved(other).memory_bytes - resolved(plain).memory_bytes == 4 * 266_610 * 3 * numbers


def test_a_full_batch_takes_more_than_a_small_one() -> None:
    assert resolved(Spec(**{**LECTURE, "batch_size": "full"})).memory_bytes > 2 * resolved(Spec(**LECTURE)).memory_bytes


@pytest.mark.parametrize(("units", "rows"), [(300, 1024), (2048, 1024), (4096, 512), (100_000, 20)])
def test_a_wide_layer_is_evaluated_in_smaller_parts(units: int, rows: int) -> None:
    assert evaluation_rows(resolved(Spec(dataset="mnist", layers=[units])).network) == rows
