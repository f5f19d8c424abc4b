"""A run that is stopped and resumed gives the same bits as one that is not."""

import json
from dataclasses import replace
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from gradus.spec.early_stopping import EarlyStopping
from gradus.spec.experiment import Spec
from gradus.spec.schedule import AnySchedule
from tests.unit.training.examples import CPU, made_up_data
from tests.unit.training.images import NETWORKS, made_up_images
from worker.checkpoint.restore import extend
from worker.training.report import EpochReport, Finished, Pulse, Report, StoppedEarly
from worker.training.state import State, join, read_state
from worker.training.train import Training, train

BASE: dict[str, Any] = {
    "dataset": "wine",
    "layers": [7, 5],
    "batch_size": 6,
    "epochs": 4,
    "batch_norm": True,
    "dropout": 0.2,
    "early_stopping": {"patience": 3},
}

OPTIMIZERS = ("sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw")


def _stored(state: State) -> State:
    """The state as a checkpoint would restore it."""
    return read_state(json.loads(json.dumps(state.document())), dict(state.tensors))


def _same(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> bool:
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def _weights(training: Training, members: int) -> list[dict[str, Tensor]]:
    return [weights(k) for k in range(members) for weights in (training.weights, training.best_weights)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_resumed_at_any_report_goes_on_bit_for_bit(optimizer: str) -> None:
    experiments = [Spec(**{**BASE, "optimizer": optimizer, "seed": seed}) for seed in (0, 1)]
    data = made_up_data(train=50)
    whole = train(experiments, data, CPU, pulse_steps=3)
    reports: list[Report] = []
    states: list[State] = []
    for report in whole:
        reports.append(report)
        states.append(whole.state())
    middles = [i for i, report in enumerate(reports) if isinstance(report, Pulse)]
    assert len(middles) > 2 * 4  # more than two pulses an epoch: some are in the middle of it
    for i in range(0, len(reports), 3):
        resumed = train(experiments, data, CPU, state=_stored(states[i]), pulse_steps=3)
        assert list(resumed) == reports[i + 1 :]
        assert all(map(_same, _weights(resumed, 2), _weights(whole, 2)))


@pytest.mark.parametrize("name", ["residual with projection", "channel dropout", "separable"])
def test_a_run_on_images_resumed_in_mid_epoch_goes_on_bit_for_bit(name: str) -> None:
    experiments = [Spec(**{**BASE, **NETWORKS[name], "epochs": 2, "seed": seed}) for seed in (0, 1)]
    data = made_up_images(train=50, dtype=torch.float32)
    whole = train(experiments, data, CPU, pulse_steps=3)
    reports = [next(whole), next(whole)]
    assert isinstance(reports[-1], Pulse)
    state = _stored(whole.state())
    rest = list(whole)
    resumed = train(experiments, data, CPU, state=state, pulse_steps=3)
    assert list(resumed) == rest
    assert all(map(_same, _weights(resumed, 2), _weights(whole, 2)))


def test_the_states_of_members_join_to_the_state_of_the_array() -> None:
    experiments = [Spec(**{**BASE, "seed": seed}) for seed in (0, 1, 2)]
    data = made_up_data()
    whole = train(experiments, data, CPU, pulse_steps=3)
    next(whole)
    joined = join([_stored(state) for state in whole.state().split()])
    rest = list(whole)
    resumed = train(experiments, data, CPU, state=joined, pulse_steps=3)
    assert list(resumed) == rest


def test_a_run_that_is_over_stays_over_when_resumed() -> None:
    experiment = Spec(**BASE)
    training = train([experiment], made_up_data(), CPU)
    assert list(training)
    assert list(train([experiment], made_up_data(), CPU, state=training.state())) == []


@pytest.mark.parametrize("stopping", [None, {"patience": 1, "min_delta": 1e6}], ids=["finished", "stopped early"])
def test_an_extended_run_goes_on_where_it_ended(stopping: dict[str, Any] | None) -> None:
    short = Spec(**{**BASE, "early_stopping": stopping})
    data = made_up_data()
    training = train([short], data, CPU)
    *_, last = training
    assert isinstance(last, EpochReport)
    assert last.members[0] is not None
    assert isinstance(last.members[0].ending, StoppedEarly if stopping else Finished)
    patient = short.early_stopping and EarlyStopping(patience=9)
    longer = short.model_copy(update={"epochs": 6, "early_stopping": patient})
    resumed = [r for r in train([longer], data, CPU, state=extend(training.state())) if isinstance(r, EpochReport)]
    unbroken = [r for r in train([longer], data, CPU) if isinstance(r, EpochReport)]
    assert resumed == unbroken[last.epoch :]


def test_a_fork_to_another_optimizer_keeps_the_weights_and_starts_its_memory_empty() -> None:
    training = train([Spec(**{**BASE, "optimizer": "adam"})], made_up_data(), CPU)
    next(training)
    forked = train([Spec(**{**BASE, "optimizer": "momentum"})], made_up_data(), CPU, state=training.state())
    assert _same(forked.weights(0), training.weights(0))
    assert not forked.state().tensors["momentum.velocity"].any()


def test_a_state_is_a_copy_that_later_steps_do_not_change() -> None:
    training = train([Spec(**BASE)], made_up_data(), CPU)
    next(training)
    state = training.state()
    before = {name: tensor.clone() for name, tensor in state.tensors.items()}
    list(training)
    assert _same(dict(state.tensors), before)
    assert not _same(dict(state.tensors), dict(training.state().tensors))


SCHEDULES = [one() for one in get_args(AnySchedule)]
SCHEDULES += [one(warmup=1.5) for one in get_args(AnySchedule) if "warmup" in one.model_fields]


@pytest.mark.parametrize("stopping", [None, {"patience": 1}])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_an_extended_run_has_a_fresh_ones_bits_unless_its_spec_says_otherwise(
    schedule: AnySchedule, stopping: dict[str, Any] | None
) -> None:
    fast = {"kind": "sgd", "lr": 2.0}  # so that early stopping has something to stop
    spec = {**BASE, "schedule": schedule, "early_stopping": stopping, "epochs": 3, "optimizer": fast}
    shorter, longer = Spec(**spec), Spec(**{**spec, "epochs": 9})
    data = made_up_data(train=50)
    first = train([shorter], data, CPU)
    began = [report for report in first if isinstance(report, EpochReport)]
    second = train([longer], data, CPU, state=extend(first.state()))
    extended = [_numbers(report) for report in (*began, *second) if isinstance(report, EpochReport)]
    fresh = [_numbers(report) for report in train([longer], data, CPU) if isinstance(report, EpochReport)]
    assert (extended == fresh) is not longer.depends_on_epochs()


def _numbers(report: EpochReport) -> Any:
    """An epoch's numbers without the statistics of layers. They are measured in the last epoch, which was a different
    epoch before the extension."""
    (member,) = report.members
    assert member is not None
    return replace(member, ending=None, is_best=False, measured=None)
