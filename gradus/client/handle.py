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
"""Maximum seconds that the service lets a request wait."""


class Named(Protocol):
    """A record of something with an id."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Display name."""


N = TypeVar("N", bound=Named)


class Handle(Resource[T_co], Generic[N, T_co]):
    """The last known state of a resource, and the transport for requests about it."""

    _family: ClassVar[str]
    """The resource's collection in URLs, such as `experiments`."""

    def __init__(self, transport: T_co, record: N) -> None:
        super().__init__(transport)
        self._record = record

    @property
    def id(self) -> str:
        """Its id."""
        return self._record.id

    @property
    def name(self) -> str:
        """Display name."""
        return self._record.name

    @property
    def url(self) -> str:
        """The URL of its page in the dashboard."""
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
        """The service's newest answer about the experiment."""
        return self._record

    @property
    def tags(self) -> tuple[str, ...]:
        """Labels for filters."""
        return self.record.tags

    @property
    def notes(self) -> str:
        """Free-form notes."""
        return self.record.notes

    @property
    def status(self) -> Status | UnknownStatus:
        """The last known status."""
        return self.record.status

    @property
    def over(self) -> bool:
        """Whether the experiment had ended."""
        return self.record.over

    @property
    def spec(self) -> Spec | dict[str, Any]:
        """The resolved spec, with every default written out. A dictionary if the spec needs a newer client."""
        return self.record.spec

    @property
    def progress(self) -> Progress:
        """The last known progress."""
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
        """Update the record from an event that it does not contain yet."""
        if event.seq <= self.record.last_event:
            return
        match event.data:
            case ExperimentRecord() as record:
                self._record = record.model_copy(update=self._left_out(record))
            case MetricsRow() as row:
                self._record = after_epoch(self.record, row).model_copy(update={"last_event": event.seq})

    def _left_out(self, record: ExperimentRecord) -> dict[str, Any]:
        """The known facts that a record in an event omits. They stay valid while the fingerprint is the same."""
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
    """Seconds that the service may hold a request that waits for an end."""
    return max(1, int(min(deadline.left(), LONGEST_WAIT)))


def after_epoch(record: ExperimentRecord, row: MetricsRow) -> ExperimentRecord:
    """The record after this epoch, with the newest row, the best row if this epoch is the best so far, and the
    progress."""
    best = row if _improves(record, row) else record.best
    return record.model_copy(update={"latest": row, "best": best, "progress": _progress(record, row)})


def _improves(record: ExperimentRecord, row: MetricsRow) -> bool:
    """Whether the row is the best so far, by the metric that the service uses; False if the metric is unknown."""
    key = record.best_metric
    if key is None or key not in KEYS:
        return False
    return improves(metric(key), getattr(row, key), getattr(record.best, key, None))


def _progress(record: ExperimentRecord, row: MetricsRow) -> Progress:
    """The progress after a row. The time left is the epochs left times the mean duration of the epochs that the
    experiment itself has trained."""
    before, trained = record.progress, row.epoch - (record.forked_epoch or 0)
    left, known = before.epochs - row.epoch, before.eta_seconds
    eta = None
    if record.status is Status.RUNNING:
        mean = row.seconds if known is None or trained < 2 else known / max(1, before.epochs - before.epoch)
        eta = round((mean * (trained - 1) + row.seconds) / trained * left, 3) if trained > 0 else None
    return Progress(epoch=row.epoch, epochs=before.epochs, eta_seconds=eta)
