"""Long runs do not keep every epoch's row. Findings count epochs, not rows."""

from dataclasses import replace
from math import exp

import pytest

from insight.looks import is_kept
from insight.run import Run
from tests.unit.insight.in_run.planted import found, planted

EPOCHS = 8000
FALLING = [0.3 + 2 * exp(-3 * i / EPOCHS) for i in range(EPOCHS)]


def thinned(run: Run) -> Run:
    """The run without the rows that are not kept in a long run."""
    return replace(run, rows=[row for row in run.rows if is_kept(row.epoch) or row is run.rows[-1]])


def rising_again(low: int) -> list[float]:
    """Validation losses whose lowest value is after epoch `low`."""
    return [1.0 + abs(i - low) / EPOCHS for i in range(EPOCHS)]


RUNS = {
    "falls by less than a percent an epoch": planted([0.9985**i for i in range(EPOCHS)], accuracies=0.5, epochs=EPOCHS),
    "falls steadily": planted([2.3 - 0.3 * i / EPOCHS for i in range(EPOCHS)], accuracies=0.15),
    "is flat in its last fifth": planted([max(1.0, 2 - 2 * i / EPOCHS) for i in range(EPOCHS)]),
    "rises for 700 epochs": planted(FALLING, rising_again(EPOCHS - 700), early_stopping={"patience": 900}),
    "rises for 2000 epochs": planted(FALLING, rising_again(EPOCHS - 2000), early_stopping={"patience": 900}),
    "ends with full steps": planted(
        FALLING,
        rates=[0.0] * 6000 + [1.0] * 2000,
        optimizer={"kind": "sgd", "lr": 1.0},
        schedule={"kind": "step", "every": 1, "factor": 0.5},
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_thinned_history_has_the_findings_of_the_whole(name: str) -> None:
    whole, few = found(RUNS[name]), found(thinned(RUNS[name]))
    assert len(thinned(RUNS[name]).rows) < EPOCHS / 2
    assert {one.id: one.severity for one in few.values()} == {one.id: one.severity for one in whole.values()}


def test_patience_counts_epochs() -> None:
    assert "overfitting" not in found(thinned(RUNS["rises for 700 epochs"]))
    assert "overfitting" in found(thinned(RUNS["rises for 2000 epochs"]))


def test_the_fall_is_that_of_an_epoch() -> None:
    run = planted([0.99**i for i in range(EPOCHS)])
    assert thinned(run).fall_per_epoch() == pytest.approx(0.01)
    assert thinned(run).fall_per_epoch(EPOCHS) == pytest.approx(0.01)
