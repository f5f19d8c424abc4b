"""What a person wants of an experiment: written down here, done by the worker within a second."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from gradus.errors import Conflict
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.status import EventKind, FailureCode, Status
from gradus.wire.experiment import Failure
from hub.access.quotas import Quotas, refuse_if_full
from hub.database.database import now
from hub.experiments import experiments
from hub.experiments.events import Event, append, log
from hub.experiments.mapping import record, spec_of
from hub.experiments.transitions import move
from hub.messaging.outbox import outbox
from hub.tables import ExperimentRow, JobRow


def cancel(session: Session, row: ExperimentRow) -> None:
    """End a locked experiment: at once if nobody trains it, else by its worker. Asking twice is harmless.

    Raises:
        Conflict: it is over already, in another way.
    """
    if row.status == Status.CANCELLED:
        return
    if Status(row.status).final:
        raise _impossible(row, "be cancelled")
    _become(session, row, Status.CANCELLED)


def pause(session: Session, row: ExperimentRow) -> None:
    """Stop a locked experiment at a checkpoint until it is resumed. Asking twice is harmless.

    Raises:
        Conflict: it is over, or about to be.
    """
    if row.status == Status.PAUSED:
        return
    if Status(row.status).final or row.request == Status.CANCELLED:
        raise _impossible(row, "be paused")
    _become(session, row, Status.PAUSED)


def resume(session: Session, row: ExperimentRow, quotas: Quotas) -> None:
    """Let a locked experiment go on where it stopped. Asking twice is harmless.

    Raises:
        Conflict: it is over, or about to be.
        TooManyRequests: too many wait.
    """
    if Status(row.status).final or row.request == Status.CANCELLED:
        raise _impossible(row, "be resumed")
    if row.status == Status.PAUSED:
        _queue(session, row, now(session), quotas)
    elif row.request == Status.PAUSED:  # its worker may stop already, or have to take it up anew with more epochs
        _ask(session, row, Status.QUEUED)


def extend(session: Session, row: ExperimentRow, wider: ResolvedSpec, quotas: Quotas) -> None:
    """Give a locked experiment the spec with more epochs. One that is over goes on from its last checkpoint, one that
    runs is taken up anew with the longer schedule, one that waits or is paused goes on waiting.

    Raises:
        Conflict: there is nothing to go on from, or it is about to end.
        TooManyRequests: it is over, and too many wait.
    """
    _refuse_dead_ends(row, wider.spec)
    at = now(session)
    experiments.respecify(session, row, wider)
    if Status(row.status).final:
        return _queue(session, row, at, quotas, f"extended to {wider.spec.epochs} epochs")
    if row.status == Status.RUNNING and row.request is None:
        _ask(session, row, Status.QUEUED)
    told = [
        log(row.id, f"extended to {wider.spec.epochs} epochs"),
        Event(row.id, EventKind.STATUS, record(row, wider.spec)),
    ]
    return append(session, told, at)


def extended(row: ExperimentRow, epochs: int) -> Spec:
    """Its spec with so many more epochs: more than it has, when it is over; more than it was to have, while it is not.

    Raises:
        ValidationError: that is more than a spec may ask for.
    """
    have = row.epoch if Status(row.status).final else row.epochs
    return Spec.model_validate({**spec_of(row).document(), "epochs": have + epochs})


def become(session: Session, row: ExperimentRow, status: Status, at: datetime) -> list[Event]:
    """Change a locked row's status: at once if nobody trains it, else by its worker. The events that tell of it."""
    if row.status == Status.RUNNING:
        _ask(session, row, status)
        return []
    return move(session, row, status, at)


def _refuse_dead_ends(row: ExperimentRow, spec: Spec) -> None:
    if row.request == Status.CANCELLED:
        raise _impossible(row, "be extended")
    if row.error and Failure.model_validate_json(row.error).code is FailureCode.DIVERGED:
        raise Conflict(
            f"experiment {row.id} has diverged, and would again: fork it with other changes",
            code="impossible_transition",
        )
    ended_by_time = row.status == Status.SUCCEEDED and row.epoch < row.epochs and spec.early_stopping is None
    if ended_by_time and spec.max_seconds is not None:
        raise Conflict(
            f"experiment {row.id} has had its max_seconds = {spec.max_seconds:g}: fork it with more",
            code="impossible_transition",
        )


def _become(session: Session, row: ExperimentRow, status: Status) -> None:
    at = now(session)
    append(session, become(session, row, status, at), at)
    experiments.close_job(session, row.job_id)


def _ask(session: Session, row: ExperimentRow, status: Status) -> None:
    """Let its worker know, who looks for it once this is committed."""
    row.request = status
    outbox(session).controls.add(row.job_id)
    session.flush()


def _queue(session: Session, row: ExperimentRow, at: datetime, quotas: Quotas, why: str = "") -> None:
    """Back into the queue; a job that a worker still holds for its other members it gives back with the last."""
    refuse_if_full(session, row.workspace_id, 1, quotas)
    told = move(session, row, Status.QUEUED, at)
    session.execute(update(JobRow).where(JobRow.id == row.job_id).values(losses=0))
    experiments.reopen_job(session, row.job_id, at)
    append(session, [log(row.id, why), *told] if why else told, at)


def _impossible(row: ExperimentRow, what: str) -> Conflict:
    state = f"has already {row.status}" if row.status in {Status.SUCCEEDED, Status.FAILED} else f"is {row.status}"
    if row.request == Status.CANCELLED:
        state = "is being cancelled"
    return Conflict(f"experiment {row.id} {state} and cannot {what}", code="impossible_transition")
