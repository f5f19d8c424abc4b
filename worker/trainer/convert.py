"""What training found, in the form in which the world hears of it."""

from datetime import UTC, datetime

from gradus.spec.early_stopping import EarlyStopping
from gradus.wire.metrics import MetricsRow
from worker.training.report import Guessing, MemberEpoch, StoppedEarly


def metrics_row(member: MemberEpoch, seconds: float, examples: int) -> MetricsRow:
    """The row of an epoch that took so many seconds for so many examples."""
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


def why_early(rule: EarlyStopping, ending: StoppedEarly) -> str:
    """What the log says of an early end."""
    best = f"the best was epoch {ending.best_epoch}" if ending.best_epoch else "it was never a number"
    return f"stopped early: {rule.metric} did not improve for {rule.patience} epochs, {best}"


def no_better_than_guessing(seen: Guessing) -> str:
    """What the log says of a network that has learned nothing yet."""
    epochs = "1 epoch" if seen.epochs == 1 else f"{seen.epochs} epochs"
    told = [f"no better than guessing after {epochs}: {_beside(seen)}"]
    told += [
        f"{one.dead} of {one.units} units of {one.layer} are dead, giving 0 for every example" for one in seen.dead
    ]
    return "; ".join(told)


def _beside(seen: Guessing) -> str:
    if seen.accuracy is None:
        return f"validation loss {seen.loss:.4g}, and answering the mean of the targets has {seen.known:.4g}"
    return f"validation accuracy {seen.accuracy:.4g}, and answering the most frequent class has {seen.known:.4g}"
