"""What a sweep's experiments have given: each change's values, their mean, and the difference to the base."""

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
from hub.jobs import device_demand
from hub.sweeps import sweeps
from hub.sweeps.sweeps import Outcome
from hub.tables import SweepRow

DRAWN = 8
"""Random searches whose draws are kept, by what was asked for: to draw 1,000 times for 50 paths takes about a second,
and keeps some megabytes."""


@dataclass(frozen=True)
class _Member:
    """What became of one experiment."""

    id: str
    label: str
    seed: int
    status: Status
    value: float | None
    grain: float
    """The step between two values of the objective."""
    error: Failure | None


@dataclass(frozen=True)
class _Group:
    """A change and its experiments, in the order of the seeds."""

    change: Change
    members: Sequence[_Member]

    @property
    def values(self) -> dict[int, float]:
        return {one.seed: one.value for one in self.members if one.value is not None}

    @property
    def grain(self) -> float:
        return max((one.grain for one in self.members), default=0.0)

    @property
    def open(self) -> bool:
        """Whether some of it may still get a value."""
        return any(not one.status.final for one in self.members)

    @property
    def standing(self) -> ChangeOutcome:
        """Who has succeeded with no number to show for it counts as failed."""
        over = (Status.SUCCEEDED, Status.FAILED)
        return ChangeOutcome(self.values, sum(one.status in over and one.value is None for one in self.members))


def summary(row: SweepRow, counts: dict[Status, int]) -> SweepSummary:
    """The sweep as a list shows it."""
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
    """The whole sweep."""
    request = SweepRequest.model_validate_json(row.request)
    assert request.objective is not None
    found = [_member(one, request.objective) for one in sweeps.outcomes(session, row)]
    counts = {status: sum(one.status == status for one in found) for status in Status}
    return SweepRecord(
        **dict(summary(row, counts)),
        request=request,
        base_label=row.base_label,
        waiting_for=device_demand.of_sweep(session, row.workspace_id, row.id) if counts[Status.QUEUED] else None,
        grain=grain(metric(request.objective.metric), request.base.dataset) or None,
        results=_results(_changes(row.request, request), found, request.objective, row.base_label),
    )


def _changes(text: str, request: SweepRequest) -> Sequence[Change]:
    return stored_changes(request) if request.random is None else _drawn(text)


@lru_cache(maxsize=DRAWN)
def _drawn(request: str) -> Sequence[Change]:
    return stored_changes(SweepRequest.model_validate_json(request))


def _member(row: Outcome, objective: Objective) -> _Member:
    status = Status(row.status)
    spec = json.loads(row.spec)
    best = MetricsRow.model_validate_json(row.best) if row.best and status is Status.SUCCEEDED else None
    error = Failure.model_validate_json(row.error) if row.error else None
    step = grain(metric(objective.metric), Dataset.model_validate(spec["dataset"]))
    return _Member(row.id, row.sweep_label or "", spec["seed"], status, _value(best, objective), step, error)


def _value(best: MetricsRow | None, objective: Objective) -> float | None:
    """The metric of the best row; what is not a number is no value."""
    value = None if best is None else getattr(best, objective.metric)
    return None if value is None or isnan(value) else value


def _results(
    found: Sequence[Change], members: Sequence[_Member], objective: Objective, base_label: str | None
) -> tuple[SweepResult, ...]:
    """In the order of the ranking."""
    in_order = sorted(members, key=lambda one: (one.label, one.seed))
    by_label = {label: list(group) for label, group in groupby(in_order, key=lambda one: one.label)}
    groups = [_Group(change, by_label.get(_stored(change, by_label), [])) for change in found]
    apart = _differences(groups, base_label)
    ranks = ranked([group.standing for group in groups], objective)
    return tuple(_result(groups[rank.number], rank, apart[rank.number], objective) for rank in ranks)


def _stored(change: Change, labels: Container[str]) -> str:
    """What its experiments are stored with: before labels were cut it was all of its values."""
    return change.label if change.label in labels or not change.changes else long_label(change)


def _differences(groups: Sequence[_Group], base_label: str | None) -> Sequence[Difference | None]:
    base = next((group for group in groups if group.change.label == base_label), None)
    if base is None:
        return [None] * len(groups)
    estimates = [None if one is base else paired(one.values, base.values, max(one.grain, base.grain)) for one in groups]
    silent = [one for one, estimate in zip(groups, estimates, strict=True) if estimate is None and one is not base]
    return differences(estimates, to_come=sum(one.open or base.open for one in silent))


def _result(group: _Group, rank: Rank, difference: Difference | None, objective: Objective) -> SweepResult:
    members, there, standing = group.members, list(group.values.values()), group.standing
    return SweepResult(
        label=group.change.label,
        changes=dict(group.change.changes),
        experiments=tuple(one.id for one in members),
        seeds=tuple(one.seed for one in members),
        statuses=tuple(one.status for one in members),
        values=tuple(one.value for one in members),
        mean=mean(there),
        std=deviation(there),
        ci95=interval(there, group.grain),
        n=len(there),
        succeeded=len(there),
        of=len(there) + standing.failed,
        common_mean=rank.common_mean,
        common_seeds=rank.common_seeds,
        difference=difference,
        verdict=None if difference is None else verdict(objective, difference),
        failed=tuple(
            FailedMember(id=one.id, seed=one.seed, error=one.error) for one in members if one.status is Status.FAILED
        ),
    )
