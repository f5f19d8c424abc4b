"""Sources of a stream: the log of an experiment, of a workspace, or of a data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from api.streaming.encodings import Encoding
from api.streaming.log_event import LogEvent, dataset_log_event, log_event
from gradus.status import EventKind
from hub.datasets import events as dataset_events
from hub.experiments import events, experiments
from hub.hub import Hub
from hub.tables import DatasetRow

PAGE, PAGE_BYTES = 200, 32 << 10
"""Limits of one read. A stream with a slow client holds one page in memory, and thousands of streams may do so."""


class LogDeleted(Exception):
    """The experiment or the data set was deleted."""


@dataclass(frozen=True)
class Page:
    """The next events of a log."""

    log_events: Sequence[LogEvent]

    @property
    def more(self) -> bool:
        """Whether the log may have events after this page."""
        return (
            len(self.log_events) == PAGE or sum(len(log_event.envelope) for log_event in self.log_events) >= PAGE_BYTES
        )


class EventSource(Protocol):
    """A log: a numbered sequence of events."""

    @property
    def key(self) -> str:
        """The id under which to subscribe to this log at the broadcaster."""

    def read(self, hub: Hub, after: int) -> Page:
        """Read a page of the events with numbers greater than `after`.

        Raises:
            LogDeleted: the log no longer exists.
        """

    def number(self, log_event: LogEvent) -> int:
        """The event's number in this log."""

    def encode(self, log_event: LogEvent, encoding: Encoding) -> bytes:
        """The event's bytes in this log's stream."""

    def ends_with(self, log_event: LogEvent) -> bool:
        """Whether the log ends with this event, provided that it is the newest."""


@dataclass(frozen=True)
class _OwnLog:
    """The log of one experiment or data set. Its events are numbered 1, 2, 3 …, and it ends."""

    key: str

    def number(self, log_event: LogEvent) -> int:
        return log_event.seq

    def encode(self, log_event: LogEvent, encoding: Encoding) -> bytes:
        return log_event.own_bytes(encoding)

    def ends_with(self, log_event: LogEvent) -> bool:
        return log_event.kind == EventKind.END


@dataclass(frozen=True)
class ExperimentLog(_OwnLog):
    """The log of one experiment."""

    def read(self, hub: Hub, after: int) -> Page:
        with hub.read() as session:
            log_events = tuple(
                log_event(row) for row in events.of_experiment(session, self.key, after, PAGE, PAGE_BYTES)
            )
            if not log_events and experiments.get(session, self.key) is None:
                raise LogDeleted("the experiment was deleted")
        return Page(log_events)


@dataclass(frozen=True)
class DatasetLog(_OwnLog):
    """The log of one data set."""

    def read(self, hub: Hub, after: int) -> Page:
        with hub.read() as session:
            log_events = tuple(
                dataset_log_event(row) for row in dataset_events.of_dataset(session, self.key, after, PAGE)
            )
            if not log_events and session.get(DatasetRow, self.key) is None:
                raise LogDeleted("the data set was deleted")
        return Page(log_events)


@dataclass(frozen=True)
class WorkspaceLog:
    """The log of all experiments of a workspace."""

    key: str

    def read(self, hub: Hub, after: int) -> Page:
        with hub.read() as session:
            log_events = tuple(
                log_event(row) for row in events.of_workspace(session, self.key, after, PAGE, PAGE_BYTES)
            )
        return Page(log_events)

    def number(self, log_event: LogEvent) -> int:
        return log_event.number

    def encode(self, log_event: LogEvent, encoding: Encoding) -> bytes:
        return log_event.workspace_bytes(encoding)

    def ends_with(self, log_event: LogEvent) -> bool:  # noqa: ARG002
        return False
