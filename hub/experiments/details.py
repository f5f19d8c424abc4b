"""The detailed record of one experiment: its facts in lists, its network, and its changes against its base."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.dataset_plan import DatasetPlan
from gradus.differences import changes_between
from gradus.errors import GradusError
from gradus.facts import TableFacts
from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.spec.target import Tags
from gradus.split_sizes import Sizes
from gradus.summary import network_facts
from gradus.wire.experiment import Change, ExperimentRecord
from hub.datasets.facts import facts_of
from hub.experiments.mapping import record, resolved_of, spec_of
from hub.jobs import device_demand
from hub.tables import ExperimentRow, SweepRow


def detailed(
    session: Session, row: ExperimentRow, resolved: ResolvedSpec | None = None, base: Spec | None = None
) -> ExperimentRecord:
    """The detailed record. Pass the resolved spec, and the base's spec, if known: reading them takes time."""
    resolved = resolved or resolved_of(row)
    (listed,) = device_demand.with_waiting(session, [record(row, resolved.spec)])
    return listed.model_copy(update={**network_facts(resolved), "changes": _changes(session, row, resolved.spec, base)})


def _changes(session: Session, row: ExperimentRow, spec: Spec, base: Spec | None) -> tuple[Change, ...] | None:
    """The differences from the experiment that it was forked from, or from the base of its sweep; None without one."""
    if base is None:
        base = _parent(session, row) if row.forked_from else _sweep_base(session, row) if row.sweep_id else None
    return None if base is None else changes_between(base, spec)


@dataclass(frozen=True)
class _RowsOfMember:
    """Stands in for the rows of the base's table. Only the base's spec is needed, and it does not depend on them."""

    plan: DatasetPlan

    def sizes(self, facts: TableFacts, dataset: Dataset, classes: Sequence[str]) -> Sizes:  # noqa: ARG002
        """The sizes of the member's splits."""
        return self.plan.train_examples, self.plan.validation_examples, self.plan.test_examples

    def labels(self, facts: TableFacts, target: Tags) -> tuple[str, ...]:  # noqa: ARG002
        """The labels of the member's target."""
        return self.plan.classes


def _parent(session: Session, row: ExperimentRow) -> Spec | None:
    mine = (ExperimentRow.id == row.forked_from, ExperimentRow.workspace_id == row.workspace_id)
    parent = session.scalars(select(ExperimentRow).where(*mine)).one_or_none()
    return None if parent is None else spec_of(parent)


def _sweep_base(session: Session, row: ExperimentRow) -> Spec | None:
    mine = (SweepRow.id == row.sweep_id, SweepRow.workspace_id == row.workspace_id)
    request = session.scalar(select(SweepRow.request).where(*mine))
    if request is None:
        return None
    base = Spec.model_validate(json.loads(request)["base"])
    try:
        facts = facts_of(session, row.workspace_id, base.dataset.name, base.dataset.version)
        return resolve(base, facts, _RowsOfMember(resolved_of(row).data)).spec
    except GradusError:  # its data set is gone, or the base is incomplete without the changes
        return base.written_out()
