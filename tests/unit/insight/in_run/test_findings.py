"""Each finding fires on a planted history, and not on similar healthy ones."""

from dataclasses import replace
from typing import Any

import pytest

from gradus.fork import changed
from gradus.status import FailureCode
from gradus.wire.experiment import Failure
from gradus.wire.layer_report import LayerStatistics
from insight.evidence import is_healthy
from insight.in_run import class_imbalance
from insight.in_run.find import findings_in_run
from insight.prior import Prior
from insight.run import Run
from tests.unit.insight.in_run.planted import LN10, found, planted, with_layers

SGD = {"kind": "sgd", "lr": 0.1}
DIVERGED = Failure(code=FailureCode.DIVERGED, message="the loss diverged", epoch=1, step=7, layer="layers/0")
VARIANCE = Prior(loss=5900)
DECAYING = [5000 / epoch for epoch in range(1, 13)]
TWO = Prior(loss=0.66, accuracy=0.63, class_shares=(0.37, 0.63))
FALLING = (1.0, 0.5, 0.3, 0.2, 0.15, 0.12, 0.1, 0.09, 0.085, 0.08)
HIDDEN = [LayerStatistics(name=f"layers/{i}", units=100, share=0.3, flat=0.0, dead=0.2, delta_rms=1.0) for i in (0, 1)]


def failed(cause: Any = "learning_rate", **spec: Any) -> Run:
    return replace(planted([], optimizer=SGD, epochs=5, **spec), failure=DIVERGED, cause=cause)


def hidden(first: dict[str, Any], last: dict[str, Any] | None = None, name: str = "layers/1") -> list[LayerStatistics]:
    return [
        HIDDEN[0].model_copy(update=first),
        HIDDEN[1].model_copy(update=last or {} | {"name": name}),
        LayerStatistics(name="output", units=10),
    ]


def measured_in(epochs: set[int], run: Run) -> Run:
    return replace(run, reports=[report for report in run.reports if report.epoch in epochs])


def with_examples(run: Run, train: int, validation: int) -> Run:
    sizes = {"train_examples": train, "validation_examples": validation}
    return replace(run, data=run.data.model_copy(update=sizes))


def understood_from(epoch: int, run: Run) -> Run:
    """The run if it mistakes a fifth of the examples for another class, and is sure about most other examples from this
    epoch on."""
    run = with_layers(run, *hidden({}), hard=0.2)
    easy = [0.04 if report.epoch < epoch else 0.6 for report in run.reports]
    both = zip(run.reports, easy, strict=True)
    return replace(run, reports=[report.model_copy(update={"easy": share}) for report, share in both])


def of_many(run: Run) -> Run:
    return with_examples(run, train=2000, validation=300)


SICK: dict[str, tuple[str, str, Run]] = {
    "diverged": ("diverged", "critical", failed()),
    "by its rate": ("lr_too_high", "critical", failed()),
    "by its weights": (
        "initial_weights_too_large",
        "critical",
        failed("initial_weights", init={"kind": "normal", "std": 1}),
    ),
    "teeth": (
        "loss_spikes",
        "warning",
        planted([1.0, 0.9, 2.5, 0.8, 0.8, 2.0, 0.7, 0.7, 1.9, 0.7, 0.7, 0.7], accuracies=0.7),
    ),
    "up and down": ("oscillating_loss", "warning", planted([0.8, 1.2] * 6, accuracies=0.7)),
    "at the prior": ("predicts_class_prior", "critical", planted([2.31, 2.303, 2.3, 2.302], accuracies=0.11)),
    "rising": (
        "overfitting",
        "warning",
        planted(FALLING, [1, 0.8, 0.7, 0.75, 0.8, 0.9, 1, 1, 1.1, 1.1], [0.7] * 4 + [0.66] * 6),
    ),
    "wide gap": (
        "overfitting",
        "warning",
        planted(FALLING, [1, 0.8, 0.7, 0.75, 0.8, 0.9, 1, 1, 1.1, 1.1], 0.7, trained=1.0),
    ),
    "flat and high": (
        "underfitting",
        "warning",
        planted([1.5, 1.2, 1.01, *[1.0] * 7], [1.0] * 10, 0.6, layers=[4]),
    ),
    "linear": (
        "linear_network",
        "warning",
        planted([1.5, 1.2, 1.01, *[1.0] * 7], [1.0] * 10, 0.6, activation="identity"),
    ),
    "thin": ("dropout_too_strong", "warning", planted([2.2, 2.1, 2.05], [2, 1.9, 1.8], 0.4, layers=[20], dropout=0.8)),
    "short": ("too_few_steps", "warning", planted([2.2, 1.8, 1.4, 1.1], accuracies=0.6, dataset="digits")),
    "half of a regression": (
        "too_few_steps",
        "warning",
        planted([3000 / epoch**0.2 for epoch in range(1, 11)], dataset="diabetes", prior=VARIANCE),
    ),
    "thin, though R² is 0.5": (
        "dropout_too_strong",
        "warning",
        planted([5600.0, *[5200.0] * 5], [2900.0] * 6, dataset="diabetes", prior=VARIANCE, dropout=0.3),
    ),
    "heavy, though R² is 0.5": (
        "penalty_too_strong",
        "warning",
        planted([3000.0] * 6, dataset="diabetes", prior=VARIANCE, penalties=0.1, l2=0.01),
    ),
    "more than the loss, though R² is 0.95": (
        "penalty_too_strong",
        "warning",
        planted([295.0] * 6, dataset="diabetes", prior=VARIANCE, penalties=0.11, l2=0.01),
    ),
    "heavy": (
        "penalty_too_strong",
        "warning",
        planted([1.7, 1.6, 1.6], [1.6] * 3, 0.5, penalties=[3.0, 2.0, 1.9], l2=0.1),
    ),
    "shrunk": (
        "penalty_too_strong",
        "critical",
        planted([2.3, 2.303, 2.303], accuracies=0.11, penalties=[9.0, 0.1, 0.1], l1=0.01),
    ),
    "pairs": (
        "batch_norm_statistics",
        "warning",
        planted([2.2, 2.1, 2.07], [1.9, 1.8, 1.79], 0.39, batch_norm=True, batch_size=2),
    ),
    "jumping": (
        "batch_norm_statistics",
        "warning",
        planted([0.5, 0.4, 0.3], [2.0, 1.5, 1.9], 0.6, batch_norm=True, batch_size=6),
    ),
    "clipped": (
        "clipping_too_strong",
        "critical",
        planted([2.32, 2.32, 2.31], accuracies=0.11, norm=1.4, clip_norm=0.001, optimizer=SGD),
    ),
    "tenth each": (
        "schedule_ends_early",
        "warning",
        planted(
            [1.0, *[0.8] * 19],
            accuracies=0.8,
            rates=[0.001 * 0.1**i for i in range(1, 21)],
            schedule={"kind": "exponential", "factor": 0.1},
        ),
    ),
    "warming": (
        "warmup_too_long",
        "warning",
        planted([2.3, 2.2, 2.1, 2.0], schedule={"kind": "constant", "warmup": 100}),
    ),
    "copies": ("no_symmetry_breaking", "warning", planted([2.2, 2.2, 2.19], accuracies=0.25, init="zeros")),
    "tiny": (
        "initial_weights_too_small",
        "critical",
        planted([2.303] * 4, accuracies=0.11, layers=[100] * 5, init={"kind": "normal", "std": 0.01}),
    ),
    "creeping": ("lr_too_low", "critical", planted([2.31, 2.309, 2.308, 2.307, 2.306], accuracies=0.11, optimizer=SGD)),
    "far in a few steps": (
        "lr_too_high",
        "warning",
        planted([1.2, 0.8, *[0.5] * 6], [0.6] * 8, 0.8, optimizer={"kind": "adam", "lr": 0.2}),
    ),
    "thrown": ("lr_too_high", "critical", planted([9.0, 2.5, 2.31, 2.31], accuracies=0.11)),
    "every step hurts": (
        "lr_too_high",
        "warning",
        with_layers(planted([1.5, 1.5, 1.51, 1.5], accuracies=0.4, optimizer=SGD), *hidden({}), rho=-0.4),
    ),
    "rare class": (
        "class_imbalance",
        "warning",
        replace(
            planted(
                [0.3, 0.25, 0.2],
                accuracies=0.93,
                dataset="breast_cancer",
                prior=Prior(loss=0.25, accuracy=0.93, class_shares=(0.05, 0.95)),
            ),
            recalls=(0.05, 0.99),
        ),
    ),
    "all dead": ("dead_relu", "critical", with_layers(planted([2.303] * 4, accuracies=0.11), *hidden({"dead": 1.0}))),
    "half dead": ("dead_relu", "warning", with_layers(planted([1.2] * 4), *hidden({"dead": 0.6}))),
    "saturated": (
        "saturated_activation",
        "warning",
        with_layers(planted([1.2] * 4, activation="tanh"), *hidden({"flat": 0.8})),
    ),
    "wrong labels": (
        "label_noise",
        "warning",
        with_layers(planted([1.2, 1.0, *[0.9] * 4], accuracies=0.7), *hidden({}), easy=0.7, hard=0.2),
    ),
    "wrong labels before the best epoch": (
        "label_noise",
        "warning",
        measured_in({2}, with_layers(planted([1.2, 1.0, *[0.9] * 4], accuracies=0.7), *hidden({}), easy=0.7, hard=0.2)),
    ),
    "wrong labels of two classes that are recognized": (
        "label_noise",
        "warning",
        with_layers(planted([0.4] * 6, accuracies=0.94, dataset="breast_cancer", prior=TWO), easy=0.6, hard=0.1),
    ),
    "wrong labels, and a best epoch by chance": (
        "label_noise",
        "warning",
        understood_from(3, planted([1.2, 1.0, *[0.9] * 5], [0.9, *[1.0] * 6], 0.7)),
    ),
    "a layer of two units": (
        "underfitting",
        "warning",
        planted([2.2, 2.0, 1.9, 1.8, 1.75, 1.7], accuracies=0.4, layers=[64, 2]),
    ),
    "still falling fast, though most is learned": (
        "too_few_steps",
        "warning",
        planted([2 * 0.9**epoch for epoch in range(1, 20)], accuracies=0.95, dataset="digits"),
    ),
    "more than half of what a number is computed from is missing": (
        "dropout_too_strong",
        "warning",
        planted([4000.0] * 6, dataset="diabetes", prior=VARIANCE, dropout=0.7),
    ),
    "a regression that rises for most of the run": (
        "overfitting",
        "warning",
        with_layers(
            of_many(planted(DECAYING, [3000, 2800, *[3300] * 10], dataset="diabetes", prior=VARIANCE)), validation_t=2.0
        ),
    ),
    "dead, with few to validate": (
        "dead_relu",
        "warning",
        with_layers(with_examples(planted([1.2] * 4), train=5000, validation=100), *hidden({"dead": 0.6})),
    ),
    "alike": (
        "signal_collapse",
        "critical",
        with_layers(planted([LN10] * 4, accuracies=0.11), *hidden({"share": 1e-5}, {"share": 1e-7})),
    ),
    "vanishing": (
        "vanishing_gradient",
        "critical",
        with_layers(planted([LN10] * 4, accuracies=0.11), *hidden({"delta_rms": 0.01})),
    ),
}

LOOK_ALIKES: dict[str, tuple[str, Run]] = {
    "learns": ("predicts_class_prior", planted(FALLING, accuracies=0.95)),
    "one class in general": (
        "predicts_class_prior",
        planted([0.5, 0.4], accuracies=0.7, prior=Prior(loss=0.6, accuracy=0.62)),
    ),
    "cosine to 0": ("schedule_ends_early", planted(FALLING, rates=[0.001 * f for f in FALLING], schedule="cosine")),
    "gap without rise": ("overfitting", planted(FALLING, [1, 0.9, 0.8, 0.75, *[0.72] * 6], 0.75)),
    "noise of few": (
        "overfitting",
        planted(FALLING, [1, 0.7, 0.65, 0.7, 0.66, 0.72, 0.68, 0.7, 0.69, 0.72], 0.8, dataset="wine"),
    ),
    "no significant rise": (
        "overfitting",
        with_layers(planted(FALLING, [1, 0.8, 0.7, 0.75, *[0.8] * 6], [0.7] * 4 + [0.6] * 6), validation_t=1.0),
    ),
    "overlapping classes": (
        "label_noise",
        with_layers(planted([0.4] * 6, accuracies=0.84, dataset="breast_cancer", prior=TWO), easy=0.6, hard=0.15),
    ),
    "no better in a wide network": (
        "underfitting",
        planted([0.5, *[0.45] * 9], accuracies=0.82, dataset="breast_cancer", prior=TWO),
    ),
    "no better for a while": (
        "too_few_steps",
        planted(
            [0.6 * 0.98**epoch for epoch in range(20)], [0.6, *[0.5] * 19], 0.8, dataset="breast_cancer", prior=TWO
        ),
    ),
    "gains next to nothing": (
        "too_few_steps",
        planted(
            [0.6 * 0.98**epoch for epoch in range(20)],
            [0.6 * 0.998**epoch for epoch in range(20)],
            0.8,
            dataset="breast_cancer",
            prior=TWO,
        ),
    ),
    "learned by heart": (
        "lr_too_high",
        planted([LN10 * 0.7**epoch for epoch in range(10)], [1.5, 1.0, 0.9, *[2.4] * 7], 0.7),
    ),
    "a small share that Adam amplifies": (
        "signal_collapse",
        with_layers(planted([LN10] * 4, accuracies=0.11, optimizer="adam"), *hidden({}, {"share": 4e-4})),
    ),
    "a rise that does not last": (
        "overfitting",
        with_layers(
            of_many(planted(DECAYING, [3000, *[2900] * 8, *[3300] * 3], dataset="diabetes", prior=VARIANCE)),
            validation_t=2.0,
        ),
    ),
    "still falling fast, with few to validate": (
        "too_few_steps",
        planted([0.6 * 0.92**epoch for epoch in range(1, 20)], accuracies=0.97, dataset="breast_cancer", prior=TWO),
    ),
    "a high rate of Adam in softmax regression, which has no start to lose": (
        "lr_too_high",
        planted([1.2, 0.8, *[0.5] * 6], [0.6] * 8, 0.8, layers=[], optimizer={"kind": "adam", "lr": 0.2}),
    ),
    "a high rate that suits Adam": (
        "lr_too_high",
        planted([0.5, *[0.45] * 5], accuracies=0.82, optimizer={"kind": "adam", "lr": 0.02}, prior=TWO),
    ),
    "a tenth of the loss, of weights that have hardly shrunk": (
        "penalty_too_strong",
        planted([3000.0] * 6, dataset="diabetes", prior=VARIANCE, penalties=0.06, l2=1e-4),
    ),
    "sure of itself": ("overfitting", planted(FALLING, [1, 0.3, 0.25, *[0.3] * 7], 0.95)),
    "solved": ("oscillating_loss", planted([0.5, 0.1, *[0.02, 0.03] * 5], accuracies=0.99)),
    "falling with bumps": ("oscillating_loss", planted([2.2, 2.0, 1.6, 1.7, 1.3, 1.4, 1.0, 1.1, 0.8, 0.7])),
    "few examples": ("oscillating_loss", planted([0.8, 1.2] * 6, dataset="wine")),
    "two teeth": ("loss_spikes", planted([1.0, 0.9, 2.5, 0.8, 0.8, 2.0, 0.7, 0.7, 0.7])),
    "healthy dropout": (
        "dropout_too_strong",
        planted([0.5, 0.3, 0.2], [0.3, 0.2, 0.15], 0.96, layers=[512], dropout=0.5),
    ),
    "all of a regression": (
        "too_few_steps",
        planted([4000, 3200, *[3000] * 8], dataset="diabetes", prior=VARIANCE),
    ),
    "half of a regression with a decay": (
        "too_few_steps",
        planted([3000 / i**0.2 for i in range(1, 11)], dataset="diabetes", prior=VARIANCE, schedule="cosine"),
    ),
    "noise of dropout": (
        "dropout_too_strong",
        planted([4500.0, *[3300.0] * 5], [2900.0] * 6, dataset="diabetes", prior=VARIANCE, dropout=0.1),
    ),
    "a penalty that keeps from learning by heart": (
        "penalty_too_strong",
        planted([295.0] * 6, [600.0] * 6, dataset="diabetes", prior=VARIANCE, penalties=0.11, l2=0.01),
    ),
    "small penalty of a regression": (
        "penalty_too_strong",
        planted([3000.0] * 6, dataset="diabetes", prior=VARIANCE, penalties=0.02, l2=1e-4),
    ),
    "small penalty": ("penalty_too_strong", planted(FALLING, accuracies=0.95, penalties=0.06, l2=1e-4)),
    "a third clipped": ("clipping_too_strong", planted(FALLING, norm=0.8, clip_norm=1)),
    "adam does not mind": ("clipping_too_strong", planted([1.0] * 4, norm=50, clip_norm=1)),
    "normal batches": ("batch_norm_statistics", planted(FALLING, [0.9] * 10, 0.9, batch_norm=True)),
    "batches of four": ("batch_norm_statistics", planted(FALLING, FALLING, 0.95, batch_norm=True, batch_size=4)),
    "stopped on purpose": ("too_few_steps", planted([2.2, 1.8, 1.4], epochs=50, early_stopping=True)),
    "out of time": ("too_few_steps", planted([2.2, 1.8, 1.4], max_seconds=9)),
    "one small layer": (
        "initial_weights_too_small",
        planted([1.0] * 4, layers=[100], init={"kind": "normal", "std": 0.01}),
    ),
    "normalized": (
        "initial_weights_too_small",
        planted([1.0] * 4, layers=[100] * 5, init={"kind": "normal", "std": 0.01}, batch_norm=True),
    ),
    "plateau": ("lr_too_low", planted([LN10, 2.3025, 2.3026, 2.3025, 2.3026], accuracies=0.11)),
    "fast start": ("lr_too_low", planted([2.2, 1.9, 1.8, 1.78, 1.77], optimizer=SGD)),
    "rare class at a low rate": (
        "lr_too_high",
        planted(
            [0.690, 0.687, 0.684, 0.681],
            accuracies=0.97,
            dataset="breast_cancer",
            prior=Prior(loss=0.12, accuracy=0.976, class_shares=(0.024, 0.976)),
        ),
    ),
    "a regression that creeps": (
        "lr_too_high",
        planted([9100, 9090, 9080, 9070], dataset="diabetes", prior=Prior(loss=5900), optimizer=SGD | {"lr": 1e-5}),
    ),
    "a high rate that learned all training examples": (
        "lr_too_high",
        planted([0.3, 0.05, 0.02, 0.01], [0.6] * 4, 0.8, optimizer={"kind": "adam", "lr": 0.03}),
    ),
    "edge of stability": ("lr_too_high", with_layers(planted(FALLING), *hidden({}), rho=0.3)),
    "good recall": (
        "class_imbalance",
        replace(
            planted(
                [0.1] * 3, accuracies=0.97, dataset="breast_cancer", prior=Prior(loss=0.2, class_shares=(0.05, 0.95))
            ),
            recalls=(0.8, 0.99),
        ),
    ),
    "sparse": ("dead_relu", with_layers(planted([1.2] * 4), *hidden({"dead": 0.39}))),
    "too few sampled": (
        "dead_relu",
        with_layers(with_examples(planted([1.2] * 4), train=100, validation=5000), *hidden({"dead": 0.9})),
    ),
    "learned by heart after the best epoch": (
        "label_noise",
        measured_in({3}, with_layers(planted([1.2, 0.9, *[1.0] * 4], accuracies=0.7), *hidden({}), easy=0.7, hard=0.2)),
    ),
    "too few to tell": ("dead_relu", with_layers(planted([1.2] * 4, dataset="wine"), *hidden({"dead": 0.9}))),
    "on or off": (
        "saturated_activation",
        with_layers(planted(FALLING, accuracies=0.97, activation="tanh"), *hidden({"flat": 0.8})),
    ),
    "converged": (
        "vanishing_gradient",
        with_layers(planted([0.01] * 4, accuracies=0.99), *hidden({"delta_rms": 0.01})),
    ),
    "mistakes that training still mends": (
        "label_noise",
        with_layers(planted([1.2, 1.0, 0.9], accuracies=0.7), *hidden({}), easy=0.7, hard=0.2),
    ),
    "validation near the prior": (
        "label_noise",
        with_layers(planted([1.2, 1.0, *[0.9] * 4], [2.0] * 6, 0.4), *hidden({}), easy=0.7, hard=0.2),
    ),
    "few mistakes": ("label_noise", with_layers(planted([1.2] * 3, accuracies=0.7), *hidden({}), easy=0.8, hard=0.03)),
    "nothing understood": (
        "label_noise",
        with_layers(planted([2.0] * 3, accuracies=0.3), *hidden({}), easy=0.1, hard=0.4),
    ),
    "enough signal": ("signal_collapse", with_layers(planted(FALLING, accuracies=0.9), *hidden({}, {"share": 1e-4}))),
    "hidden layer": ("linear_network", planted([1.0] * 4)),
    "no layers": ("linear_network", planted([1.0] * 4, layers=[])),
    "no prior": ("predicts_class_prior", planted([2.303] * 4, accuracies=0.11, prior=None)),
}


AUGMENTED = {"name": "mnist", "augment": ["rotate", "mixup"]}
CHANGED: dict[str, tuple[str, Run]] = {
    "flat and high": (
        "underfitting",
        planted([1.5, 1.2, 1.01, *[1.0] * 7], [1.0] * 10, 0.6, layers=[4], dataset=AUGMENTED),
    ),
    "thin": (
        "dropout_too_strong",
        planted([2.2, 2.1, 2.05], [2, 1.9, 1.8], 0.4, layers=[20], dropout=0.8, dataset=AUGMENTED),
    ),
    "wrong labels": (
        "label_noise",
        with_layers(planted([1.2, 1.0, 0.9], accuracies=0.7, dataset=AUGMENTED), *hidden({}), easy=0.7, hard=0.2),
    ),
    "batches of four": (
        "batch_norm_statistics",
        planted([1.0] * 10, [0.5] * 10, 0.95, batch_norm=True, batch_size=4, dataset=AUGMENTED),
    ),
}
"""Runs whose training loss is that of augmented images, which are harder than the validation images."""


@pytest.mark.parametrize("case", CHANGED)
def test_is_silent_where_only_the_augmented_images_are_hard(case: str) -> None:
    name, run = CHANGED[case]
    assert name not in found(run)


@pytest.mark.parametrize("case", SICK)
def test_fires_on(case: str) -> None:
    name, severity, run = SICK[case]
    finding = found(run).get(name)
    assert finding is not None, [one.id for one in findings_in_run(run)]
    assert finding.severity == severity
    assert finding.evidence
    assert not any(map(is_healthy, finding.evidence))
    for patch in finding.patches:
        assert changed(run.spec, patch.patch) != run.spec


@pytest.mark.parametrize("case", LOOK_ALIKES)
def test_raises_no_alarm_on(case: str) -> None:
    name, run = LOOK_ALIKES[case]
    finding = found(run).get(name)
    assert finding is None or finding.severity == "note"


def test_dead_units_and_slow_learning_follow_from_a_layer_of_two_units() -> None:
    run = with_layers(planted([2.2, 2.0, 1.9, 1.8], accuracies=0.4, layers=[64, 2]), *hidden({}, {"dead": 0.5}))
    (finding,) = findings_in_run(run)
    assert (finding.id, finding.layer) == ("underfitting", "layers/1")
    assert [layer["units"] for layer in finding.patches[0].patch["layers"]] == [64, 40]


def test_a_diverged_run_has_one_cause() -> None:
    first, second = findings_in_run(failed())
    assert (first.id, second.id, second.consequence_of) == ("lr_too_high", "diverged", "lr_too_high")
    penalty = found(failed("penalty"))
    assert "lr_too_high" not in penalty


def test_a_penalty_that_grew_did_not_fall() -> None:
    run = planted([2.3, 2.303, 2.303], accuracies=0.11, penalties=[3.0, 4.0, 5.0], l2=0.1)
    penalty = next(one for one in findings_in_run(run) if one.id == "penalty_too_strong")
    assert "the penalty went from 3 to 5," in penalty.because


def test_what_follows_from_small_weights_is_no_answer_of_its_own() -> None:
    first, *rest = findings_in_run(SICK["tiny"][2])
    assert first.id == "initial_weights_too_small"
    assert {one.consequence_of for one in rest} == {"initial_weights_too_small"}


def test_the_cheapest_cure_of_overfitting_is_first_and_the_dearest_last() -> None:
    rising = [1, 0.8, 0.7, 0.75, 0.8, 0.9, 1, 1, 1.1, 1.1]
    run = planted(FALLING, rising, 0.7, trained=1.0, dataset={"name": "mnist", "limit": 300})
    first, *_, last = found(run)["overfitting"].patches
    assert (first.patch, last.patch) == ({"early_stopping": True}, {"dataset": {"limit": None}})


@pytest.mark.parametrize("cause", [{"init": {"kind": "normal", "std": 1}}, {"optimizer": {"kind": "adam", "lr": 0.1}}])
def test_labels_are_not_blamed_where_the_start_is_at_fault(cause: dict[str, Any]) -> None:
    run = with_layers(planted([1.2, 1.0, *[0.9] * 4], accuracies=0.7, **cause), *hidden({}), easy=0.7, hard=0.2)
    first, *rest = findings_in_run(run)
    assert first.id in ("initial_weights_too_large", "lr_too_high")
    assert ("label_noise", first.id) in [(one.id, one.consequence_of) for one in rest]


def test_the_patch_of_large_weights_brings_a_rate_and_an_activation_that_suit() -> None:
    large: dict[str, Any] = {"init": {"kind": "normal", "std": 3}}
    one = found(planted([2.3] * 4, accuracies=0.2, layers=[30], optimizer=SGD | {"lr": 3}, **large))
    assert one["initial_weights_too_large"].patches[0].patch["optimizer"] == {"kind": "sgd", "lr": 0.1}
    stack = planted([2.3] * 4, accuracies=0.2, layers=[50] * 3, activation="sigmoid", optimizer=SGD, **large)
    names = {"initial_weights_too_large", "saturated_activation"}
    patches = {one.id: one.patches[0].patch for one in findings_in_run(with_layers(stack, *hidden({"flat": 0.8})))}
    assert {name: patches[name] for name in names} == {
        name: {"activation": "relu", "init": {"kind": "auto"}} for name in names
    }


@pytest.mark.parametrize(("weights", "patches"), [("none", [{"class_weights": "balanced"}]), ("balanced", [])])
def test_a_table_without_weights_is_told_of_them_where_a_class_is_missed(weights: str, patches: list[Any]) -> None:
    run = SICK["rare class"][2]
    table = run.spec.dataset.model_copy(update={"digest": "sha256:" + "0" * 64, "class_weights": weights})
    finding = class_imbalance.in_run(replace(run, spec=run.spec.model_copy(update={"dataset": table})))
    assert finding is not None
    assert [patch.patch["dataset"] for patch in finding.patches] == patches


@pytest.mark.parametrize(
    ("case", "patches"), [("wrong labels", [{"early_stopping": True}, {"l2": 0.001}]), ("overlapping classes", [])]
)
def test_only_wrong_labels_have_cures_of_learning_by_heart(case: str, patches: list[Any]) -> None:
    run = SICK[case][2] if case in SICK else LOOK_ALIKES[case][1]
    assert [patch.patch for patch in found(run)["label_noise"].patches] == patches


def test_since_when_a_layer_is_dead() -> None:
    run = planted([1.2] * 4)
    late = with_layers(run, *hidden({"dead": 0.6})).reports[2:]
    early = with_layers(run, *hidden({})).reports[:2]
    since = found(replace(run, reports=[*early, *late]))["dead_relu"].since
    assert since is not None
    assert since.epoch == 3


@pytest.mark.parametrize(
    ("measured", "examples", "fires"),
    [({16, 32, 40}, 1000, True), ({1, 16, 32}, 1000, True), ({1, 2, 3}, 60_000, False), ({1, 2, 40}, 60_000, False)],
)
def test_epochs_in_which_steps_raise_the_loss_are_recent_and_named(
    measured: set[int], examples: int, fires: bool
) -> None:
    run = with_layers(planted([2.0] * 40, accuracies=0.3, optimizer=SGD), *hidden({}), rho=-0.5)
    finding = found(measured_in(measured, with_examples(run, examples, 5000))).get("lr_too_high")
    first, second, third = sorted(measured)
    named = finding is not None and f"In epochs {first}, {second} and {third}, the last ones" in finding.because
    assert named is fires, finding


def test_what_pooling_spreads_over_an_image_has_not_vanished() -> None:
    conv = [{"kind": "conv", "channels": 8, "kernel": 5, "stride": 3}, {"kind": "avg_pool"}, 30]
    rms = hidden({"delta_rms": 0.01}, {"delta_rms": 0.118, "name": "layers/2"})
    assert "vanishing_gradient" not in found(with_layers(planted([2.3] * 6, layers=conv), *rms))
    assert "vanishing_gradient" in found(with_layers(planted([2.3] * 6, layers=[30, 30, 30]), *rms))
