"""The calibration of a network, fitted to the validation split: the temperature of logits, and intervals around
predicted numbers."""

from typing import assert_never

import numpy as np

from evaluation.conformal import half_widths
from evaluation.temperature import class_temperature, label_temperature
from gradus.wire.calibration import LEAST_LEVEL, MOST_LEVEL, CalibrationRecord, TargetIntervals
from hub.questions.question import CalibrationQuestion
from worker.answering.evaluation import compared, names
from worker.answering.network import restored
from worker.answering.protocol import Ask
from worker.answering.truth import truth

UNCHANGED = (
    "no temperature between 0.01 and 100 minimizes the log loss of the validation split, as happens if every "
    "prediction is right: probabilities stay unchanged"
)

LEVELS = tuple(level / 1000 for level in range(LEAST_LEVEL, MOST_LEVEL + 1))


def calibration(ask: Ask, question: CalibrationQuestion) -> CalibrationRecord:
    """The calibration of a network.

    Raises:
        Conflict: an output is not a number.
        DataError: the data set was deleted or is damaged.
    """
    network = restored(ask, question.network)
    examples = compared(network, truth(ask, question.network), "validation")
    temperature: float | None = None
    note: str | None = None
    intervals: tuple[TargetIntervals, ...] = ()
    match network.data.task:
        case "classification":
            temperature = class_temperature(examples)
        case "multi_label":
            temperature = label_temperature(examples)
        case "regression":
            errors = np.abs(examples.outputs - examples.targets)
            intervals = tuple(
                TargetIntervals(target=name, half_widths=tuple(half_widths(errors[:, i], LEVELS)))
                for i, name in enumerate(names(network))
            )
        case _:
            assert_never(network.data.task)
    if temperature is None and network.data.task != "regression":
        temperature, note = 1.0, UNCHANGED
    return CalibrationRecord(
        experiment=question.network.experiment_id,
        epoch=question.network.epoch,
        checkpoint=f"sha256:{question.network.checkpoint.digest}",
        task=network.data.task,
        n=len(examples),
        temperature=temperature,
        note=note,
        intervals=intervals,
    )
