"""Experiments about to be written down. What takes time is done before the transaction begins that adds them: a deep
network takes milliseconds, a sweep has a thousand of them, and nobody else writes to SQLite meanwhile."""

from dataclasses import dataclass

from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.experiment import Spec
from hub.experiments.mapping import stored_spec


@dataclass(frozen=True)
class PreparedExperiment:
    """What an experiment's row says of its spec."""

    resolved: ResolvedSpec
    stored: str
    fingerprint: str
    parameters: int

    @property
    def spec(self) -> Spec:
        """Resolved."""
        return self.resolved.spec


def prepare(experiment: Spec) -> PreparedExperiment:
    """The experiment, ready to be added."""
    return prepare_resolved(resolve(experiment))


def prepare_resolved(resolved: ResolvedSpec) -> PreparedExperiment:
    """The same of a spec that is resolved already."""
    return PreparedExperiment(resolved, stored_spec(resolved), resolved.fingerprint, resolved.network.parameters)
