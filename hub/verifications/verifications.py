"""Verifications in the database: add, read, and end them as soon as the answer is known."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isnan

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.dataset_plan import DatasetPlan
from gradus.metrics import metric
from gradus.status import FINAL, FailureCode, Status
from gradus.sweep.grain import grain
from gradus.sweep.request import BASE, SweepRequest
from gradus.sweep.sequential import Decision, decide
from gradus.wire.experiment import Failure
from gradus.wire.finding import Finding, Verified, Verifying
from gradus.wire.metrics import MetricsRow
from hub.database.database import now
from hub.experiments.mapping import data_of
from hub.sweeps import control, sweeps
from hub.sweeps.sweeps import Outcome
from hub.tables import ExperimentRow, SweepRow, VerificationRow

CURE = "with the patch"
"""The label of the experiments with the patch. The experiments without it have the label of a sweep's base."""


def add(session: Session, experiment_id: str, finding: str, patch: str, sweep_id: str, at: datetime) -> None:
    """Record that a sweep verifies a finding's patch, in place of an earlier verification of the finding."""
    earlier = get(session, experiment_id, finding)
    if earlier is not None:
        session.delete(earlier)
        session.flush()
    session.add(
        VerificationRow(
            experiment_id=experiment_id, finding=finding, patch=patch, sweep_id=sweep_id, result=None, created_at=at
        )
    )


def get(session: Session, experiment_id: str, finding: str) -> VerificationRow | None:
    """The newest verification of a finding."""
    return session.get(VerificationRow, (experiment_id, finding))


def with_verifications(session: Session, row: ExperimentRow, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, each with the result or the progress of its verification, if it has one."""
    mine = select(VerificationRow).where(VerificationRow.experiment_id == row.id)
    known = {one.finding: one for one in session.scalars(mine)}
    return tuple(
        finding if (its := known.get(finding.key)) is None else _with(session, finding, its) for finding in findings
    )


def state(session: Session, row: VerificationRow) -> Verified | Verifying | None:
    """The result or the progress of a verification; None if its sweep was cancelled, or was deleted before the
    result."""
    if row.result is not None:
        return Verified.model_validate_json(row.result)
    sweep = session.get(SweepRow, row.sweep_id)
    return None if sweep is None else _state(session, row, sweep)


def look(session: Session, experiment_id: str) -> None:
    """End the verification that an experiment belongs to, if its result is known, and cancel the experiments not
    needed."""
    row = open_of(session, experiment_id)
    sweep = None if row is None else session.get(SweepRow, row.sweep_id, with_for_update=True)
    if row is None or sweep is None:
        return
    known = _state(session, row, sweep)
    if isinstance(known, Verified):
        row.result = known.model_dump_json()
        session.flush()
        if any(one.status not in FINAL for one in sweeps.outcomes(session, sweep)):
            control.cancel(session, sweep, now(session))


def open_of(session: Session, experiment_id: str) -> VerificationRow | None:
    """The verification that an experiment trains for, if the verification has no result yet."""
    query = select(VerificationRow).join(ExperimentRow, ExperimentRow.sweep_id == VerificationRow.sweep_id)
    return session.scalars(query.where(ExperimentRow.id == experiment_id, VerificationRow.result.is_(None))).first()


def _with(session: Session, finding: Finding, row: VerificationRow) -> Finding:
    match state(session, row):
        case Verified() as verified:
            return finding.model_copy(update={"verified": verified})
        case Verifying() as verifying:
            return finding.model_copy(update={"verifying": verifying})
        case None:
            return finding


def _state(session: Session, row: VerificationRow, sweep: SweepRow) -> Verified | Verifying | None:
    request = SweepRequest.model_validate_json(sweep.request)
    assert request.objective is not None
    members = sweeps.outcomes(session, sweep)
    name = request.objective.metric
    values, base = (_values(members, label, name) for label in (CURE, BASE))
    if not members:
        return None
    order = request.all_seeds
    void = frozenset(order) - (_counting(members, CURE) & _counting(members, BASE))
    plan = data_of(members[0].data, request.base.dataset)
    decision = decide(
        values,
        base,
        order,
        maximize=request.objective.goal == "maximize",
        guess=_guess(name, plan),
        grain=grain(metric(name), plan),
        void=void,
    )
    patch = json.loads(row.patch)
    if decision.decided or (decision.over and len(void) < len(order)):
        counted = [seed for seed in order if seed not in void]
        return _verified(decision, patch, members, name, sweep, _failed(base, counted), _failed(values, counted))
    if decision.over or any(one.status == Status.CANCELLED for one in members):
        return None  # all pairs are void, or a person cancelled the rest
    done = sum(seed in void or (seed in values and seed in base) for seed in order)
    return Verifying(patch=patch, sweep_id=sweep.id, done=done, seeds=len(order))


def _verified(
    decision: Decision,
    patch: dict[str, object],
    members: Sequence[Outcome],
    name: str,
    sweep: SweepRow,
    failed_without: int,
    failed_with: int,
) -> Verified:
    return Verified(
        patch=patch,
        gain=decision.gain,
        ci95=decision.ci95,
        seeds=decision.pairs,
        experiments=tuple(one.id for one in members),
        metric=name,
        decided=decision.decided,
        failed_without=failed_without,
        failed_with=failed_with,
        sweep_id=sweep.id,
    )


def _failed(values: Mapping[int, float | None], seeds: Sequence[int]) -> int:
    return sum(seed in values and values[seed] is None for seed in seeds)


def _counting(members: Sequence[Outcome], label: str) -> frozenset[int]:
    """The seeds whose experiment with this label exists and counts. An experiment that failed for another reason than
    divergence does not count: it says nothing about the patch."""
    return frozenset(_seed(one) for one in members if one.sweep_label == label and not _is_lost(one))


def _is_lost(member: Outcome) -> bool:
    if member.status != Status.FAILED:
        return False
    return member.error is None or Failure.model_validate_json(member.error).code != FailureCode.DIVERGED


def _seed(member: Outcome) -> int:
    return int(json.loads(member.spec)["seed"])


def _values(members: Sequence[Outcome], label: str, name: str) -> dict[int, float | None]:
    """The metric by seed, for the experiments with this label that have succeeded or failed; None for one that
    failed."""
    over = {Status.SUCCEEDED, Status.FAILED}
    return {_seed(one): _value(one, name) for one in members if one.sweep_label == label and one.status in over}


def _value(member: Outcome, name: str) -> float | None:
    if member.status != Status.SUCCEEDED or not member.best:
        return None
    value = getattr(MetricsRow.model_validate_json(member.best), name)
    return None if value is None or isnan(value) else float(value)


def _guess(name: str, plan: DatasetPlan) -> float | None:
    """The accuracy of guessing a class at random; None for a loss, which has no such bound."""
    is_accuracy = name.endswith("_accuracy") and plan.task == "classification"
    return 1 / len(plan.classes) if is_accuracy else None
