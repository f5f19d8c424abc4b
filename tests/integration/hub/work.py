"""Helpers of the tests of the hub, which act as a client and as a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gradus.spec.device import choice_of
from gradus.spec.experiment import Spec
from gradus.status import EventKind
from gradus.wire.metrics import MetricsRow
from gradus.wire.system import WorkerRecord
from hub.database.database import now
from hub.experiments import experiments
from hub.experiments.events import Event, append
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.messaging.outbox import outbox
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.built_in import prepared

NAN, INFINITY = float("nan"), float("inf")


def submit(hub: Hub, **changes: object) -> ExperimentRow:
    """Add an experiment to the queue, as if it had been accepted."""
    spec = Spec(**{"dataset": "digits", "layers": [8], "epochs": 3, **changes})
    with hub.write() as session:
        at = now(session)
        row = experiments.add(session, DEFAULT_WORKSPACE, prepared(spec), at)
        append(session, [Event(row.id, EventKind.STATUS, record(row))], at)
        outbox(session).jobs.append((row.job_id, choice_of(spec.device)))
    return row


def a_worker(name: str, **changes: object) -> WorkerRecord:
    """The record of a worker with one slot and two cores."""
    at = datetime.now(UTC)
    facts = {"host": "h", "pid": 1, "device": "cpu:2", "slots": 1, "cores": 2, "running": 0, "version": "0"}
    return WorkerRecord.model_validate({**facts, "id": name, "started_at": at, "seen_at": at, **changes})


def claim(hub: Hub, row: ExperimentRow, owner: str = "worker", device: str = "cpu:1") -> claims.Claim:
    """Claim the job of an experiment."""
    with hub.write() as session:
        claimed = claims.claim(session, row.job_id, owner, device)
    assert claimed is not None
    return claimed


def metrics_row(epoch: int, **changes: float | None) -> MetricsRow:
    """A metrics row in which every number is the epoch's."""
    numbers = dict.fromkeys(MetricsRow.model_fields, float(epoch))
    return MetricsRow.model_validate({**numbers, "epoch": epoch, "step": epoch, "at": datetime.now(UTC), **changes})


def train_epoch(hub: Hub, claimed: claims.Claim, epoch: int, **changes: float | None) -> None:
    """Record one epoch of every member."""
    rows = {member.id: runs.EpochResult(metrics_row(epoch, **changes), best=True) for member in claimed.members}
    with hub.write() as session:
        runs.record_epochs(session, claimed.lease, rows)


@contextmanager
def unacknowledged(hub: Hub) -> Iterator[Session]:
    """A transaction that is committed, but whose acknowledgement is lost."""

    def lose(_: Session) -> None:
        raise OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))

    with hub.write() as session:
        event.listen(session, "after_commit", lose)
        yield session
