"""Experiments prepared for the database. The slow part is done before the transaction that adds them: a deep network
takes milliseconds, a sweep may have a thousand of them, and SQLite blocks all other writers during a transaction."""

from dataclasses import dataclass

from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.experiment import Spec
from hub.experiments.mapping import stored_spec


@dataclass(frozen=True)
class PreparedExperiment:
    """A resolved spec with the values that an experiment's row stores of it."""

    resolved: ResolvedSpec
    stored: str
    fingerprint: str
    parameters: int

    @property
    def spec(self) -> Spec:
        """The resolved spec."""
        return self.resolved.spec


def prepare(experiment: Spec) -> PreparedExperiment:
    """Resolve a spec and prepare it for the database."""
    return prepare_resolved(resolve(experiment))


def prepare_resolved(resolved: ResolvedSpec) -> PreparedExperiment:
    """Prepare a spec that is resolved already."""
    return PreparedExperiment(resolved, stored_spec(resolved), resolved.fingerprint, resolved.network.parameters)
