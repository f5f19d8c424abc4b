"""The best epoch so far, and when to stop waiting for a better one."""

from dataclasses import dataclass, replace
from math import isnan

from gradus.spec.early_stopping import EarlyStopping, ValidationMetric
from gradus.spec.loss import Task


@dataclass(frozen=True)
class BestSoFar:
    """How a run stands after some epochs."""

    metric: ValidationMetric | None = None
    """What the values are of; a fork that is judged by another metric starts anew."""
    best_epoch: int | None = None
    """The epoch with the best value; None while there is no number."""
    best: float | None = None
    mark: float | None = None
    """The value that patience waits to see improved by more than min_delta."""
    waited: int = 0
    """Epochs since then."""

    def after(self, epoch: int, value: float, rule: "Rule") -> "BestSoFar":
        """The standing after one more epoch."""
        before = self if self.metric == rule.metric else BestSoFar(rule.metric)
        now = before
        if rule.improves(value, before.best, 0.0):
            now = replace(before, best_epoch=epoch, best=value)
        if rule.improves(value, before.mark, rule.min_delta):
            return replace(now, mark=value, waited=0)
        return replace(now, waited=before.waited + 1)


@dataclass(frozen=True)
class Rule:
    """Which metric decides, and how long a run may wait."""

    metric: ValidationMetric
    min_delta: float = 0.0
    patience: int | None = None

    def improves(self, value: float, over: float | None, by: float) -> bool:
        """Whether a value is better than another by more than so much; NaN never is, any number beats none."""
        if isnan(value) or over is None:
            return not isnan(value)
        return value - over > by if self.metric == "validation_accuracy" else over - value > by

    def ends(self, standing: BestSoFar) -> bool:
        """Whether the run has waited long enough."""
        return self.patience is not None and standing.waited >= self.patience


def rule(setting: EarlyStopping | None, task: Task) -> Rule:
    """The rule of a run: its early stopping's, else the best validation accuracy, or loss for regression."""
    if setting is None:
        return Rule("validation_accuracy" if task == "classification" else "validation_loss")
    return Rule(setting.metric, setting.min_delta, setting.patience)
