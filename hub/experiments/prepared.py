"""Experiments about to be written down. What takes time is done before the transaction begins that adds them: a deep
network takes milliseconds, a sweep has a thousand of them, and nobody else writes to SQLite meanwhile."""

from dataclasses import dataclass

from gradus.spec.experiment import Spec
from gradus.spec.network import plan
from hub.experiments.mapping import stored_spec


@dataclass(frozen=True)
class Draft:
    """What an experiment's row says of its spec."""

    spec: Spec
    """Resolved."""
    stored: str
    fingerprint: str
    parameters: int


def draft(experiment: Spec) -> Draft:
    """The experiment, ready to be added."""
    spec = experiment.resolved()
    return Draft(spec, stored_spec(spec), spec.fingerprint(), plan(spec).parameters)
