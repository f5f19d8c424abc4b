"""Whether anybody serves what waits: a job whose device no living worker has would wait in silence."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from hub.experiments.events import Event, log
from hub.experiments.mapping import record
from hub.jobs import workers
from hub.tables import ExperimentRow, JobRow

NAMES = {"cpu": "CPU", "cuda": "GPU"}


def lacking(wish: str, kinds: Sequence[str]) -> str | None:
    """What has to come before somebody trains on the wished device, where workers with these kinds of devices live;
    None if somebody can."""
    if not kinds:
        return "a worker: none is alive"
    if wish == "auto" or wish in kinds:
        return None
    have = " and ".join(f"a {NAMES[kind]}" for kind in kinds)
    return f'a worker with a {NAMES[wish]}: device is "{wish}", and the workers that are alive have {have}'


def seen(session: Session, rows: Iterable[ExperimentRow]) -> list[ExperimentRecord]:
    """The experiments as lists show them."""
    return with_waiting(session, [record(row) for row in rows])


def with_waiting(session: Session, records: list[ExperimentRecord]) -> list[ExperimentRecord]:
    """The experiments with what those that are queued wait for if nobody serves them."""
    if all(one.status is not Status.QUEUED for one in records):
        return records
    kinds = workers.kinds(session)
    return [_waiting(one, kinds) if one.status is Status.QUEUED else one for one in records]


def _waiting(queued: ExperimentRecord, kinds: Sequence[str]) -> ExperimentRecord:
    assert isinstance(queued.spec, Spec), "what this service has written it can read"
    return queued.model_copy(update={"waiting_for": lacking(queued.spec.device, kinds)})


def of_sweep(session: Session, workspace_id: str, sweep_id: str) -> str | None:
    """What the members of a sweep that are queued wait for, if nobody serves some of them."""
    mine = (ExperimentRow.workspace_id == workspace_id, ExperimentRow.sweep_id == sweep_id)
    devices = select(JobRow.device).join(ExperimentRow).where(*mine, ExperimentRow.status == Status.QUEUED).distinct()
    wishes = session.scalars(devices).all()
    kinds = workers.kinds(session) if wishes else ()
    return next((found for wish in sorted(wishes) if (found := lacking(wish, kinds)) is not None), None)


def warnings(session: Session, wishes: Iterable[tuple[str, str]]) -> list[Event]:
    """A line for the log of each new experiment, by id and wished device, whose device none of the living workers has.
    Without any worker there is none: most often one is only being started."""
    kinds = workers.kinds(session)
    lines = ((one, lacking(wish, kinds)) for one, wish in wishes) if kinds else ()
    return [log(one, f"waits for {wanted}", "warning") for one, wanted in lines if wanted is not None]
