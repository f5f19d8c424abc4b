"""The best epoch so far, and early stopping."""

from dataclasses import dataclass, replace
from math import isnan

from gradus.spec.early_stopping import EarlyStopping, ValidationMetric
from gradus.spec.loss import Task


@dataclass(frozen=True)
class BestSoFar:
    """The best epoch of a run so far, and the epochs without improvement."""

    metric: ValidationMetric | None = None
    """The metric of the values below; a fork with another metric starts from scratch."""
    best_epoch: int | None = None
    """The epoch with the best value; None while all values are NaN."""
    best: float | None = None
    mark: float | None = None
    """The value that must be improved by more than min_delta before patience runs out."""
    waited: int = 0
    """Epochs since the last such improvement."""

    def after(self, epoch: int, value: float, rule: "Rule") -> "BestSoFar":
        """The result after one more epoch with this value."""
        before = self if self.metric == rule.metric else BestSoFar(rule.metric)
        now = before
        if rule.improves(value, before.best, 0.0):
            now = replace(before, best_epoch=epoch, best=value)
        if rule.improves(value, before.mark, rule.min_delta):
            return replace(now, mark=value, waited=0)
        return replace(now, waited=before.waited + 1)


@dataclass(frozen=True)
class Rule:
    """The metric that decides which epoch is the best, and the patience of early stopping."""

    metric: ValidationMetric
    min_delta: float = 0.0
    patience: int | None = None

    def improves(self, value: float, over: float | None, by: float) -> bool:
        """Whether `value` is better than `over` by more than `by`. NaN is never better; any number is better than
        None."""
        if isnan(value) or over is None:
            return not isnan(value)
        return value - over > by if self.metric == "validation_accuracy" else over - value > by

    def stops(self, best: BestSoFar) -> bool:
        """Whether early stopping ends the run."""
        return self.patience is not None and best.waited >= self.patience


def rule(setting: EarlyStopping | None, task: Task) -> Rule:
    """How a run chooses its best epoch: by its early-stopping settings. Without them, it chooses by validation
    accuracy, or by validation loss for regression, and never stops early."""
    if setting is None:
        return Rule("validation_loss" if task == "regression" else "validation_accuracy")
    return Rule(setting.metric, setting.min_delta, setting.patience)
