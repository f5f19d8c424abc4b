"""What a stream can follow: one experiment's log, or a workspace's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from api.streaming.encodings import Encoding
from api.streaming.log_event import LogEvent, log_event
from gradus.status import EventKind
from hub.experiments import events, experiments
from hub.hub import Hub

PAGE, PAGE_BYTES = 200, 32 << 10
"""Rows and bytes that are read at once. A stream whose client does not read holds a page, and thousands may."""


class ExperimentDeleted(Exception):
    """The experiment was deleted."""


@dataclass(frozen=True)
class Page:
    """The next notes of a log."""

    log_events: Sequence[LogEvent]

    @property
    def more(self) -> bool:
        """Whether the log may go on behind them."""
        return (
            len(self.log_events) == PAGE or sum(len(log_event.envelope) for log_event in self.log_events) >= PAGE_BYTES
        )


class EventSource(Protocol):
    """A numbered sequence of notes."""

    @property
    def key(self) -> str:
        """What to ask the tail for."""

    def read(self, hub: Hub, after: int) -> Page:
        """A page of the notes with numbers greater than `after`.

        Raises:
            LogGone: nothing will ever follow.
        """

    def number(self, log_event: LogEvent) -> int:
        """Its number in this log."""

    def encode(self, log_event: LogEvent, encoding: Encoding) -> bytes:
        """Its bytes in this log's stream."""

    def ends_with(self, log_event: LogEvent) -> bool:
        """Whether nothing follows a note that is the newest."""


@dataclass(frozen=True)
class ExperimentLog:
    """An experiment's own."""

    key: str

    def read(self, hub: Hub, after: int) -> Page:
        with hub.read() as session:
            log_events = tuple(
                log_event(row) for row in events.of_experiment(session, self.key, after, PAGE, PAGE_BYTES)
            )
            if not log_events and experiments.get(session, self.key) is None:
                raise ExperimentDeleted
        return Page(log_events)

    def number(self, log_event: LogEvent) -> int:
        return log_event.seq

    def encode(self, log_event: LogEvent, encoding: Encoding) -> bytes:
        return log_event.own_bytes(encoding)

    def ends_with(self, log_event: LogEvent) -> bool:
        return log_event.kind == EventKind.END


@dataclass(frozen=True)
class WorkspaceLog:
    """Everything that a workspace's keys may see."""

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
