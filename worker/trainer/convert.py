"""Converts training results to wire types and log messages."""

from datetime import UTC, datetime
from typing import Any

from gradus.spec.early_stopping import EarlyStopping
from gradus.wire.layer_report import MeasuredLayers
from gradus.wire.metrics import MetricsRow
from worker.training.report import Guessing, MemberEpoch, StoppedEarly

STATISTIC_DIGITS = 6


def metrics_row(member: MemberEpoch, seconds: float, examples: int) -> MetricsRow:
    """The metrics row of an epoch, given its duration and number of training examples."""
    return MetricsRow(
        epoch=member.epoch,
        step=member.step,
        train_loss=member.train_loss,
        train_accuracy=member.train_accuracy,
        validation_loss=member.validation_loss,
        validation_accuracy=member.validation_accuracy,
        test_loss=member.test_loss,
        test_accuracy=member.test_accuracy,
        penalty=member.penalty,
        learning_rate=member.learning_rate,
        gradient_norm=member.gradient_norm,
        seconds=seconds,
        samples_per_second=examples / seconds,
        at=datetime.now(UTC),
    )


def rounded(measured: MeasuredLayers | None) -> MeasuredLayers | None:
    """The statistics, rounded to as many digits as a sample can determine."""
    if measured is None:
        return None
    return MeasuredLayers.model_validate(_rounded(measured.model_dump()))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{STATISTIC_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return tuple(map(_rounded, value)) if isinstance(value, tuple) else value


def early_stopping_message(rule: EarlyStopping, ending: StoppedEarly) -> str:
    """The log message of early stopping."""
    best = f"the best epoch was {ending.best_epoch}" if ending.best_epoch else "it was NaN in every epoch"
    return f"stopped early: {rule.metric} did not improve for {rule.patience} epochs, {best}"


def guessing_message(seen: Guessing) -> str:
    """The log message for a network that is no better than guessing."""
    epochs = "1 epoch" if seen.epochs == 1 else f"{seen.epochs} epochs"
    parts = [f"no better than guessing after {epochs}: {_comparison(seen)}"]
    parts += [
        f"{one.dead} of {one.units} units of {one.layer} are dead: they output 0 for every example" for one in seen.dead
    ]
    return "; ".join(parts)


def _comparison(seen: Guessing) -> str:
    if seen.accuracy is None:
        return f"validation loss {seen.loss:.4g}; predicting {seen.answer} has {seen.baseline:.4g}"
    return f"validation accuracy {seen.accuracy:.4g}; predicting {seen.answer} has {seen.baseline:.4g}"
