"""What queued experiments wait for: their places in the queue, and a worker if no live one has the requested device."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.spec.device import choice_of
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord, QueuePlace
from hub.experiments.events import Event, log
from hub.experiments.mapping import record
from hub.jobs import queue_places, workers
from hub.tables import ExperimentRow, JobRow

NAMES = {"cpu": "CPU", "cuda": "GPU"}


def missing_for(requested: str, kinds: Sequence[str]) -> str | None:
    """What is missing for training on the requested device, if the live workers have these kinds of devices. None if a
    worker can train on it."""
    if not kinds:
        return "a worker: none is running"
    if requested == "auto" or requested in kinds:
        return None
    have = " and ".join(f"a {NAMES[kind]}" for kind in kinds)
    return f'a worker with a {NAMES[requested]}: device is "{requested}", and the running workers have {have}'


def records_of(session: Session, rows: Iterable[ExperimentRow]) -> list[ExperimentRecord]:
    """The records of experiments, as lists of experiments have them."""
    return with_waiting(session, [record(row) for row in rows])


def with_waiting(session: Session, records: list[ExperimentRecord]) -> list[ExperimentRecord]:
    """The records, with `queue` set for queued experiments, and `waiting_for` for those that no live worker can
    train."""
    queued = [record.id for record in records if record.status is Status.QUEUED]
    if not queued:
        return records
    kinds, places = workers.kinds(session), queue_places.of(session, queued)
    return [_waiting(each, kinds, places.get(each.id)) if each.status is Status.QUEUED else each for each in records]


def _waiting(queued: ExperimentRecord, kinds: Sequence[str], place: QueuePlace | None) -> ExperimentRecord:
    assert isinstance(queued.spec, Spec), "the service can read what it has written"
    missing = missing_for(choice_of(queued.spec.device), kinds)
    return queued.model_copy(update={"waiting_for": missing, "queue": place})


def of_sweep(session: Session, workspace_id: str, sweep_id: str) -> str | None:
    """What the queued members of a sweep wait for, if no live worker can train some of them."""
    mine = (ExperimentRow.workspace_id == workspace_id, ExperimentRow.sweep_id == sweep_id)
    devices = select(JobRow.device).join(ExperimentRow).where(*mine, ExperimentRow.status == Status.QUEUED).distinct()
    requests = session.scalars(devices).all()
    kinds = workers.kinds(session) if requests else ()
    return next((found for requested in sorted(requests) if (found := missing_for(requested, kinds)) is not None), None)


def warnings(session: Session, requests: Iterable[tuple[str, str]]) -> list[Event]:
    """Log lines for those new experiments whose device no live worker has. `requests` has pairs of an id and a
    requested device. Without any worker there are no warnings: usually a worker is just starting."""
    kinds = workers.kinds(session)
    lines = ((id_, missing_for(requested, kinds)) for id_, requested in requests) if kinds else ()
    return [log(id_, f"waits for {missing}", "warning") for id_, missing in lines if missing is not None]
