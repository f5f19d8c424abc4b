"""The objective: the number by which the members of a sweep are compared."""

from typing import Literal

from gradus.metrics import metric, metrics_of, score
from gradus.spec.loss import Task
from gradus.spec.spec_model import SpecModel

Metric = Literal["train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy"]
"""The metrics of the catalog that are an objective."""
Goal = Literal["minimize", "maximize"]


class Objective(SpecModel):
    """A metric, read off each member's `best` row, and which way is better."""

    metric: Metric
    """A loss or an accuracy of the metrics row. The best row is the one that early stopping would keep; choosing it
    by validation leaves the test metrics honest."""
    goal: Goal | None = None
    """Null for what the metric wants: a loss is minimized, an accuracy maximized."""

    def resolved(self) -> "Objective":
        """The same with its goal written out."""
        natural: Goal = "maximize" if metric(self.metric).direction == "max" else "minimize"
        return self.model_copy(update={"goal": self.goal or natural})

    def key(self, value: float) -> float:
        """Sorts values, best first."""
        return -value if self.resolved().goal == "maximize" else value

    def measures(self, task: Task) -> bool:
        """Whether members with this task have the metric."""
        return task in metric(self.metric).tasks


def default_objective(task: Task) -> Objective:
    """Validation accuracy; for regression validation loss."""
    return Objective.model_validate({"metric": score(metrics_of(task)).key}).resolved()
