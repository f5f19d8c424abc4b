"""Experiments prepared for the database. The slow part is done before the transaction that adds them: a deep network
takes milliseconds, a sweep may have a thousand of them, and SQLite blocks all other writers during a transaction."""

from dataclasses import dataclass

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from hub.experiments.mapping import stored_data, stored_spec


@dataclass(frozen=True)
class PreparedExperiment:
    """A resolved spec, with the values derived from it that an experiment's row stores."""

    resolved: ResolvedSpec
    stored: str
    data: str
    fingerprint: str
    parameters: int

    @property
    def spec(self) -> Spec:
        """The resolved spec."""
        return self.resolved.spec


def prepare(resolved: ResolvedSpec) -> PreparedExperiment:
    """Prepare a resolved spec for the database."""
    stored, data = stored_spec(resolved), stored_data(resolved)
    return PreparedExperiment(resolved, stored, data, resolved.fingerprint, resolved.network.parameters)
