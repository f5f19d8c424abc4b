"""Schedules equal their formulas and `torch.optim.lr_scheduler`."""

from collections.abc import Callable

import pytest
import torch
from torch.optim import lr_scheduler

from gradus.spec.schedule import (
    AnySchedule,
    ConstantRate,
    CosineDecay,
    CosLog,
    ExponentialDecay,
    InverseTimeDecay,
    StepDecay,
)
from models.schedule import factors
from tests.reference import reference_factor

SCHEDULES: list[AnySchedule] = [
    CosLog(),
    CosLog(cycles=2),
    *(
        kind.model_copy(update={"warmup": warmup})
        for warmup in (0.0, 0.25, 2.0, 2.5)
        for kind in (
            ConstantRate(),
            StepDecay(every=3, factor=0.5),
            ExponentialDecay(factor=0.9),
            CosineDecay(final=0.2),
            InverseTimeDecay(decay=0.3),
        )
    ),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_factors_are_those_of_the_formula_at_every_step(schedule: AnySchedule) -> None:
    steps = torch.arange(10 * 7, dtype=torch.float64)  # 10 epochs of 7 steps
    expected = [reference_factor(schedule, step, 7, 10) for step in range(70)]
    assert factors(schedule, steps, 7, 10).tolist() == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("schedule", "theirs"),
    [
        (StepDecay(every=3, factor=0.5), lambda optimizer: lr_scheduler.StepLR(optimizer, 3, 0.5)),
        (ExponentialDecay(factor=0.9), lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.9)),
        (CosineDecay(final=0.2), lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 10, 0.2)),
    ],
    ids=["step", "exponential", "cosine"],
)
def test_at_whole_epochs_factors_are_torchs(
    schedule: AnySchedule, theirs: Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler]
) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = theirs(optimizer)
    ours = factors(schedule, torch.arange(10, dtype=torch.float64), 1, 10)
    for factor in ours.tolist():
        assert factor == pytest.approx(scheduler.get_last_lr()[0], rel=1e-10)
        optimizer.step()
        scheduler.step()


def test_a_warm_up_rises_in_a_line_to_one() -> None:
    rise = factors(ConstantRate(warmup=2), torch.arange(6, dtype=torch.float64), 2, 3)
    assert rise.tolist() == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_a_run_that_is_all_warm_up_never_decays() -> None:
    rise = factors(CosineDecay(warmup=4), torch.arange(4, dtype=torch.float64), 2, 2)
    assert rise.tolist() == [0.125, 0.25, 0.375, 0.5]


def test_the_waves_of_coslog_are_twice_as_long_each_time() -> None:
    ends = torch.tensor([0, 1, 3, 7, 15], dtype=torch.float64)  # log2(1 + 15 t/T) is whole at 15 t/T = 0, 1, 3, 7, 15
    assert factors(CosLog(), ends, 1, 15).tolist() == pytest.approx([0.0] * 5, abs=1e-15)
    peaks = 2 ** torch.arange(0.5, 4, dtype=torch.float64) - 1  # half a turn later
    assert factors(CosLog(), peaks, 1, 15).tolist() == pytest.approx([1.0] * 4)
