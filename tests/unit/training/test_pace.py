"""Chunks in groups: a group takes about as long as a chunk on a slow CPU, and the grouping does not change any bits."""

from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from tests.unit.training.examples import CPU, made_up_data
from worker.training.chunk_length import CHUNK_SECONDS
from worker.training.pace import Pace
from worker.training.report import Divergence, EpochReport, Pulse, Report
from worker.training.state import State
from worker.training.train import Training, train

CHUNKS = [range(at, at + 4) for at in range(0, 48, 4)]
BASE: dict[str, Any] = {"dataset": "wine", "layers": [7, 5], "batch_size": 4, "epochs": 3, "dropout": 0.2}
FAST, SLOW = CHUNK_SECONDS / 100, 2 * CHUNK_SECONDS


def _sizes(pace: Pace, seconds: float, *, tail: bool = False) -> list[int]:
    sizes = []
    for group in pace.groups(CHUNKS, tail=tail):
        sizes.append(len(group))
        pace.measured(seconds)
    return sizes


def test_groups_grow_until_they_take_as_long_as_a_chunk_on_a_slow_cpu() -> None:
    pace = Pace(4)
    assert _sizes(pace, FAST) == [1, 2, 4, 4, 1]  # the last: the rest of the epoch
    assert _sizes(pace, 0.7 * CHUNK_SECONDS) == [4, 4, 4]
    assert _sizes(pace, SLOW) == [4, 2, 1, 1, 1, 1, 1, 1]


def test_a_smaller_last_batch_is_a_group_of_its_own() -> None:
    assert _sizes(Pace(8), FAST, tail=True) == [1, 2, 4, 4, 1]
    assert list(Pace(8).groups([], tail=True)) == []  # a run that goes on after the last step
    assert list(Pace(8).groups(CHUNKS[:1], tail=True)) == [CHUNKS[:1]]


def test_one_chunk_after_the_other_stays_so() -> None:
    assert _sizes(Pace(1), FAST) == [1] * len(CHUNKS)


class _Fast(Pace):
    """A pace for which every group takes no time."""

    def measured(self, _: float) -> None:
        super().measured(0.0)


def _train(specs: list[Spec], pace: Pace, state: State | None = None) -> Training:
    data = made_up_data(specs[0].dataset.name, train=63)
    return train(specs, data, CPU, state=state, pulse_steps=2, pace=pace)


def _epochs(reports: list[Report]) -> list[EpochReport]:
    return [report for report in reports if isinstance(report, EpochReport)]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"optimizer": "adam", "batch_norm": True, "clip_norm": 0.1},
        {"dataset": "diabetes", "loss": "huber"},
        {"dataset": "diabetes", "layers": [], "dropout": 0, "optimizer": {"kind": "sgd", "lr": 1e6}},
    ],
    ids=["plain", "adam", "regression", "divergence"],
)
def test_groups_of_chunks_leave_the_bits_of_single_chunks(more: dict[str, Any]) -> None:
    specs = [Spec(**{**BASE, **more, "seed": seed}) for seed in (0, 1)]
    grouped, plain = _train(specs, _Fast(8)), _train(specs, Pace(1))
    of_grouped, of_plain = list(grouped), list(plain)
    assert str(_epochs(of_grouped)) == str(_epochs(of_plain))
    assert sum(isinstance(one, Pulse) for one in of_grouped) < sum(isinstance(one, Pulse) for one in of_plain)
    ours, theirs = grouped.state(), plain.state()
    if more.get("layers") == []:
        assert ours.members[0].divergence == Divergence(1, 4, "output", "learning_rate")  # found within a group
    assert str(ours.members) == str(theirs.members)
    for name, tensor in ours.tensors.items():
        torch.testing.assert_close(tensor, theirs.tensors[name], rtol=0, atol=0, equal_nan=True)


def test_a_run_that_was_stopped_after_a_group_goes_on_without_groups() -> None:
    specs = [Spec(**BASE)]
    expected = list(_train(specs, Pace(1)))
    grouped = _train(specs, _Fast(8))
    next(grouped), next(grouped)
    assert str(_epochs(list(_train(specs, Pace(1), grouped.state())))) == str(_epochs(expected))
