"""What a sweep's experiments have given: each change's values, their mean, and the difference to the base."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan

from sqlalchemy.orm import Session

from gradus.status import Status
from gradus.sweep.changes import Change, changes
from gradus.sweep.objective import Objective
from gradus.sweep.request import SweepRequest
from gradus.sweep.statistics import deviation, difference, interval, mean
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow
from gradus.wire.sweep import FailedMember, SweepRecord, SweepResult, SweepSummary, sweep_status
from hub import sweeps
from hub.sweeps import Outcome
from hub.tables import SweepRow


@dataclass(frozen=True)
class _Member:
    """What became of one experiment."""

    id: str
    label: str
    seed: int
    status: Status
    value: float | None
    error: Failure | None


def summary(row: SweepRow, counts: dict[Status, int]) -> SweepSummary:
    """The sweep as a list shows it."""
    objective = json.loads(row.request)["objective"]
    return SweepSummary(
        id=row.id,
        name=row.name,
        status=sweep_status(counts),
        counts=counts,
        objective=Objective.model_validate(objective),
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
        results=_results(changes(request), found, request.objective, row.base_label),
    )


def _member(row: Outcome, objective: Objective) -> _Member:
    status = Status(row.status)
    best = MetricsRow.model_validate_json(row.best) if row.best and status is Status.SUCCEEDED else None
    error = Failure.model_validate_json(row.error) if row.error else None
    return _Member(row.id, row.sweep_label or "", json.loads(row.spec)["seed"], status, _value(best, objective), error)


def _value(best: MetricsRow | None, objective: Objective) -> float | None:
    """The metric of the best row; what is not a number is no value."""
    value = None if best is None else getattr(best, objective.metric)
    return None if value is None or isnan(value) else value


def _results(
    found: Sequence[Change], members: Sequence[_Member], objective: Objective, base_label: str | None
) -> tuple[SweepResult, ...]:
    """Best first; those without a value last, in the order of the request."""
    in_order = sorted(members, key=lambda one: (one.label, one.seed))
    groups = {label: list(group) for label, group in groupby(in_order, key=lambda one: one.label)}
    base = _by_seed(groups.get(base_label, [])) if base_label is not None else {}
    results = [
        _result(change, groups.get(change.label, []), {} if change.label == base_label else base) for change in found
    ]
    return tuple(sorted(results, key=lambda one: (one.mean is None, objective.key(one.mean or 0.0))))


def _result(change: Change, group: Sequence[_Member], base: Mapping[int, float]) -> SweepResult:
    values = _by_seed(group)
    there = list(values.values())
    return SweepResult(
        label=change.label,
        changes=dict(change.changes),
        experiments=tuple(one.id for one in group),
        seeds=tuple(one.seed for one in group),
        statuses=tuple(one.status for one in group),
        values=tuple(one.value for one in group),
        mean=mean(there),
        std=deviation(there),
        ci95=interval(there),
        n=len(there),
        difference=difference(values, base),
        failed=tuple(
            FailedMember(id=one.id, seed=one.seed, error=one.error) for one in group if one.status is Status.FAILED
        ),
    )


def _by_seed(group: Sequence[_Member]) -> dict[int, float]:
    return {one.seed: one.value for one in group if one.value is not None}
