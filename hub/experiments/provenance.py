"""How a run came about, where a fresh run of its spec may have other numbers: its fingerprint is another then.

A history is a SHA-256 over what happened, one thing after the other; none is that of a fresh run.
"""

import hashlib
import json

from gradus.resolved import ResolvedSpec
from gradus.status import Status
from hub.experiments.mapping import spec_of
from hub.tables import ExperimentRow


def fingerprint(spec: str, history: str | None) -> str:
    """That of a run, from its spec's and its history."""
    return spec if history is None else _digest("run", spec, history)


def forked(source: str, epoch: int) -> str:
    """The history of a run that begins with the weights which the run of this fingerprint had after an epoch."""
    return _digest("forked", source, epoch)


def extend(row: ExperimentRow, wider: ResolvedSpec) -> None:
    """Note what it does to a run's numbers to be given the spec with more epochs."""
    if row.attempts and wider.spec.depends_on_epochs():
        row.extended_at = _with(row.extended_at, row.epoch)
        row.extended_from = _with(row.extended_from, row.epochs)
        # one that had come to its end goes on from there; any other at a step that depends on the moment
        whose = "any" if row.status == Status.SUCCEEDED else row.id
        row.history = _digest("extended", row.history, row.epoch, row.epochs, whose)
    row.fingerprint = fingerprint(wider.fingerprint, row.history)


def begin_anew(row: ExperimentRow) -> None:
    """The run starts from scratch: nothing of before is in its numbers."""
    row.extended_at = row.extended_from = row.moved_from = "[]"
    row.history, row.device = None, None
    row.fingerprint = spec_of(row).fingerprint()


def move(row: ExperimentRow, before: str) -> None:
    """Note the device that trained it before the one that does now."""
    row.moved_from = _with(row.moved_from, before)


def _with(listed: str, value: int | str) -> str:
    return json.dumps([*json.loads(listed), value])


def _digest(*parts: str | int | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
