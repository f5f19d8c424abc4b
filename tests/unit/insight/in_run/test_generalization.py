"""Findings from the training loss in evaluation mode: each fires on a planted history, and is silent on look-alikes."""

from dataclasses import replace
from math import nan
from typing import Any

import pytest

from gradus.fork import changed
from insight.evidence import is_healthy
from insight.in_run.find import findings_in_run
from insight.prior import Prior
from insight.run import Run
from insight.words import rounded
from tests.unit.insight.in_run.planted import LN10, found, planted, with_layers
from tests.unit.insight.in_run.test_findings import failed, hidden, of_many, with_examples

VARIANCE = Prior(loss=5900)
FLAT = [0.9, 0.5, 0.46, 0.45, 0.45, 0.45]
ADAMW = {"kind": "adamw", "lr": 0.003, "weight_decay": 0.5}


def scored(run: Run, evaluation_loss: float, **numbers: Any) -> Run:
    """The run with this training loss in evaluation mode after every epoch."""
    return with_layers(run, *hidden({}), evaluation_loss=evaluation_loss, **numbers)


def _prior(*counts: int) -> Prior:
    shares = tuple(count / sum(counts) for count in counts)
    return Prior(loss=LN10, accuracy=max(shares), class_shares=shares)


def of_a_table(*counts: int, recalls: tuple[float, ...], **spec: Any) -> Run:
    """A run on a data set with this number of examples of each digit. `recalls` are the shares of them that are
    recognized."""
    run = of_many(planted([0.9, 0.5, 0.3, 0.25], accuracies=0.9, dataset="digits", prior=_prior(*counts), **spec))
    return replace(run, recalls=recalls)


RARE = (200,) * 8 + (60, 200)
RISING = [3000.0, 2800, 2600, *[3300, 4000, 3100, 3600] * 3]
DECAYING = [5000 / epoch for epoch in range(1, 16)]
LEARNING = [1.8, 1.6, 1.4, 1.2, 1.0, 0.9, 0.8, 0.7]
SURER = [1.9, 1.75, 1.7, 1.8, 1.9, 1.95, 1.95, 2.0]
UNEVEN = Prior(loss=7400, train_loss=5900)
HARDLY = [1.9, 1.8, 1.8, 1.83, 1.86, 1.88, 1.89, 1.9]
SHRINKING = [0.96, 0.8, 0.65, 0.5, 0.4, 0.35]
FAR = Prior(loss=5900, target_size=60)
SLOW = {"kind": "sgd", "lr": 0.001}
ON_ITS_WAY = [5800.0 - 40 * i for i in range(8)]
SICK: dict[str, tuple[str, str, Run]] = {
    "dropout that costs, and has nothing to prevent": (
        "dropout_too_strong",
        "warning",
        scored(planted(FLAT, [0.3] * 6, 0.97, dropout=0.2), 0.31),
    ),
    "dropout that costs beyond chance": (
        "dropout_too_strong",
        "warning",
        scored(planted(FLAT, [0.25] * 6, 0.97, dropout=0.2), 0.25, mode_ratio=1.3, mode_t=2.3),
    ),
    "the same in a regression": (
        "dropout_too_strong",
        "warning",
        scored(of_many(planted([2900.0] * 6, [2000.0] * 6, dataset="diabetes", prior=VARIANCE, dropout=0.2)), 2050.0),
    ),
    "half of a regression's units, to which the rest has adapted": (
        "dropout_too_strong",
        "warning",
        scored(of_many(planted([2300.0] * 6, [2000.0] * 6, dataset="diabetes", prior=VARIANCE, dropout=0.5)), 2050.0),
    ),
    "dropped inputs": (
        "dropout_too_strong",
        "critical",
        scored(planted([2.3] * 6, [2.3] * 6, 0.11, input_dropout=0.9), 2.3),
    ),
    "a penalty that pulls, and has nothing to prevent": (
        "penalty_too_strong",
        "warning",
        scored(planted(FLAT, [0.42] * 6, 0.87, l2=1e-3, penalties=0.2), 0.4),
    ),
    "weights that have shrunk after a good first epoch": (
        "penalty_too_strong",
        "critical",
        planted(
            [5800.0] * 6,
            [4600, *[5900.0] * 5],
            dataset="diabetes",
            prior=VARIANCE,
            l1=0.1,
            penalties=[2.0, *[0.02] * 5],
        ),
    ),
    "decay that limits the weights": (
        "penalty_too_strong",
        "warning",
        scored(planted(FLAT, [0.42] * 6, 0.87, optimizer=ADAMW), 0.4, growth_gain=2.0),
    ),
    "decay that leaves nothing": (
        "penalty_too_strong",
        "critical",
        scored(planted([2.3] * 6, [2.3] * 6, 0.11, optimizer=ADAMW | {"weight_decay": 100}), 2.3),
    ),
    "a regression learned by heart, whose validation loss jumps": (
        "overfitting",
        "warning",
        scored(of_many(planted(DECAYING, RISING, dataset="diabetes", prior=VARIANCE)), 300.0, validation_t=1.4),
    ),
    "a classifier with much left to learn, by heart": (
        "overfitting",
        "warning",
        scored(planted(LEARNING, SURER, 0.45, trained=0.5), 0.8, validation_t=2.0),
    ),
    "a rise that is small and sure": (
        "overfitting",
        "warning",
        scored(planted(LEARNING, HARDLY, 0.45, trained=0.5), 1.2, validation_t=3.0),
    ),
    "a strong penalty, although something is learned by heart": (
        "penalty_too_strong",
        "warning",
        scored(planted(FLAT, [0.75] * 6, 0.8, l2=0.01, penalties=0.5), 0.45),
    ),
    "decay that leaves a regression tiny weights": (
        "penalty_too_strong",
        "warning",
        scored(
            of_many(planted([3000.0] * 6, dataset="diabetes", prior=VARIANCE, optimizer=ADAMW | {"weight_decay": 5})),
            3000.0,
            growth_gain=0.05,
        ),
    ),
    "a regression whose losses are far apart": (
        "overfitting",
        "warning",
        scored(
            of_many(
                planted(DECAYING, [one / 2 for one in RISING[:3]] + [1430.0] * 12, dataset="diabetes", prior=VARIANCE)
            ),
            300.0,
            validation_t=2.0,
        ),
    ),
    "a penalty with nothing to prevent, among few validation examples": (
        "penalty_too_strong",
        "warning",
        scored(planted(FLAT, [0.48] * 6, 0.87, dataset="digits", l2=1e-3, penalties=0.2), 0.4),
    ),
    "a penalty in a regression whose validation examples are harder": (
        "penalty_too_strong",
        "warning",
        scored(
            of_many(
                planted([2600.0] * 6, [3500.0] * 6, dataset="diabetes", prior=UNEVEN, l2=0.03, penalties=SHRINKING)
            ),
            2500.0,
        ),
    ),
    "a rare class without validation examples": (
        "class_imbalance",
        "warning",
        with_layers(of_a_table(*(200,) * 9, 10, recalls=(0.99,) * 9 + (1.0,)), *hidden({}), easy=0.9, hard=0.004),
    ),
    "several rare classes without validation examples": (
        "class_imbalance",
        "warning",
        with_layers(of_a_table(*(200,) * 7, 4, 5, 6, recalls=(0.99,) * 7 + (1.0, nan, nan)), *hidden({}), hard=0.009),
    ),
    "a rare class without any validation example": (
        "class_imbalance",
        "warning",
        with_layers(of_a_table(*(200,) * 9, 10, recalls=(0.99,) * 9 + (nan,)), *hidden({}), easy=0.9, hard=0.004),
    ),
    "targets that steps of a bounded gradient do not reach": (
        "target_scale",
        "warning",
        of_many(planted(ON_ITS_WAY, dataset="diabetes", prior=FAR, loss="absolute", optimizer=SLOW)),
    ),
    "targets that steps do not reach": (
        "target_scale",
        "warning",
        of_many(planted(ON_ITS_WAY, dataset="diabetes", prior=FAR, optimizer={"kind": "adam", "lr": 0.001})),
    ),
    "targets whose gradients are too large": (
        "target_scale",
        "critical",
        failed(dataset="diabetes", prior=FAR),
    ),
    "a class with a third of the examples": (
        "class_imbalance",
        "warning",
        of_a_table(*RARE, recalls=(0.95,) * 8 + (0.4, 0.95)),
    ),
    "classes that are hardly there": (
        "class_imbalance",
        "warning",
        of_a_table(*(200,) * 7, 4, 4, 4, recalls=(0.95,) * 7 + (0.0, 0.0, 0.0)),
    ),
    "half of all labels wrong": (
        "label_noise",
        "warning",
        scored(planted([1.8, 1.7, *[1.69] * 6], [1.9] * 8, 0.46, trained=0.5), 1.67, easy=0.1, hard=0.34),
    ),
    "a layer of one unit, in noise": (
        "underfitting",
        "warning",
        planted([2.1, 1.9, 1.8, 1.75, 1.72], [2.1, 1.95, 1.88, 1.84, 1.82], 0.3, layers=[64, 1, 64]),
    ),
}
LOOK_ALIKES: dict[str, tuple[str, Run]] = {
    "dropout that keeps from learning by heart": (
        "dropout_too_strong",
        scored(planted(FLAT, [0.3] * 6, 0.95, layers=[512], dropout=0.5), 0.2),
    ),
    "dropout of a network that has solved its task": (
        "dropout_too_strong",
        scored(planted([0.2, 0.1, 0.05], [0.02] * 3, 0.99, dropout=0.5), 0.02),
    ),
    "dropout that costs little": (
        "dropout_too_strong",
        scored(planted(FLAT, [0.4] * 6, 0.95, layers=[512], dropout=0.1), 0.4),
    ),
    "dropout that costs by chance, where a few examples have most of the loss": (
        "dropout_too_strong",
        scored(planted(FLAT, [0.25] * 6, 0.97, dropout=0.2), 0.25, mode_ratio=1.04, mode_t=0.25),
    ),
    "a little dropout of a regression": (
        "dropout_too_strong",
        scored(of_many(planted([2300.0] * 6, [2000.0] * 6, dataset="diabetes", prior=VARIANCE, dropout=0.05)), 2050.0),
    ),
    "few channels, each of many pixels": (
        "dropout_too_strong",
        scored(
            planted(FLAT, [0.35] * 6, 0.85, layers=[{"kind": "conv", "channels": 12, "kernel": 3}], dropout=0.2), 0.15
        ),
    ),
    "a penalty that keeps from learning by heart": (
        "penalty_too_strong",
        scored(planted(FLAT, [0.6] * 6, 0.87, l2=1e-3, penalties=0.2), 0.4),
    ),
    "the usual decay": (
        "penalty_too_strong",
        scored(planted(FLAT, [0.42] * 6, 0.87, optimizer=ADAMW | {"weight_decay": 0.01}), 0.4, growth_gain=2.0),
    ),
    "a regression that jumps, and knows others as well": (
        "overfitting",
        scored(of_many(planted(DECAYING, RISING, dataset="diabetes", prior=VARIANCE)), 2900.0, validation_t=1.4),
    ),
    "a regression that is solved but for a few examples": (
        "overfitting",
        scored(
            of_many(
                planted(
                    [one / 10 for one in DECAYING], [one / 10 for one in RISING], dataset="diabetes", prior=VARIANCE
                )
            ),
            30.0,
            validation_t=1.4,
        ),
    ),
    "a classifier that has learned most, and grows surer of its mistakes": (
        "overfitting",
        scored(planted([one / 2 for one in LEARNING], [one / 2 for one in SURER], 0.8), 0.4, validation_t=2.0),
    ),
    "pictures that are learned by heart, at no cost in accuracy": (
        "overfitting",
        scored(
            planted([0.5, 0.4, 0.3, 0.2, 0.15, 0.1], [0.6, 0.52, 0.5, 0.6, 0.65, 0.7], 0.8, trained=0.99),
            0.08,
            validation_t=4.0,
            evaluation_accuracy=0.99,
        ),
    ),
    "a rise that is small and sure, of a classifier that knows more": (
        "overfitting",
        scored(planted(LEARNING, [0.75 * one for one in HARDLY], 0.6, trained=0.6), 0.9, validation_t=3.0),
    ),
    "a rise that is small and may be chance": (
        "overfitting",
        scored(planted(LEARNING, HARDLY, 0.45, trained=0.5), 1.2, validation_t=2.0),
    ),
    "noise that is slowly learned by heart": (
        "lr_too_low",
        planted([2.2, 2.15, 2.1, 2.05, 2.0, 1.95, 1.9, 1.85], [2.3, 2.2, 2.2, 2.25, 2.28, 2.3, 2.32, 2.35], 0.3),
    ),
    "decay that limits a regression's weights a little": (
        "penalty_too_strong",
        scored(
            of_many(planted([3000.0] * 6, dataset="diabetes", prior=VARIANCE, optimizer=ADAMW)),
            3000.0,
            growth_gain=0.05,
        ),
    ),
    "a classifier whose validation loss rises, and that knows others as well": (
        "overfitting",
        scored(planted(LEARNING, SURER, 0.45, trained=0.5), 1.5, validation_t=2.0),
    ),
    "a little penalty in a regression": (
        "penalty_too_strong",
        scored(
            of_many(
                planted(
                    [2600.0] * 6,
                    [2300.0] * 6,
                    dataset="diabetes",
                    prior=VARIANCE,
                    l2=0.02,
                    penalties=[0.2, *[0.066] * 5],
                )
            ),
            2500.0,
        ),
    ),
    "a rare class whose training examples are recognized": (
        "class_imbalance",
        with_layers(of_a_table(*(200,) * 9, 10, recalls=(0.99,) * 9 + (1.0,)), *hidden({}), easy=0.9, hard=0.001),
    ),
    "hard examples of more classes than the rare one": (
        "class_imbalance",
        with_layers(of_a_table(*(200,) * 9, 10, recalls=(0.99,) * 9 + (1.0,)), *hidden({}), easy=0.9, hard=0.05),
    ),
    "a rarer class, while most is left to learn": (
        "class_imbalance",
        replace(
            of_many(planted([1.9, 1.7, 1.5, 1.3], accuracies=0.9, dataset="digits", prior=_prior(*RARE))),
            recalls=(0.95,) * 8 + (0.4, 0.95),
        ),
    ),
    "a training loss that dropout makes high by itself": (
        "lr_too_high",
        scored(planted([3.2, 2.9, 2.7, 2.6], [2.4, 2.31, 2.31, 2.31], 0.11, dropout=0.9), 2.3),
    ),
    "gradient descent that is slow, though its gradients grow with the targets": (
        "target_scale",
        of_many(planted(ON_ITS_WAY, dataset="diabetes", prior=FAR, optimizer=SLOW)),
    ),
    "Adam, whose steps do not grow with the targets": (
        "target_scale",
        replace(failed(dataset="diabetes", prior=FAR), spec=planted(FLAT, dataset="diabetes").spec),
    ),
    "a divergence by a penalty": ("target_scale", failed("penalty", dataset="diabetes", prior=FAR)),
    "a divergence by initial weights": ("target_scale", failed("initial_weights", dataset="diabetes", prior=FAR)),
    "steps that are too short for standardized targets": (
        "target_scale",
        of_many(planted(ON_ITS_WAY, dataset="diabetes", prior=Prior(loss=5900, target_size=1.0))),
    ),
    "targets that are far away, and reached": (
        "target_scale",
        of_many(planted([3000.0, 2000, *[1500.0] * 6], dataset="diabetes", prior=FAR)),
    ),
    "a rare class that is recognized": ("class_imbalance", of_a_table(*RARE, recalls=(0.95,) * 8 + (0.9, 0.95))),
    "a network that confuses all classes": (
        "class_imbalance",
        of_a_table(*RARE, recalls=(0.95, 0.2) * 4 + (0.1, 0.95)),
    ),
    "a class that is missed for another reason": (
        "class_imbalance",
        of_a_table(*RARE, recalls=(0.95,) * 8 + (0.0, 0.95)),
    ),
    "two classes, one of them rarer": (
        "class_imbalance",
        replace(
            planted(
                [0.4, 0.3, 0.3],
                accuracies=0.85,
                dataset="breast_cancer",
                prior=Prior(loss=0.56, accuracy=0.75, class_shares=(0.25, 0.75)),
            ),
            recalls=(0.55, 0.95),
        ),
    ),
    "a network that wavers between classes": (
        "label_noise",
        scored(planted([1.8, 1.7, *[1.69] * 6], [1.7] * 8, 0.46, trained=0.5), 1.67, easy=0.1, hard=0.1),
    ),
}


@pytest.mark.parametrize("case", SICK)
def test_fires_on(case: str) -> None:
    name, severity, run = SICK[case]
    first = findings_in_run(run)[0]
    assert (first.id, first.severity) == (name, severity)
    assert not any(map(is_healthy, first.evidence))
    for patch in first.patches:
        assert changed(run.spec, patch.patch) != run.spec


@pytest.mark.parametrize(
    ("case", "validation", "rise", "since"),
    [
        ("a classifier with much left to learn, by heart", 5000, 0.1, 5),  # 1.7 in epoch 3, 1.9 in epoch 5
        ("a classifier with much left to learn, by heart", 100, 0.1, 5),
        ("a rise that is small and sure", 5000, 0.04, 6),  # 1.8 in epoch 2, 1.88 in epoch 6
        ("a regression whose losses are far apart", 60, 0.08, 4),
    ],
)
def test_what_is_learned_by_heart_is_told_by_the_limits_that_were_used(
    case: str, validation: int, rise: float, since: int
) -> None:
    run = SICK[case][2]
    finding = found(with_examples(run, run.data.train_examples, validation))["overfitting"]
    evidence = {one.statistic: one for one in finding.evidence}
    assert evidence["validation_loss_rise"].healthy == pytest.approx((0, rise))
    for name in ("validation_loss_rise", "validation_over_evaluation_loss"):
        value, limit = evidence[name].value, evidence[name].threshold
        assert not isinstance(value, str)
        assert limit is not None
        assert value > limit
    assert finding.since == run.since(since - 1)


@pytest.mark.parametrize("case", LOOK_ALIKES)
def test_raises_no_alarm_on(case: str) -> None:
    name, run = LOOK_ALIKES[case]
    finding = found(run).get(name)
    assert finding is None or finding.severity == "note"


def test_examples_near_a_border_that_weights_have_moved_are_not_said_to_be_labelled_wrong() -> None:
    prior = Prior(loss=0.69, accuracy=0.5, class_shares=(0.03, 0.97))
    run = planted([0.2, 0.12, *[0.1] * 4], accuracies=0.95, dataset="breast_cancer", prior=prior)
    run = with_layers(run, *hidden({}), easy=0.8, hard=0.1)
    table = run.spec.dataset.model_copy(update={"digest": "sha256:" + "0" * 64, "class_weights": "balanced"})
    weighted = replace(run, spec=run.spec.model_copy(update={"dataset": table}))
    assert found(run)["label_noise"].severity == "warning"
    assert found(weighted)["label_noise"].severity == "note"


def test_a_patch_of_decay_keeps_the_optimizer() -> None:
    (patch,) = found(SICK["decay that limits the weights"][2])["penalty_too_strong"].patches
    assert patch.patch == {"optimizer": {"kind": "adamw", "weight_decay": 0.01}}


@pytest.mark.parametrize(("epochs", "stop"), [(8, True), (80, {"patience": 8})])
def test_early_stopping_is_as_patient_as_a_run_is_long(epochs: int, stop: object) -> None:
    run = SICK["a classifier with much left to learn, by heart"][2]
    longer = replace(run, spec=run.spec.model_copy(update={"epochs": epochs}))
    assert found(longer)["overfitting"].patches[0].patch == {"early_stopping": stop}


def test_steps_grow_with_the_distance_of_the_targets() -> None:
    (patch,) = found(SICK["targets that steps do not reach"][2])["target_scale"].patches
    assert patch.patch == {"optimizer": {"kind": "adam", "lr": 0.03}}  # 30 times at most
    (patch,) = found(SICK["targets whose gradients are too large"][2])["target_scale"].patches
    assert patch.patch == {"optimizer": {"kind": "sgd", "lr": rounded(0.1 / 60)}}


def test_dead_units_follow_from_a_penalty() -> None:
    run = SICK["weights that have shrunk after a good first epoch"][2]
    first, *rest = findings_in_run(with_layers(run, *hidden({"dead": 0.6})))
    assert first.id == "penalty_too_strong"
    assert ("dead_relu", "penalty_too_strong") in [(one.id, one.consequence_of) for one in rest]
