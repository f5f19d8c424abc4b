"""What training found, in the form in which the world hears of it."""

from datetime import UTC, datetime

from gradus.spec.stopping import EarlyStopping
from gradus.status import FailureCode
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow
from worker.training.report import Divergence, MemberEpoch, StoppedEarly


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


def diverged(at: Divergence) -> Failure:
    """The failure of numbers that ran away."""
    return Failure(
        code=FailureCode.DIVERGED,
        message=f"the loss ran away at epoch {at.epoch}, step {at.step}, layer {at.layer}: "
        "take a smaller learning rate",
        epoch=at.epoch,
        step=at.step,
        layer=at.layer,
    )
