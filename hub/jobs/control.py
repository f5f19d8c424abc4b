"""Control requests: recorded here, carried out by the experiment's worker within a second."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from gradus.errors import Conflict
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.status import EventKind, FailureCode, Status
from gradus.wire.experiment import Failure
from hub.access.quotas import Quotas, check_queue_quota
from hub.database.database import now
from hub.datasets import stored_tables
from hub.experiments import experiments
from hub.experiments.events import Event, append, log
from hub.experiments.mapping import digest_of, record, resolved_of
from hub.experiments.transitions import move
from hub.messaging.outbox import outbox
from hub.tables import ExperimentRow, JobRow


def cancel(session: Session, row: ExperimentRow) -> None:
    """Cancel a locked experiment: at once if it is not running, else by its worker. Repeating this has no effect.

    Raises:
        Conflict: the experiment has already ended in another way.
    """
    if row.status == Status.CANCELLED:
        return
    if Status(row.status).final:
        raise _impossible(row, "be cancelled")
    _change_status(session, row, Status.CANCELLED)


def pause(session: Session, row: ExperimentRow) -> None:
    """Pause a locked experiment at a checkpoint. Repeating this has no effect.

    Raises:
        Conflict: the experiment has ended, or is being cancelled.
    """
    if row.status == Status.PAUSED:
        return
    if Status(row.status).final or row.request == Status.CANCELLED:
        raise _impossible(row, "be paused")
    _change_status(session, row, Status.PAUSED)


def resume(session: Session, row: ExperimentRow, quotas: Quotas) -> None:
    """Resume a locked experiment where it stopped. Repeating this has no effect.

    Raises:
        Conflict: the experiment has ended, or is being cancelled, or its data set was deleted.
        TooManyRequests: too many experiments are queued.
    """
    if Status(row.status).final or row.request == Status.CANCELLED:
        raise _impossible(row, "be resumed")
    if row.status == Status.PAUSED:
        _queue(session, row, now(session), quotas)
    elif row.request == Status.PAUSED:  # its worker may be stopping it already, or must restart it with more epochs
        _request(session, row, Status.QUEUED)


def extend(session: Session, row: ExperimentRow, extended_spec: ResolvedSpec, quotas: Quotas) -> None:
    """Give a locked experiment a spec with more epochs. An ended experiment is queued and resumes from its last
    checkpoint, a running one is restarted by its worker with the longer schedule, a queued or paused one stays so.

    Raises:
        Conflict: the experiment has diverged, has used up its time, is being cancelled, or its data set was deleted.
        TooManyRequests: the experiment has ended, and too many experiments are queued.
    """
    _check_extensible(row, extended_spec.spec)
    at = now(session)
    experiments.extend_spec(session, row, extended_spec)
    if Status(row.status).final:
        return _queue(session, row, at, quotas, f"extended to {extended_spec.spec.epochs} epochs")
    if row.status == Status.RUNNING and row.request is None:
        _request(session, row, Status.QUEUED)
    events = [
        log(row.id, f"extended to {extended_spec.spec.epochs} epochs"),
        Event(row.id, EventKind.STATUS, record(row, extended_spec.spec)),
    ]
    return append(session, events, at)


def extended(row: ExperimentRow, epochs: int) -> ResolvedSpec:
    """The spec with additional epochs: added to the epochs done if the experiment has ended, else to those planned.

    Raises:
        ValidationError: the result exceeds the limit of a spec.
    """
    present = row.epoch if Status(row.status).final else row.epochs
    before = resolved_of(row)
    return replace(before, spec=Spec.model_validate({**before.document, "epochs": present + epochs}))


def become(session: Session, row: ExperimentRow, status: Status, at: datetime) -> list[Event]:
    """Change a locked row's status: at once if it is not running, else by its worker. Returns the events to append."""
    if row.status == Status.RUNNING:
        _request(session, row, status)
        return []
    return move(session, row, status, at)


def _check_extensible(row: ExperimentRow, spec: Spec) -> None:
    if row.request == Status.CANCELLED:
        raise _impossible(row, "be extended")
    if row.error and Failure.model_validate_json(row.error).code is FailureCode.DIVERGED:
        raise Conflict(
            f"experiment {row.id} has diverged and would diverge again: fork it with a smaller learning rate",
            code="impossible_transition",
        )
    ended_by_time = row.status == Status.SUCCEEDED and row.epoch < row.epochs and spec.early_stopping is None
    if ended_by_time and spec.max_seconds is not None:
        raise Conflict(
            f"experiment {row.id} has reached its max_seconds = {spec.max_seconds:g}: fork it with a higher limit",
            code="impossible_transition",
        )


def _change_status(session: Session, row: ExperimentRow, status: Status) -> None:
    at = now(session)
    append(session, become(session, row, status, at), at)
    experiments.close_job(session, row.job_id)


def _request(session: Session, row: ExperimentRow, status: Status) -> None:
    """Record a request, and notify the experiment's worker after the commit."""
    row.request = status
    outbox(session).controls.add(row.job_id)
    session.flush()


def _queue(session: Session, row: ExperimentRow, at: datetime, quotas: Quotas, reason: str = "") -> None:
    """Queue the experiment again. A worker that still trains other members of the job releases it after the last.

    Raises:
        Conflict: its data set was deleted.
        TooManyRequests: too many experiments are queued.
    """
    stored_tables.require(session, row.workspace_id, [digest_of(row)])
    check_queue_quota(session, row.workspace_id, 1, quotas)
    events = move(session, row, Status.QUEUED, at)
    session.execute(update(JobRow).where(JobRow.id == row.job_id).values(losses=0))
    experiments.reopen_job(session, row.job_id, at)
    append(session, [log(row.id, reason), *events] if reason else events, at)


def _impossible(row: ExperimentRow, what: str) -> Conflict:
    state = f"has already {row.status}" if row.status in {Status.SUCCEEDED, Status.FAILED} else f"is {row.status}"
    if row.request == Status.CANCELLED:
        state = "is being cancelled"
    return Conflict(f"experiment {row.id} {state} and cannot {what}", code="impossible_transition")
