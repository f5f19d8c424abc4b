"""How a run scores on training examples in evaluation mode, beside its validation examples."""

from dataclasses import dataclass
from math import inf, sqrt

from gradus.wire.layer_report import LayerReport
from insight.in_run.layers import newest
from insight.run import Run
from insight.trend import ratio

LEAST = 50
"""Number of sampled training examples below which their mean loss is too noisy to compare with."""


@dataclass(frozen=True)
class Generalization:
    """The scores of one moment. All losses are those of evaluation mode, in the unit of the metrics."""

    report: LayerReport
    training: float
    """Loss of the sampled training examples."""
    validation: float
    in_training: float
    """Training loss of the epoch, in training mode."""
    harder: float
    """How much harder the validation examples are than the training examples, see `harder`."""

    @property
    def gap(self) -> float:
        """Validation loss over training loss, divided by `harder`: about 1 if nothing was learned by heart."""
        return ratio(self.validation, self.training) / self.harder

    @property
    def cost(self) -> float:
        """Loss in training mode over that in evaluation mode: what dropout takes away.

        It is the geometric mean of two imperfect ratios: that of the epoch includes what was learned within the epoch,
        and that of one batch is noisy.
        """
        of_epoch = ratio(self.in_training, self.training)
        return of_epoch if self.report.mode_ratio is None else sqrt(of_epoch * self.report.mode_ratio)


def generalization(run: Run) -> Generalization | None:
    """The scores of the newest report; None if the report is outdated or has no scores, or there are too few
    examples."""
    report = newest(run)
    if report is None or report.evaluation_loss is None or run.data.train_examples < LEAST:
        return None
    row = next((row for row in reversed(run.rows) if row.epoch == report.epoch), None)
    if row is None:
        return None
    return Generalization(report, report.evaluation_loss, row.validation_loss, row.train_loss, harder(run))


def harder(run: Run) -> float:
    """How much harder the validation examples are than the training examples: the ratio of a constant prediction's
    losses, but at least 1; 1 if it is unknown. A few validation examples with extreme targets make it larger than 1."""
    prior = run.prior
    if prior is None or not prior.train_loss or not 0 < prior.loss / prior.train_loss < inf:
        return 1.0
    return max(1.0, prior.loss / prior.train_loss)
