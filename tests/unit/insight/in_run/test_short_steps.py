"""Runs that end too early, and the reasons why their steps were short, for made-up histories."""

from math import log2
from typing import Any

import pytest

from gradus.wire.layer_report import LayerStatistics
from insight.prior import Prior
from insight.root_cause import ALARMS
from insight.run import Run
from insight.tail import MOST_T, accuracy_gain, doubling, tail
from tests.unit.insight.in_run.planted import LN10, found, planted, with_layers
from tests.unit.insight.in_run.test_findings import with_examples

EPOCHS = range(1, 13)
TRAINING = [2.0 - 0.4 * log2(epoch) for epoch in EPOCHS]
"""Training losses that fall by 8 % in the last epoch."""
SCATTER = [0.02 * (-1) ** epoch for epoch in EPOCHS]
RISING = [0.93 + 0.01 * log2(epoch) for epoch in EPOCHS]
"""Validation accuracies that rise by one percentage point whenever the number of epochs doubles."""
LAYERS = (LayerStatistics(name="layers/0", units=100, share=0.3, dead=0.0), LayerStatistics(name="output", units=10))


def heading_down(gain: float, scatter: float = 1.0) -> list[float]:
    """Validation losses that fall by `gain` whenever the number of epochs doubles, and are higher in every other
    epoch."""
    return [1.0 - gain * log2(epoch) + scatter * one for epoch, one in zip(EPOCHS, SCATTER, strict=True)]


def alarms(run: Run) -> list[str]:
    return [name for name, finding in found(run).items() if finding.severity in ALARMS]


def test_the_tail_is_the_line_through_the_last_two_thirds() -> None:
    exact = tail(planted(TRAINING, heading_down(0.25, 0)))
    assert exact is not None
    assert exact.gain == pytest.approx(0.25)
    assert exact.t == MOST_T
    scattered = tail(planted(TRAINING, heading_down(0.25)))
    assert scattered is not None
    assert scattered.gain == pytest.approx(0.25, abs=0.03)
    assert 5 < scattered.t < 30
    level = tail(planted(TRAINING, [0.5] * 12))
    assert level is not None
    assert (level.gain, level.t) == (0, 0)
    assert tail(planted([1.0, 0.9, 0.8])) is None  # epochs 2 and 3 are no line


def test_a_loss_that_heads_down_ended_too_early_however_much_its_epochs_scatter() -> None:
    losses = heading_down(0.1)
    assert losses[-1] > losses[-2]  # the last epoch is no best one
    assert alarms(planted(TRAINING, losses, RISING)) == ["too_few_steps"]


@pytest.mark.parametrize(
    ("level", "gain", "accuracies", "fires"),
    [
        (0.0, 0.1, RISING, True),
        (0.0, 0.1, 0.97, False),  # the network only grows surer
        (0.0, 0.3, 0.97, True),  # so much surer that it will recognize more
        (1.0, 0.1, RISING, False),  # classes overlap: much is left, and hardly less
        (1.0, 0.3, RISING, True),
    ],
)
def test_a_loss_that_falls_alone_did_not_end_too_early(
    level: float, gain: float, accuracies: float | list[float], *, fires: bool
) -> None:
    training = [level + loss for loss in TRAINING]
    assert ("too_few_steps" in alarms(planted(training, heading_down(gain), accuracies))) == fires


def test_the_gain_of_accuracy_is_along_the_same_line() -> None:
    assert accuracy_gain(planted(TRAINING, None, RISING)) == pytest.approx(0.01)
    assert accuracy_gain(planted(TRAINING, None, 0.9)) == pytest.approx(0, abs=1e-9)
    assert accuracy_gain(planted([1.0, 0.9, 0.8])) is None


@pytest.mark.parametrize(
    ("validation", "fields"),
    [
        (heading_down(0.04), {}),  # 0.04 of 2.3 is less than 2 %
        (heading_down(0.1, 10), {}),  # chance
        (heading_down(-0.1), {}),  # it overfits
        (heading_down(0.1), {"schedule": "cosine"}),  # whose last steps are short
    ],
)
def test_a_loss_that_may_be_at_its_end_is_no_alarm(validation: list[float], fields: dict[str, Any]) -> None:
    assert "too_few_steps" not in alarms(planted(TRAINING, validation, RISING, **fields))


def test_where_one_class_is_nearly_all_a_gain_has_to_be_worth_a_point() -> None:
    prior = Prior(loss=0.1, accuracy=0.98, largest_share=0.98)
    losses = [0.01 * loss for loss in heading_down(0.26, 0.1)]  # 2.6 % of the prior, but a quarter of a hundredth
    assert "too_few_steps" not in alarms(planted([0.05 * loss for loss in TRAINING], losses, 0.998, prior=prior))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("warmup_too_long", {"schedule": {"kind": "constant", "warmup": 15}}),
        ("clipping_too_strong", {"clip_norm": 0.5, "optimizer": {"kind": "sgd", "lr": 0.1}}),  # twice that is usual
    ],
)
def test_what_shortens_the_steps_of_a_run_that_ended_too_early_is_its_cause(name: str, fields: dict[str, Any]) -> None:
    assert alarms(planted(TRAINING, heading_down(0.1), RISING, **fields))[0] == name
    at_its_end = planted([1.0] + [0.1] * 11, [1.0] + [0.1] * 11, 0.97, **fields)
    assert alarms(at_its_end) == []


@pytest.mark.parametrize(("last", "accuracy", "fires"), [(0.01, 0.6, True), (0.1, 0.6, False), (0.01, 0.97, False)])
def test_a_schedule_that_stops_a_network_early_leaves_it_a_fifth_of_its_rate(
    last: float, accuracy: float, *, fires: bool
) -> None:
    rates = [0.1, 0.06, *[last / 10] * 10]
    level = [2.0, 1.5, *[0.2 if accuracy > 0.9 else 1.4] * 10]
    schedule = {"kind": "exponential", "factor": 0.5}
    run = planted(level, level, accuracy, rates=rates, schedule=schedule, optimizer={"kind": "sgd", "lr": 0.1})
    assert ("schedule_ends_early" in alarms(run)) == fires


@pytest.mark.parametrize(
    ("numbers", "accuracy", "fires"),
    [
        ({"mode_ratio": 0.7, "mode_t": -6}, 0.7, True),
        ({"mode_ratio": 0.9, "mode_t": -6}, 0.7, False),
        ({"mode_ratio": 0.7, "mode_t": -2}, 0.7, False),
        ({"mode_ratio": 0.7, "mode_t": -6}, 0.97, False),
    ],
)
def test_running_statistics_do_not_fit_if_the_same_examples_have_another_loss(
    numbers: dict[str, float], accuracy: float, *, fires: bool
) -> None:
    end = 0.2 if accuracy > 0.9 else 1.0
    losses = [2.0, *[end] * 11]
    run = with_layers(planted(losses, losses, accuracy, batch_norm=True, batch_size=50), *LAYERS, **numbers)
    assert ("batch_norm_statistics" in alarms(run)) == fires


@pytest.mark.parametrize(("batch", "dropout", "fires"), [(7, 0.0, True), (7, 0.2, False), (16, 0.0, False)])
def test_small_batches_of_batch_norm_make_training_worse_by_a_quarter(
    batch: int, dropout: float, *, fires: bool
) -> None:
    losses = [2.0, *[1.0] * 11]
    validation = [0.75 * loss for loss in losses]
    run = planted(losses, validation, 0.7, batch_norm=True, batch_size=batch, dropout=dropout)
    assert ("batch_norm_statistics" in alarms(run)) == fires


@pytest.mark.parametrize(
    ("momentum", "ratio", "fires"),
    [(0.0001, 0.87, True), (0.0001, 0.95, False), (0.01, 0.87, False)],  # 0.1 of the averages is new, or nearly all
)
def test_averages_that_hardly_run_are_no_fit_however_much_examples_differ(
    momentum: float, ratio: float, *, fires: bool
) -> None:
    losses = [8.0, *[5.0] * 11]
    regression = planted(
        losses, dataset="diabetes", prior=Prior(loss=10.0), batch_norm={"momentum": momentum}, batch_size=8
    )
    run = with_layers(regression, *LAYERS, mode_ratio=ratio, mode_t=-0.6)
    assert ("batch_norm_statistics" in alarms(run)) == fires
    if fires:
        evidence = next(one for one in found(run)["batch_norm_statistics"].evidence if one.statistic == "mode_ratio")
        assert evidence.healthy == (0.9, None)


@pytest.mark.parametrize(("level", "fires"), [(1.4, True), (1.0, False)])
def test_full_batches_that_swing_at_the_end_may_still_be_too_few(level: float, *, fires: bool) -> None:
    epochs = range(1, 25)
    fall = [2.3 - 0.2 * level * log2(epoch) for epoch in epochs]
    training = [*fall[:-1], fall[-2]]  # momentum swings: the last epochs show no fall
    losses = fall if level > 1 else [max(one, fall[11]) for one in fall]
    rising = [0.5 + 0.05 * log2(epoch) for epoch in epochs]
    run = planted([*training[:-3], *[training[-3]] * 3], losses, rising, batch_size="full")
    assert ("too_few_steps" in alarms(run)) == fires


UP_AND_DOWN = [0.23, 0.27, 0.2, 0.25, 0.26, 0.2, 0.23, 0.27, 0.2, 0.22, 0.25, 0.2]
"""Losses that vary by a quarter. The last epochs are 4 % better than those before by chance."""


@pytest.mark.parametrize(("times", "norms", "fires"), [(1, False, True), (0.4, False, False), (1, True, False)])
def test_a_run_that_oscillates_is_not_done_however_good_its_best_epoch(
    times: float, *, norms: bool, fires: bool
) -> None:
    losses = [times * loss for loss in UP_AND_DOWN]
    run = planted(losses, losses, [*[0.93] * 10, 0.98, 0.93], batch_norm=norms, batch_size=100)
    assert ("oscillating_loss" in alarms(run)) == fires


def test_first_steps_that_throw_the_weights_are_too_long_though_something_is_learned_later() -> None:
    losses = [4 * LN10, *[0.6] * 11]
    assert alarms(planted(losses, [0.6] * 12, 0.75))[0] == "lr_too_high"
    assert "lr_too_high" not in alarms(planted(losses, [0.6] * 12, 0.75, dropout=0.2))  # which costs as much
    assert "lr_too_high" not in alarms(planted([2 * LN10, *[0.6] * 11], [0.6] * 12, 0.75))


def test_a_regression_whose_last_epoch_is_the_best_by_chance_is_at_its_end() -> None:
    variance = Prior(loss=10.0)
    train = [4.0 * 0.98**epoch for epoch in EPOCHS]
    up_and_down = [3.8, 3.4, 3.8, 3.3, 3.7, 3.7, 3.3, 3.8, 3.4, 3.8, 3.7, 3.1]
    assert "too_few_steps" not in alarms(planted(train, up_and_down, dataset="diabetes", prior=variance))
    steady = [3.8 - 0.2 * log2(epoch) for epoch in EPOCHS]
    assert "too_few_steps" in alarms(planted(train, steady, dataset="diabetes", prior=variance))


def falling(loss: float, first: float, slower: float) -> list[float]:
    """Sixteen losses that end near `loss`. They fall by `first` in the first doubling of the epochs, and in each
    further doubling by `slower` times as much as in the one before."""
    gains = [first * slower**i for i in range(4)]
    return [loss + sum(gains) - _gained(gains, log2(epoch)) for epoch in range(1, 17)]


def _gained(gains: list[float], doublings: float) -> float:
    whole = int(doublings)
    return sum(gains[:whole]) + (doublings - whole) * (gains[whole] if whole < len(gains) else 0)


def test_the_next_doubling_gains_as_much_less_than_the_last_as_that_gained_less_than_the_one_before() -> None:
    run = planted([2.0, 1.2, *[0.8] * 2, *[0.6] * 4])  # means of 1.2, 0.8 and 0.6
    half = doubling(run, run.train_losses)
    assert half is not None
    assert half.fall == pytest.approx(0.2)
    assert half.next == pytest.approx(0.2 * 0.5**1.5)
    up = doubling(run, [1.0, 1.2, *[0.8] * 2, *[0.9] * 4])
    assert up is not None
    assert up.fall == pytest.approx(-0.1)
    assert up.next == 0
    faster = doubling(run, [1.0, 1.0, *[0.9] * 2, *[0.6] * 4])
    assert faster is not None
    assert faster.next == faster.fall == pytest.approx(0.3)
    assert doubling(planted([1.0, 0.9]), [1.0, 0.9]) is None


SWINGING = [5.0, 4.4, 4.2, 4.0, 4.2, 3.9, 5.0, 6.5, 4.6, 5.2, 4.4, 4.3, 4.2, 4.2, 4.1, 4.0, 3.9, 3.75]


@pytest.mark.parametrize(
    ("train", "validation", "examples", "fires"),
    [
        (falling(4, 0.5, 1.0), falling(4, 0.5, 1.0), 300, True),
        ([5.0, 4.5, 4.4, *[4.3] * 14, 4.05], SWINGING, 300, False),  # by chance, from epochs that went up
        (falling(4, 0.5, 1.0), falling(4, 0.5, 1.0), 35, True),
        (falling(4, 1.2, 0.6), falling(4, 0.5, 1.0), 35, False),  # training comes to its end
        (falling(4, 1.2, 0.6), falling(4, 0.5, 1.0), 300, True),
        (falling(3, 0.5, 1.0), falling(4, 0.5, 1.0), 35, False),  # learned by heart
        (falling(3, 0.5, 1.0), falling(4, 0.5, 1.0), 300, True),
        (falling(9, 1.0, 1.0), falling(4, 0.5, 1.0), 300, False),  # a few examples have most of the loss
    ],
)
def test_a_regression_is_too_short_only_if_other_examples_would_gain(
    train: list[float], validation: list[float], examples: int, *, fires: bool
) -> None:
    run = planted(train, validation, dataset="diabetes", prior=Prior(loss=10.0))
    assert ("too_few_steps" in alarms(with_examples(run, train=320, validation=examples))) == fires


@pytest.mark.parametrize(
    ("losses", "accuracies", "fires"),
    [
        (falling(0.9, 0.65, 0.7), falling(0.9, -0.02, 1.0), True),
        (falling(0.9, 0.65, 0.4), falling(0.9, -0.1, 0.35), False),
        (falling(0.9, 0.65, 0.4), falling(0.9, -0.02, 1.0), True),  # the accuracy goes on
    ],
)
def test_a_classifier_that_levels_off_is_at_its_end(
    losses: list[float], accuracies: list[float], *, fires: bool
) -> None:
    run = planted([*TRAINING, 0.55, 0.5, 0.45, 0.4], losses, accuracies)
    assert ("too_few_steps" in alarms(with_examples(run, train=2000, validation=500))) == fires
