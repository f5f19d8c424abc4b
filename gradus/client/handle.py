"""The last known state of an experiment or a sweep: its record, its facts, and its page."""

from typing import Any, ClassVar, Generic, Protocol
from urllib.parse import quote

from typing_extensions import TypeVar

from gradus.client import notebook
from gradus.client.events import StreamEvent
from gradus.client.methods import Resource, T_co
from gradus.client.retry import Deadline
from gradus.metrics import KEYS, improves, metric
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import OF_ONE, ExperimentRecord, Failure, Progress
from gradus.wire.metrics import MetricsRow
from gradus.wire.tolerant import UnknownStatus

LONGEST_WAIT = 60
"""Seconds that the service lets one request wait."""


class Named(Protocol):
    """A record of something with an id."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """For people."""


N = TypeVar("N", bound=Named)


class Handle(Resource[T_co], Generic[N, T_co]):
    """The last known state of something, and the transport over which it can be asked."""

    _family: ClassVar[str]
    """`experiments`, in its address."""

    def __init__(self, transport: T_co, record: N) -> None:
        super().__init__(transport)
        self._record = record

    @property
    def id(self) -> str:
        """Its id."""
        return self._record.id

    @property
    def name(self) -> str:
        """For people."""
        return self._record.name

    @property
    def url(self) -> str:
        """Its page in the dashboard."""
        return f"{self._transport.credentials.address}/{self._family}/{quote(self.id, safe='')}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


class ExperimentHandle(Handle[ExperimentRecord, T_co]):
    """The last known state of an experiment."""

    _family = "experiments"

    @property
    def record(self) -> ExperimentRecord:
        """All of the newest answer."""
        return self._record

    @property
    def tags(self) -> tuple[str, ...]:
        """Words to find it by."""
        return self.record.tags

    @property
    def notes(self) -> str:
        """Text for people."""
        return self.record.notes

    @property
    def status(self) -> Status | UnknownStatus:
        """What it was doing."""
        return self.record.status

    @property
    def over(self) -> bool:
        """Whether it had ended, so that nothing more will happen."""
        return self.record.over

    @property
    def spec(self) -> Spec | dict[str, Any]:
        """Resolved: nothing left to defaults. A mapping where only a newer client knows all of it."""
        return self.record.spec

    @property
    def progress(self) -> Progress:
        """How far it was."""
        return self.record.progress

    @property
    def latest(self) -> MetricsRow | None:
        """The newest row."""
        return self.record.latest

    @property
    def best(self) -> MetricsRow | None:
        """The best row by validation."""
        return self.record.best

    @property
    def error(self) -> Failure | None:
        """Why and where it failed."""
        return self.record.error

    def _renew(self, event: StreamEvent) -> None:
        """Renew the record by an event that it does not contain yet."""
        if event.seq <= self.record.last_event:
            return
        match event.data:
            case ExperimentRecord() as record:
                self._record = record.model_copy(update=self._left_out(record))
            case MetricsRow() as row:
                self._record = after_epoch(self.record, row).model_copy(update={"last_event": event.seq})

    def _left_out(self, record: ExperimentRecord) -> dict[str, Any]:
        """What an event does not say of an experiment, as far as it is known: it follows from what is computed."""
        if record.fingerprint != self.record.fingerprint:
            return {}
        known = {name: getattr(self._record, name) for name in OF_ONE}
        return {name: value for name, value in known.items() if getattr(record, name) is None}

    def __repr__(self) -> str:
        done = f"{self.progress.epoch}/{self.progress.epochs}"
        return f"<Experiment {self.id} {self.name!r} {self.status} {done}>"

    def _repr_html_(self) -> str:
        return notebook.experiment_card(self.record)


def wait_seconds(deadline: Deadline) -> int:
    """Seconds that the service may keep a request that waits for an end."""
    return max(1, int(min(deadline.left(), LONGEST_WAIT)))


def after_epoch(record: ExperimentRecord, row: MetricsRow) -> ExperimentRecord:
    """The record once this epoch is done: its newest row, perhaps its best, and how far it is."""
    best = row if _improves(record, row) else record.best
    return record.model_copy(update={"latest": row, "best": best, "progress": _progress(record, row)})


def _improves(record: ExperimentRecord, row: MetricsRow) -> bool:
    """By the metric that the service chooses it by; one that is not known here never tells."""
    key = record.best_metric
    if key is None or key not in KEYS:
        return False
    return improves(metric(key), getattr(row, key), getattr(record.best, key, None))


def _progress(record: ExperimentRecord, row: MetricsRow) -> Progress:
    """The mean of the epochs that it has trained itself, for each epoch left."""
    before, trained = record.progress, row.epoch - (record.forked_epoch or 0)
    left, known = before.epochs - row.epoch, before.eta_seconds
    eta = None
    if record.status is Status.RUNNING:
        mean = row.seconds if known is None or trained < 2 else known / max(1, before.epochs - before.epoch)
        eta = round((mean * (trained - 1) + row.seconds) / trained * left, 3) if trained > 0 else None
    return Progress(epoch=row.epoch, epochs=before.epochs, eta_seconds=eta)
