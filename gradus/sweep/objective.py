"""The objective: the metric by which the members of a sweep are compared."""

from typing import Literal

from gradus.metrics import metric, metrics_of, score
from gradus.spec.loss import Task
from gradus.spec.spec_model import SpecModel

Metric = Literal["train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy"]
"""The metrics of the catalog that can be an objective."""
Goal = Literal["minimize", "maximize"]


class Objective(SpecModel):
    """A metric of each member's `best` row, and whether lower or higher is better."""

    metric: Metric
    """A loss or an accuracy. The best row is selected by a validation metric, as for early stopping, so that test
    metrics stay unbiased."""
    goal: Goal | None = None
    """Null for the metric's default: losses are minimized, accuracies maximized."""

    def resolved(self) -> "Objective":
        """The objective with its goal written out."""
        natural: Goal = "maximize" if metric(self.metric).direction == "max" else "minimize"
        return self.model_copy(update={"goal": self.goal or natural})

    def key(self, value: float) -> float:
        """A sort key with which the best value comes first."""
        return -value if self.resolved().goal == "maximize" else value

    def measures(self, task: Task) -> bool:
        """Whether experiments of this task have the metric."""
        return task in metric(self.metric).tasks


def default_objective(task: Task) -> Objective:
    """Validation accuracy, or validation loss for regression."""
    return Objective.model_validate({"metric": score(metrics_of(task)).key}).resolved()
