"""The sentences of findings agree with their measurements, and their patches change the right field."""

from dataclasses import replace
from typing import Any

import pytest

from gradus.fork import changed
from gradus.wire.finding import Finding
from insight.findings import overfitting
from insight.findings.registry import findings_at_start
from insight.fitting import everywhere
from insight.in_run import linear_network
from insight.in_run.dropout_rates import weaker
from insight.prior import Prior
from insight.words import figure
from tests.unit.insight.in_run.planted import found, planted, with_layers
from tests.unit.insight.in_run.test_findings import hidden, of_many
from tests.unit.insight.in_run.test_generalization import (
    ADAMW,
    RARE,
    VARIANCE,
    of_a_table,
    scored,
)
from tests.unit.insight.in_run.test_short_steps import LAYERS
from tests.unit.insight.starts import start
from tests.unit.insight.test_tried import trial


def at_start(id_: str, *arguments: Any, **fields: Any) -> Finding:
    return next(finding for finding in findings_at_start(start(*arguments, **fields)) if finding.id == id_)


def test_a_rise_is_that_of_the_epochs_after_the_best() -> None:
    late_best = [*[4000.0 - 10 * epoch for epoch in range(16)], 2600, 2700, 2650, 2640]
    train = [4000 * 0.9**epoch for epoch in range(20)]
    run = scored(of_many(planted(train, late_best, dataset="diabetes", prior=VARIANCE)), 900.0)
    assert overfitting.in_run(run) is None


def test_the_rise_is_the_one_between_the_two_losses_that_are_told() -> None:
    losses = [3000.0, 2800, 2600, *[3300, 4000, 3100, 3600] * 2, 3300, 2650, 2650, 2650]
    train = [5000 / epoch for epoch in range(1, 16)]
    run = scored(of_many(planted(train, losses, dataset="diabetes", prior=VARIANCE)), 900.0)
    finding = overfitting.in_run(run)
    assert finding is not None
    assert "risen by 26.9 %, from 2600 to 3300" in finding.because


def test_the_fall_that_is_told_is_the_one_that_was_found() -> None:
    validation = [3.8, 3.3, 3.1, 3.0, 2.9, 2.8, 2.72, 2.67, 2.62, 2.57, 2.53, 2.5]
    train = [4.0 * 0.98**epoch for epoch in range(12)]
    run = planted(train, validation, dataset="diabetes", prior=Prior(loss=10.0))
    assert "and fell by 11.4 % in the second half of the run: training" in found(run)["too_few_steps"].because


def test_nothing_is_said_of_the_fall_of_one_epoch() -> None:
    because = found(planted([1.5], [1.5], 0.5))["too_few_steps"].because
    assert "the training loss is 1.5: training ended" in because


def test_a_run_with_as_many_epochs_as_there_can_be_is_not_made_longer() -> None:
    run = planted([1.5], [1.5], 0.5)
    long = replace(
        run,
        spec=run.spec.model_copy(update={"epochs": 100_000}),
        rows=[row.model_copy(update={"epoch": 100_000, "step": 100_000 * run.steps_per_epoch}) for row in run.rows],
    )
    assert not any("epochs" in patch.patch for patch in found(long)["too_few_steps"].patches)


def test_the_limit_of_a_missed_class_is_above_its_recall() -> None:
    recalls = (0.97,) * 8 + (0.6, 0.97)
    finding = found(of_a_table(*RARE, recalls=recalls))["class_imbalance"]
    recall = finding.evidence[0]
    assert (recall.threshold, *(recall.healthy or ())) == pytest.approx((0.82, 0.82, 1))
    assert "recognized" in finding.because


def test_a_gain_that_nobody_measured_is_no_evidence() -> None:
    run = scored(planted([2.25] * 12, [2.25] * 12, 0.12, optimizer={**ADAMW, "weight_decay": 50}), 2.25)
    finding = found(run)["penalty_too_strong"]
    assert [one.statistic for one in finding.evidence] == ["decay_folds", "validation_over_evaluation_loss"]


@pytest.mark.parametrize(
    ("spec", "rates"),
    [
        ({"layers": [{"units": 30, "dropout": 0.05}, {"units": 30, "dropout": 0.8}]}, [0.05, 0.2]),
        ({"layers": [30, {"units": 30, "dropout": 0.8}]}, [0, 0.2]),
        ({"layers": [30, {"units": 30, "dropout": 0.1}], "dropout": 0.8}, [0.2, 0.1]),
        ({"layers": [30, 30], "dropout": 0.8}, [0.2, 0.2]),
    ],
)
def test_a_weaker_dropout_is_stronger_nowhere(spec: dict[str, Any], rates: list[float]) -> None:
    before = start(spec)
    quarter, none = (
        start(changed(before.spec, everywhere(patch.patch, before.spec)).document()) for patch in weaker(before)
    )
    assert [getattr(layer, "dropout", None) for layer in quarter.network.layers[:-1]] == rates
    assert [getattr(layer, "dropout", None) for layer in none.network.layers[:-1]] == [0, 0]


def test_a_hidden_layer_bends_though_the_activation_is_the_identity() -> None:
    curved = {"curvature": 0.3, "curvature_t": 9.0}
    finding = at_start("linear_network", {"layers": [], "activation": "identity"}, data=curved)
    assert finding.patches[0].patch == {"layers": [64], "activation": "relu"}


def test_a_network_that_takes_maxima_is_not_linear_in_a_run() -> None:
    conv = {"kind": "conv", "channels": 8, "kernel": 3}
    flat = {"kind": "flatten"}
    losses = [1.0] * 12
    layers = [conv, {"kind": "max_pool", "size": 2}, flat]
    assert linear_network.in_run(planted(losses, layers=layers, activation="identity")) is None
    assert linear_network.in_run(planted(losses, layers=[conv, flat], activation="identity")) is not None


def test_clipping_that_a_trial_found_is_told_by_the_trial() -> None:
    spec = {"optimizer": {"kind": "sgd", "lr": 0.01}, "clip_norm": 0.1}
    finding = at_start("clipping_too_strong", spec, step={"trial": trial(0.1)})
    assert [one.statistic for one in finding.evidence] == ["gradient_norm", "tried_gain", "tried_t"]
    assert "longer ones learn more. In trials of the whole run, a learning rate of 0.1" in finding.because


def test_statistics_that_do_not_fit_are_told_by_the_same_examples() -> None:
    losses = [2.0, *[1.0] * 11]
    run = planted(losses, losses, 0.7, batch_norm=True, batch_size=50)
    finding = found(with_layers(run, *LAYERS, mode_ratio=0.7, mode_t=-6))["batch_norm_statistics"]
    assert "has 1.43 times the loss of training with each batch's own, on the same training examples" in finding.because


@pytest.mark.parametrize(("lr", "least_t"), [(0.1, 2.0), (0.001, 2.5)])
@pytest.mark.parametrize(("spec", "least"), [({}, 0.01), ({"dataset": "diabetes"}, 0.05)])
def test_the_limits_of_a_trial_are_those_that_were_used(
    lr: float, least_t: float, spec: dict[str, Any], least: float
) -> None:
    adam = {"optimizer": {"kind": "adam", "lr": 0.01}, **spec}
    finding = at_start("lr_too_low" if lr > 0.01 else "lr_too_high", adam, step={"trial": trial(lr, gain=0.1)})
    assert [one.threshold for one in finding.evidence] == [least, least_t]


def test_each_rate_says_why_it_is_suggested() -> None:
    sgd = {"optimizer": {"kind": "sgd", "lr": 0.01}}
    patches = at_start("lr_too_high", sgd, step={"trial": trial(0.003, share=0.2, middle=0.001)}).patches[:3]
    whys = ["halfway between", "did best", "in the middle"]
    assert all(why in patch.why for why, patch in zip(whys, patches, strict=True))


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            (200,) * 9 + (10,),
            "Class 9 has 0.552 % of the training examples, and the network assigns 0.55 % of all training examples to "
            "a wrong class: most of these must belong to 9. The class has",
        ),
        ((200,) * 7 + (4, 4, 4), "The classes 7, 8 and 9 have"),
        ((700,) * 5 + (3, 3, 3, 4, 4), "The classes 5, 6, 7 and 2 others have"),
    ],
)
def test_rare_classes_without_validation_examples_are_named(counts: tuple[int, ...], said: str) -> None:
    run = of_a_table(*counts, recalls=(1.0,) * 10)
    assert said in found(with_layers(run, *hidden({}), hard=0.0055))["class_imbalance"].because


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01234, "0.0123"), (6.462e-9, "6.46e-9"), (1e-12, "1e-12"), (12345.6, "12346"), (float("nan"), "nan")],
)
def test_numbers_in_sentences_have_three_digits(value: float, text: str) -> None:
    assert figure(value) == text
