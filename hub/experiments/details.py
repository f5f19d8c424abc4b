"""The answer about one experiment: what a list shows of it, its network, and what it changes."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.differences import changes_between
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.summary import network_facts
from gradus.wire.experiment import Change, ExperimentRecord
from hub.experiments.mapping import record, spec_of
from hub.jobs import device_demand
from hub.tables import ExperimentRow, SweepRow


def detailed(
    session: Session, row: ExperimentRow, resolved: ResolvedSpec | None = None, base: Spec | None = None
) -> ExperimentRecord:
    """The experiment with everything that its own answer says. Who has its resolved spec at hand, or that of what it
    was made of, spares reading it."""
    resolved = resolved or ResolvedSpec(spec_of(row))
    (seen,) = device_demand.with_waiting(session, [record(row, resolved.spec)])
    return seen.model_copy(update={**network_facts(resolved), "changes": _changes(session, row, resolved.spec, base)})


def _changes(session: Session, row: ExperimentRow, spec: Spec, base: Spec | None) -> tuple[Change, ...] | None:
    """Against the experiment that it was forked from or the base of its sweep; None without one."""
    if base is None:
        base = _parent(session, row) if row.forked_from else _sweep_base(session, row) if row.sweep_id else None
    return None if base is None else changes_between(base, spec)


def _parent(session: Session, row: ExperimentRow) -> Spec | None:
    mine = (ExperimentRow.id == row.forked_from, ExperimentRow.workspace_id == row.workspace_id)
    parent = session.scalars(select(ExperimentRow).where(*mine)).one_or_none()
    return None if parent is None else spec_of(parent)


def _sweep_base(session: Session, row: ExperimentRow) -> Spec | None:
    mine = (SweepRow.id == row.sweep_id, SweepRow.workspace_id == row.workspace_id)
    request = session.scalar(select(SweepRow.request).where(*mine))
    return None if request is None else Spec.model_validate(json.loads(request)["base"]).resolved()
