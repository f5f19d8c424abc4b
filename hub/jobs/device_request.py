"""What a worker is told about a job, so that it can choose the device that the job's claim records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gradus.spec.batch import examples_per_step
from gradus.spec.device import Device
from hub.experiments.mapping import resolved_of
from hub.tables import ExperimentRow, JobRow

MOST_WAITING = 64
"""Limit on the waiting jobs that are counted: more would change nothing."""


@dataclass(frozen=True)
class DeviceRequest:
    """A job that is being claimed."""

    wish: Device
    """The `device` of the job's spec."""
    before: str | None
    """The device that trained it before; None at its first start."""
    multiply_adds: int
    """Multiply-adds of one training step, forward and backward, of all members of the job together."""
    waiting: int
    """Other jobs that could start on a CPU now."""


ChooseDevice = Callable[[DeviceRequest], str]
"""Returns the name of the device that the job will train on. May be called again if the claim is repeated."""


def device_request(session: Session, job_id: str, rows: Sequence[ExperimentRow]) -> DeviceRequest:
    """The request of a job with these experiments."""
    first = resolved_of(rows[0])
    batch = examples_per_step(first.spec.batch_size, first.data.train_examples)
    before = next((row.device for row in rows if row.device is not None), None)
    return DeviceRequest(
        first.spec.device, before, 3 * batch * len(rows) * first.network.multiply_adds, _waiting(session, job_id)
    )


def _waiting(session: Session, job_id: str) -> int:
    others = select(JobRow.id).where(
        ~JobRow.done, JobRow.owner.is_(None), JobRow.id != job_id, JobRow.device.in_(("auto", "cpu"))
    )
    return session.scalar(select(func.count()).select_from(others.limit(MOST_WAITING).subquery())) or 0
