"""A run: what was last heard of an experiment, and what can be done with it."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, Generic, Never, ParamSpec, Self, overload

from gradus.client import calls, pages
from gradus.client.calls import Call
from gradus.client.drawing import POINTS, draw_run, frame
from gradus.client.face import Face, P, asks, looking_like, method_of, sends_its, shown, tells
from gradus.client.flows import all_metrics, ended, send
from gradus.client.follow import follow
from gradus.client.patience import PATIENCE
from gradus.client.progress import after_epoch
from gradus.client.steps import Flow
from gradus.client.stream import StreamEvent
from gradus.client.watching import watch
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord, Failure, Progress
from gradus.wire.metrics import MetricsPage, MetricsRow
from gradus.wire.tolerant import UnknownStatus

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

    from gradus.client.awaiting import Awaiting
    from gradus.client.waiting import Waiting

A = ParamSpec("A")


class Hands(Generic[A]):
    """A method that comes to a run, which has the face of the object that it came from."""

    def __init__(self, flow: "Callable[Concatenate[Any, A], Flow[Any, Run[Any]]]") -> None:
        self.flow = shown(flow)
        self.__doc__ = flow.__doc__

    @overload
    def __get__(self, here: None, owner: object) -> Self: ...
    @overload
    def __get__(self, here: "Face[Waiting]", owner: object) -> "Callable[A, Run[Waiting]]": ...
    @overload
    def __get__(self, here: "Face[Awaiting]", owner: object) -> "Callable[A, Coroutine[Any, Any, Run[Awaiting]]]": ...
    def __get__(self, here: Face[Any] | None, owner: object) -> Any:
        return self if here is None else method_of(self.flow, here, here._performer.run)


class Host(Face[P]):
    """Something that hands out runs."""

    def run_of(self, record: ExperimentRecord) -> "Run[P]":
        """The run of this record."""
        return Run(self._performer, record)


def hands(call: Callable[A, Call[ExperimentRecord]]) -> Hands[A]:
    """The method that sends this call and hands out its run."""

    def flow(host: Host[Any], /, *args: A.args, **options: A.kwargs) -> "Flow[Any, Run[Any]]":
        return host.run_of((yield from send(call(*args, **options))))

    return Hands(looking_like(call, flow))


def hands_its(call: Callable[Concatenate[str, A], Call[ExperimentRecord]]) -> Hands[A]:
    """The method that sends this call about the run that it belongs to."""

    def flow(run: "Run[Any]", /, *args: A.args, **options: A.kwargs) -> "Flow[Any, Run[Any]]":
        return run.run_of((yield from send(call(run.id, *args, **options))))

    return Hands(looking_like(call, flow, without=1))


class Run(Host[P]):
    """What was last heard of an experiment, `record`, which every answer about it renews, and what can be done with it.

    With an `AsyncClient` every method is awaited, and `watch` and `events` want `async for`.
    """

    def __init__(self, performer: P, record: ExperimentRecord) -> None:
        super().__init__(performer)
        self.record = record

    refresh = hands_its(calls.experiment)
    update = hands_its(calls.update)
    cancel = hands_its(calls.cancel)
    pause = hands_its(calls.pause)
    resume = hands_its(calls.resume)
    extend = hands_its(calls.extend)
    fork = hands_its(calls.fork)
    delete = sends_its(calls.delete)
    checkpoints = sends_its(calls.checkpoints)

    @asks
    def metrics(self, *, after: int = 0, wait: int = 0, max_points: int | None = None) -> Flow[Never, MetricsPage]:
        """The rows after epoch `after`; with `wait`, as soon as there is one or after so many seconds (at most 60)."""
        return self._metrics(after=after, wait=wait, max_points=max_points)

    @tells
    def watch(self, *, after: int = 0, patience: float = PATIENCE) -> Flow[MetricsRow, ExperimentRecord]:
        """Its metrics rows after epoch `after` as they come, each once and in order, to its end.

        A lost connection is taken up again where it broke; given up after `patience` seconds. Where its sweep tries it
        again meanwhile, its rows begin again at epoch 1; later watchers are told those alone.
        """
        return watch(self.id, after, patience, self._hear)

    @tells
    def events(self, *, after: int = 0, patience: float = PATIENCE) -> Flow[StreamEvent, ExperimentRecord]:
        """Its events after number `after` as they come, each once and in order, to its end."""

        def pick(event: StreamEvent) -> list[StreamEvent]:
            self._hear(event)
            return [event]

        return follow(self.id, pick, after, patience)

    @asks
    def wait(self, timeout: float | None = None) -> "Flow[Never, Run[P]]":
        """Itself at its end, however that came about.

        Raises:
            TimeoutError: it is not over after so many seconds; it goes on.
        """
        return self.run_of((yield from ended(self.id, timeout)))

    @asks
    def to_frame(self) -> "Flow[Never, DataFrame]":
        """Its metrics as a pandas frame, one row for each epoch.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame((yield from self._metrics()).data)

    @asks
    def plot(self, *, log: bool = False) -> "Flow[Never, Figure]":
        """Its curves as a plotly figure, which a notebook shows; `log` for losses on a logarithmic axis.

        Raises:
            ImportError: plotly is not installed.
        """
        rows = (yield from self._metrics(max_points=POINTS)).data
        return draw_run(self.record, rows, log=log)

    @property
    def id(self) -> str:
        """Of the experiment."""
        return self.record.id

    @property
    def name(self) -> str:
        """For people."""
        return self.record.name

    @property
    def status(self) -> Status | UnknownStatus:
        """What it was doing."""
        return self.record.status

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

    def run_of(self, record: ExperimentRecord) -> "Run[P]":
        """Itself, which now knows more; a run of its own for another experiment."""
        if record.id != self.id:
            return super().run_of(record)
        self.record = record
        return self

    def _hear(self, event: StreamEvent) -> None:
        match event.data:
            case ExperimentRecord() as record:
                self.record = record
            case MetricsRow() as row:
                self.record = after_epoch(self.record, row)

    def _metrics(self, **options: Any) -> Flow[Never, MetricsPage]:
        """Rows; where they tell of more than is known here, the record is renewed too."""
        page = yield from all_metrics(self.id, **options)
        if (page.status, page.last_epoch) != (self.status, self.progress.epoch):
            self.run_of((yield from send(calls.experiment(self.id))))
        return page

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        done = f"{self.progress.epoch}/{self.progress.epochs}"
        return f"<Run {self.id} {self.name!r} {self.status} {done}>"

    def _repr_html_(self) -> str:
        return pages.card(self.record)


AsyncRun = Run["Awaiting"]
"""What an `AsyncClient` hands out."""
