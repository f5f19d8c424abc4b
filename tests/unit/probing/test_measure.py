"""What a probe measures, against formulas, autograd and the training loop."""

from typing import Any

import pytest
import torch
from torch.nn import functional

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from insight.start import Measured
from tests.built_in import resolved
from tests.unit.training.examples import made_up_data
from tests.unit.training.images import made_up_images
from worker.probing.first_step import GRID, FirstStep, effective_steps, first_step, rate_with, suggested
from worker.probing.inputs import inputs
from worker.probing.measure import measured
from worker.probing.sample import sample
from worker.training.data import Data


def spec_of(data: Data, **fields: Any) -> ResolvedSpec:
    dataset = "diabetes" if data.task == "regression" else "wine"
    spec = Spec.model_validate({"dataset": dataset, "layers": [16, 16], "batch_size": 20, **fields})
    return ResolvedSpec(spec.written_out(data.task), data.plan)


def probed(data: Data | None = None, **fields: Any) -> Measured:
    data = made_up_data(train=400) if data is None else data
    return measured(spec_of(data, **fields), data)


def stack(units: int, depth: int, **fields: Any) -> Measured:
    return probed(layers=[units] * depth, batch_size=64, **fields)


def test_without_hidden_layers_rho_is_one_minus_half_the_step() -> None:
    """Along the step, the squared loss is a parabola: rho = 1 - s/2, where s is proportional to the learning rate."""
    data = made_up_data("diabetes", train=60)
    one = spec_of(data, layers=[], optimizer={"kind": "sgd", "lr": 0.01})
    step = first_step(one, data, sample(one, data), GRID)
    slopes = {factor: (1 - step.rho[factor]) / factor for factor in GRID}
    assert min(slopes.values()) > 0
    assert max(slopes.values()) == pytest.approx(min(slopes.values()), rel=1e-6)


def test_the_first_step_is_that_of_autograd() -> None:
    data = made_up_data(train=20)
    one = spec_of(data, layers=[], optimizer={"kind": "sgd", "lr": 0.1}, init="zeros", batch_size=20)
    step = first_step(one, data, sample(one, data), (1.0,))
    x, y = data.train.inputs, data.train.targets
    weight = torch.zeros(13, 3, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    loss = functional.cross_entropy(x @ weight + bias, y)
    loss.backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None
    assert bias.grad is not None
    square = float(weight.grad.square().sum() + bias.grad.square().sum())
    with torch.no_grad():
        after = functional.cross_entropy(x @ (weight - 0.1 * weight.grad) + bias - 0.1 * bias.grad, y)
    loss = loss.detach()
    assert (data.plan.train_examples, one.spec.epochs) == (129, 10)  # seven steps of 20 an epoch
    assert step.gradient_norm == pytest.approx(square**0.5, rel=1e-9)
    assert step.rho[1.0] == pytest.approx(float(loss - after) / (0.1 * square), rel=1e-9)
    assert step.decrease == pytest.approx(0.1 * square / float(loss) * 7 * 10, rel=1e-9)
    assert step.update_norms["output"] == pytest.approx(0.1 * float(weight.grad.norm()), rel=1e-9)


@pytest.mark.parametrize(
    ("schedule", "share"),
    [
        ("constant", 1.0),
        ("cosine", 0.5),
        ({"kind": "constant", "warmup": 10}, 0.5),
        ({"kind": "step", "every": 1, "factor": 0.1}, 0.1111),
    ],
    ids=["constant", "cosine", "all warm-up", "tenfold decay"],
)
def test_steps_count_by_their_learning_rate(schedule: Any, share: float) -> None:
    one = resolved(Spec(dataset="mnist", layers=[], schedule=schedule, epochs=10))
    assert effective_steps(one) == pytest.approx(share * 860 * 10, rel=2e-3)


def test_the_interval_of_rates_ends_where_rho_is_a_quarter() -> None:
    data = made_up_data("diabetes", train=60)
    one = spec_of(data, layers=[], optimizer={"kind": "sgd", "lr": 0.01}, epochs=1000)
    step = first_step(one, data, sample(one, data), GRID)
    interval = suggested(0.01, step)
    assert interval is not None
    exact = 0.75 / (1 - step.rho[1.0]) * 0.01
    assert interval[1] == pytest.approx(exact, rel=0.3)  # interpolated between half decades
    assert interval[0] == pytest.approx(0.01 * 10 / step.decrease)
    assert rate_with(0.01, step, 1.1) is None


def test_with_momentum_a_long_step_has_to_gain_as_well() -> None:
    step = FirstStep({0.1: 0.9, 1.0: 0.6, 10.0: 0.1, 100.0: -2.0}, 100, 1, 1, 0, {})
    assert suggested(0.1, step, 10) == pytest.approx((0.01, 0.1))
    assert suggested(0.1, step, 1) == pytest.approx((0.01, 0.1 * 10**0.7))


@pytest.mark.parametrize(
    ("fields", "expected", "tolerance"),
    [
        ({"activation": "sigmoid", "init": "xavier"}, 0.24, 0.03),
        ({"init": "xavier"}, 0.71, 0.08),
        ({"init": "he"}, 1.0, 0.1),
    ],
    ids=["sigmoid", "ReLU with Xavier", "ReLU with He"],
)
def test_the_backward_factor_of_deep_networks_is_that_of_theory(
    fields: dict[str, Any], expected: float, tolerance: float
) -> None:
    assert stack(100, 6, **fields).start.backward_factor == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("widths", [[256, 128, 64, 32], [32, 64, 128, 256]])
def test_the_backward_factor_does_not_depend_on_widths(widths: list[int]) -> None:
    assert probed(layers=widths, init="he").start.backward_factor == pytest.approx(1, abs=0.2)


def test_sigmoid_layers_lose_what_tells_inputs_apart() -> None:
    shares = [stack(100, depth, activation="sigmoid").start.share for depth in (1, 3, 5)]
    assert [share is not None and share < limit for share, limit in zip(shares, (0.1, 1e-3, 1e-5), strict=True)]
    assert shares == sorted(shares, key=lambda share: -(share or 0))


def test_zero_outputs_start_at_the_loss_of_guessing() -> None:
    found = probed(output_init="zeros")
    assert found.start.loss == pytest.approx(torch.tensor(3.0).log().item(), rel=1e-6)
    assert found.start.output_deviation == 0


def test_constant_weights_are_one_column_and_random_ones_are_not() -> None:
    same = probed(init={"kind": "constant", "value": 0.1}).hidden
    assert [layer.distinct_units for layer in same] == [1, 1]
    assert [layer.distinct_units for layer in probed().hidden] == [16, 16]


def test_the_noise_scale_is_that_of_single_gradients() -> None:
    data = made_up_data(train=24)
    one = spec_of(data, layers=[], batch_size=24, init="zeros")
    found = measured(one, data).step.noise_scale
    x = torch.cat([data.train.inputs, torch.ones(24, 1, dtype=torch.float64)], 1)
    errors = torch.full((24, 3), 1 / 3, dtype=torch.float64) - functional.one_hot(data.train.targets, 3)
    single = (x[:, :, None] * errors[:, None]).flatten(1)
    trace = single.var(0).sum()
    assert found == pytest.approx(float(trace / (single.mean(0).square().sum() - trace / 24)), rel=1e-4)


def test_twenty_steps_begin_with_the_first_one() -> None:
    data = made_up_data(train=20)
    found = measured(spec_of(data, optimizer={"kind": "sgd", "lr": 0.05}), data)
    losses = found.twenty.losses
    predicted = found.step.gradient_norm**2 * 0.05
    assert losses[0] - losses[1] == pytest.approx(found.rate.rho * predicted, rel=1e-3)
    assert found.twenty.final == pytest.approx(losses[20] / losses[0])


def test_a_network_learns_little_of_inputs_that_are_all_the_same() -> None:
    found = probed(optimizer={"kind": "adam", "lr": 0.01})
    assert found.twenty.control is not None
    assert found.twenty.final < 0.5 < found.twenty.control


def test_dropout_is_off_and_changes_nothing() -> None:
    assert probed(dropout=0.5).twenty == probed().twenty


def test_layers_of_images_are_measured_by_channels() -> None:
    conv = {"kind": "conv", "channels": 4}
    found = probed(made_up_images(train=60), layers=[conv, "max_pool", 8])
    assert [(layer.name, layer.kind, layer.units) for layer in found.layers] == [
        ("layers/0", "conv", 4),
        ("layers/2", "dense", 8),
        ("output", "dense", 3),
    ]
    assert found.step.noise_scale is None


def test_simple_models_find_the_rule_of_data_and_none_in_shuffled_labels() -> None:
    data = made_up_data(train=600)
    one = spec_of(data)
    found = inputs(one, data)
    assert found.linear_correlation is not None
    assert found.chance_correlation is not None
    assert found.linear_correlation > 2 * found.chance_correlation
    order = torch.randperm(600, generator=torch.Generator().manual_seed(1))
    shuffled = Data(
        type(data.train)(data.train.inputs, data.train.targets[order]), data.validation, data.test, data.plan
    )
    blind = inputs(one, shuffled)
    assert max(blind.linear_correlation or 0, blind.neighbour_correlation or 0) < found.chance_correlation


def test_the_prior_is_the_entropy_of_the_class_frequencies() -> None:
    data = made_up_data(train=600)
    shares = torch.bincount(data.train.targets) / 600
    assert inputs(spec_of(data), data).prior == pytest.approx(float(-(shares * shares.log()).sum()), rel=1e-3)


def test_nothing_is_learned_of_an_input_that_varies_in_held_out_examples_only() -> None:
    data = made_up_data(train=400)
    order = torch.randperm(400, generator=torch.Generator().manual_seed(0))
    data.train.inputs[:] = 3.0
    data.train.inputs[order[:160], 0] = torch.randn(160, dtype=torch.float64)
    found = inputs(spec_of(data), data)
    assert found.constant_inputs == 12
    assert (found.held_out, found.linear_correlation, found.neighbour_correlation) == (0, None, None)


def test_memory_bounds_the_examples_of_a_large_network_for_images() -> None:
    data = made_up_images((64, 64, 3), train=60)
    wide = {"kind": "conv", "channels": 32, "kernel": 1, "padding": "same"}
    one = spec_of(data, layers=[wide, wide, {"kind": "global_avg_pool"}], batch_size=60)
    chosen = sample(one, data)
    values = 3 * 64 * 64 + 2 * 32 * 64 * 64 + 32 + 3
    assert chosen.batch == chosen.effort.measured == 2**28 // (32 * values)
    assert chosen.members == 1
    small = sample(spec_of(data, layers=[], batch_size=60), data)
    assert (small.batch, small.effort.measured) == (60, 60)
    assert small.members > 5
