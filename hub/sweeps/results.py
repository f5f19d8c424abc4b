"""The results of a sweep: the values of each change, their mean, and the difference to the base."""

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import isnan

from sqlalchemy.orm import Session

from gradus.metrics import metric
from gradus.spec.dataset import Dataset
from gradus.status import Status
from gradus.sweep.changes import Change, long_label, stored_changes
from gradus.sweep.grain import grain
from gradus.sweep.objective import Objective
from gradus.sweep.ranking import ChangeOutcome, Rank, ranked
from gradus.sweep.request import SweepRequest
from gradus.sweep.statistics import deviation, differences, interval, mean, paired
from gradus.sweep.verdict import verdict
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow
from gradus.wire.sweep import (
    Difference,
    FailedMember,
    ObjectiveRecord,
    SweepRecord,
    SweepResult,
    SweepSummary,
    sweep_status,
)
from hub.experiments import events
from hub.experiments.mapping import data_of
from hub.jobs import device_demand
from hub.sweeps import sweeps
from hub.sweeps.sweeps import Outcome
from hub.tables import SweepRow

CACHED_SEARCHES = 8
"""Limit on cached draws of random searches, by request: 1,000 draws for 50 paths take about a second and a few
megabytes."""


@dataclass(frozen=True)
class _Member:
    """The outcome of one experiment."""

    id: str
    label: str
    seed: int
    status: Status
    value: float | None
    grain: float
    """The smallest difference between two values of the objective."""
    error: Failure | None


@dataclass(frozen=True)
class _Group:
    """A change and its experiments, ordered by seed."""

    change: Change
    members: Sequence[_Member]

    @property
    def values(self) -> dict[int, float]:
        return {member.seed: member.value for member in self.members if member.value is not None}

    @property
    def grain(self) -> float:
        return max((member.grain for member in self.members), default=0.0)

    @property
    def open(self) -> bool:
        """Whether some of its experiments have not ended."""
        return any(not member.status.final for member in self.members)

    @property
    def standing(self) -> ChangeOutcome:
        """The input of the ranking. An experiment that succeeded with a value that is not a number counts as failed."""
        done = (Status.SUCCEEDED, Status.FAILED)
        failed = sum(member.status in done and member.value is None for member in self.members)
        return ChangeOutcome(self.values, failed)


def summary(row: SweepRow, counts: dict[Status, int]) -> SweepSummary:
    """The sweep's record in lists."""
    objective = json.loads(row.request)["objective"]
    return SweepSummary(
        id=row.id,
        name=row.name,
        status=sweep_status(counts),
        counts=counts,
        objective=ObjectiveRecord.model_validate(objective),
        created_at=row.created_at,
    )


def record(session: Session, row: SweepRow) -> SweepRecord:
    """The sweep's complete record."""
    request = SweepRequest.model_validate_json(row.request)
    assert request.objective is not None
    last_event = events.newest_of_workspace(session, row.workspace_id)  # before the members: it must not be newer
    members = [_member(outcome, request.objective) for outcome in sweeps.outcomes(session, row)]
    counts = {status: sum(member.status == status for member in members) for status in Status}
    return SweepRecord(
        **dict(summary(row, counts)),
        request=request,
        base_label=row.base_label,
        waiting_for=device_demand.of_sweep(session, row.workspace_id, row.id) if counts[Status.QUEUED] else None,
        grain=_base_grain(members, row.base_label) or None,
        results=_results(_changes(row.request, request), members, request.objective, row.base_label),
        last_event=last_event,
    )


def _base_grain(members: Sequence[_Member], base_label: str | None) -> float:
    """The grain of the base's experiments; of all experiments if none is the base itself."""
    of_base = [member.grain for member in members if member.label == base_label]
    return max(of_base or [member.grain for member in members], default=0.0)


def _changes(text: str, request: SweepRequest) -> Sequence[Change]:
    return stored_changes(request) if request.random is None else _drawn(text)


@lru_cache(maxsize=CACHED_SEARCHES)
def _drawn(request: str) -> Sequence[Change]:
    return stored_changes(SweepRequest.model_validate_json(request))


def _member(row: Outcome, objective: Objective) -> _Member:
    status = Status(row.status)
    spec = json.loads(row.spec)
    best = MetricsRow.model_validate_json(row.best) if row.best and status is Status.SUCCEEDED else None
    error = Failure.model_validate_json(row.error) if row.error else None
    step = grain(metric(objective.metric), data_of(row.data, Dataset.model_validate(spec["dataset"])))
    return _Member(row.id, row.sweep_label or "", spec["seed"], status, _value(best, objective), step, error)


def _value(best: MetricsRow | None, objective: Objective) -> float | None:
    """The metric of the best row; None if it is not a number."""
    value = None if best is None else getattr(best, objective.metric)
    return None if value is None or isnan(value) else value


def _results(
    changes: Sequence[Change], members: Sequence[_Member], objective: Objective, base_label: str | None
) -> tuple[SweepResult, ...]:
    """The results of all changes, ordered by rank."""
    in_order = sorted(members, key=lambda member: (member.label, member.seed))
    by_label = {label: list(group) for label, group in groupby(in_order, key=lambda member: member.label)}
    groups = [_Group(change, by_label.get(_stored(change, by_label), [])) for change in changes]
    by_group = _differences(groups, base_label)
    ranks = ranked([group.standing for group in groups], objective)
    return tuple(_result(groups[rank.number], rank, by_group[rank.number], objective) for rank in ranks)


def _stored(change: Change, labels: Container[str]) -> str:
    """The label with which the change's experiments are stored. Older versions stored the full, uncut label."""
    return change.label if change.label in labels or not change.changes else long_label(change)


def _differences(groups: Sequence[_Group], base_label: str | None) -> Sequence[Difference | None]:
    base = next((group for group in groups if group.change.label == base_label), None)
    if base is None:
        return [None] * len(groups)
    estimates = [
        None if group is base else paired(group.values, base.values, max(group.grain, base.grain)) for group in groups
    ]
    pending = [
        group for group, estimate in zip(groups, estimates, strict=True) if estimate is None and group is not base
    ]
    return differences(estimates, to_come=sum(group.open or base.open for group in pending))


def _result(group: _Group, rank: Rank, difference: Difference | None, objective: Objective) -> SweepResult:
    members, values, standing = group.members, list(group.values.values()), group.standing
    return SweepResult(
        label=group.change.label,
        changes=dict(group.change.changes),
        experiments=tuple(member.id for member in members),
        seeds=tuple(member.seed for member in members),
        statuses=tuple(member.status for member in members),
        values=tuple(member.value for member in members),
        mean=mean(values),
        std=deviation(values),
        ci95=interval(values, group.grain),
        n=len(values),
        succeeded=len(values),
        of=len(values) + standing.failed,
        common_mean=rank.common_mean,
        common_seeds=rank.common_seeds,
        difference=difference,
        verdict=None if difference is None else verdict(objective, difference),
        failed=tuple(
            FailedMember(id=member.id, seed=member.seed, error=member.error)
            for member in members
            if member.status is Status.FAILED
        ),
    )
