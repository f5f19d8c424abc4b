"""The calibration of a network is the same as in its evaluation, and is chosen on the validation split."""

from pathlib import Path

import numpy as np
import pytest

from evaluation.conformal import half_widths, quantile
from hub.questions.question import CalibrationQuestion
from tests.unit.worker.answers import ask, trained
from tests.unit.worker.test_evaluation_answers import COLUMNS, SPLIT, report
from worker.answering.calibration import LEVELS, calibration


def test_the_temperature_is_that_of_the_evaluation(tmp_path: Path) -> None:
    roles = {"z": "ignore", "a": "ignore", "b": "ignore"}
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns=roles, split=SPLIT)
    question = CalibrationQuestion(network=network)
    found, evaluated = calibration(ask(tmp_path, question), question), report(tmp_path, network).calibration
    assert evaluated is not None
    assert found.temperature == evaluated.temperature
    assert (found.n, found.intervals) == (100, ())


def test_half_widths_are_the_quantiles_of_the_evaluation(tmp_path: Path) -> None:
    columns = {"y": "ignore", "a": "ignore", "b": "ignore"}
    network, _ = trained(tmp_path, COLUMNS, target="z", columns=columns, split=SPLIT)
    question = CalibrationQuestion(network=network)
    found, evaluated = calibration(ask(tmp_path, question), question), report(tmp_path, network).conformal
    assert found.temperature is None
    (one,) = found.intervals
    assert [one.half_width(level.level) for level in evaluated] == [level.quantile for level in evaluated]
    assert one.half_width(0.9001) == one.half_width(0.901)  # rounded up


@pytest.mark.parametrize("n", [1, 9, 100, 5000])
def test_all_half_widths_at_once_are_those_one_by_one(n: int) -> None:
    errors = np.random.default_rng(n).exponential(size=n)
    assert half_widths(errors, LEVELS) == [quantile(errors, level) for level in LEVELS]
