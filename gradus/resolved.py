"""A resolved spec with derived values, each computed once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gradus.metrics import metrics_of, score
from gradus.spec.experiment import Spec, fingerprint_of
from gradus.spec.memory import memory_bytes
from gradus.spec.network import NetworkPlan, plan_resolved


@dataclass(frozen=True)
class ResolvedSpec:
    """A spec with every default written out."""

    spec: Spec

    @cached_property
    def document(self) -> dict[str, Any]:
        """The spec as a JSON document."""
        return self.spec.model_dump(mode="json")

    @cached_property
    def fingerprint(self) -> str:
        """As `Spec.fingerprint`."""
        return fingerprint_of(self.document)

    @cached_property
    def network(self) -> NetworkPlan:
        """The network's layers, with shapes and numbers of parameters."""
        return plan_resolved(self.spec)

    @cached_property
    def memory_bytes(self) -> int:
        """Estimate of the memory that training needs on its device."""
        return memory_bytes(self.spec, self.network)


def resolve(experiment: Spec) -> ResolvedSpec:
    """The experiment with every default written out."""
    return ResolvedSpec(experiment.resolved())


def best_metric(spec: Spec) -> str:
    """The key of the metric that determines the best epoch: that of early stopping, else the task's main metric."""
    stopping = spec.early_stopping
    return stopping.metric if stopping else score(metrics_of(spec.dataset.facts.task)).key
