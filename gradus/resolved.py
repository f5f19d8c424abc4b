"""A resolved spec and what follows from it, each worked out once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gradus.metrics import metrics_of, score
from gradus.spec.experiment import Spec, fingerprint_of
from gradus.spec.memory import memory_bytes
from gradus.spec.network import NetworkPlan, plan_resolved


@dataclass(frozen=True)
class ResolvedSpec:
    """A spec with nothing left to defaults."""

    spec: Spec

    @cached_property
    def document(self) -> dict[str, Any]:
        """The spec as JSON."""
        return self.spec.model_dump(mode="json")

    @cached_property
    def fingerprint(self) -> str:
        """As `Spec.fingerprint`."""
        return fingerprint_of(self.document)

    @cached_property
    def network(self) -> NetworkPlan:
        """Its layers, with shapes and learned numbers."""
        return plan_resolved(self.spec)

    @cached_property
    def memory_bytes(self) -> int:
        """Estimate of what training takes on its device."""
        return memory_bytes(self.spec, self.network)


def resolve(experiment: Spec) -> ResolvedSpec:
    """The experiment with nothing left to defaults."""
    return ResolvedSpec(experiment.resolved())


def best_metric(spec: Spec) -> str:
    """The key of the metric by which the best epoch is chosen: early stopping's, else the task's score."""
    stopping = spec.early_stopping
    return stopping.metric if stopping else score(metrics_of(spec.dataset.facts.task)).key
