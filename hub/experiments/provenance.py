"""The provenance of a run. If a new run of the same spec may give other numbers, the run's fingerprint differs from
that of the spec.

A history is a chained SHA-256 over the forks and extensions of the run; a run from scratch has no history.
"""

import hashlib
import json

from gradus.resolved import ResolvedSpec
from gradus.status import Status
from hub.experiments.mapping import resolved_of
from hub.tables import ExperimentRow


def fingerprint(spec: str, history: str | None) -> str:
    """The fingerprint of a run, from its spec's fingerprint and its history."""
    return spec if history is None else _digest("run", spec, history)


def forked(source: str, epoch: int) -> str:
    """The history of a fork that starts from this epoch of the run with the fingerprint `source`."""
    return _digest("forked", source, epoch)


def extend(row: ExperimentRow, extended_spec: ResolvedSpec) -> None:
    """Record an extension in the run's history, if it affects the run's numbers."""
    if row.attempts and extended_spec.spec.depends_on_epochs():
        row.extended_at = _with(row.extended_at, row.epoch)
        row.extended_from = _with(row.extended_from, row.epochs)
        # a succeeded run continues from its end; any other run continues at a step that depends on timing
        run = "any" if row.status == Status.SUCCEEDED else row.id
        row.history = _digest("extended", row.history, row.epoch, row.epochs, run)
    row.fingerprint = fingerprint(extended_spec.fingerprint, row.history)


def restart(row: ExperimentRow) -> None:
    """Reset the provenance: the run restarts from scratch, and nothing earlier affects its numbers."""
    row.extended_at = row.extended_from = row.moved_from = "[]"
    row.history, row.device = None, None
    row.fingerprint = resolved_of(row).fingerprint


def move(row: ExperimentRow, before: str) -> None:
    """Record the device that trained the run before the present one."""
    row.moved_from = _with(row.moved_from, before)


def _with(listed: str, value: int | str) -> str:
    return json.dumps([*json.loads(listed), value])


def _digest(*parts: str | int | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
