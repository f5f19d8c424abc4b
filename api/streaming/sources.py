"""What a stream can follow: one experiment's log, or a workspace's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from api.streaming.encodings import Form
from api.streaming.log_event import Note, note
from gradus.status import EventKind
from hub.experiments import events, experiments
from hub.hub import Hub

PAGE, PAGE_BYTES = 200, 32 << 10
"""Rows and bytes that are read at once. A stream whose client does not read holds a page, and thousands may."""


class LogGone(Exception):
    """The experiment was deleted."""


@dataclass(frozen=True)
class Page:
    """The next notes of a log."""

    notes: Sequence[Note]

    @property
    def more(self) -> bool:
        """Whether the log may go on behind them."""
        return len(self.notes) == PAGE or sum(len(note.envelope) for note in self.notes) >= PAGE_BYTES


class Log(Protocol):
    """A numbered sequence of notes."""

    @property
    def key(self) -> str:
        """What to ask the tail for."""

    def read(self, hub: Hub, after: int) -> Page:
        """A page of the notes with numbers greater than `after`.

        Raises:
            LogGone: nothing will ever follow.
        """

    def number(self, note: Note) -> int:
        """Its number in this log."""

    def encode(self, note: Note, form: Form) -> bytes:
        """Its bytes in this log's stream."""

    def ends_with(self, note: Note) -> bool:
        """Whether nothing follows a note that is the newest."""


@dataclass(frozen=True)
class OneLog:
    """An experiment's own."""

    key: str

    def read(self, hub: Hub, after: int) -> Page:
        with hub.read() as session:
            notes = tuple(note(row) for row in events.of_experiment(session, self.key, after, PAGE, PAGE_BYTES))
            if not notes and experiments.get(session, self.key) is None:
                raise LogGone
        return Page(notes)

    def number(self, note: Note) -> int:
        return note.seq

    def encode(self, note: Note, form: Form) -> bytes:
        return note.own(form)

    def ends_with(self, note: Note) -> bool:
        return note.kind == EventKind.END


@dataclass(frozen=True)
class WorkspaceLog:
    """Everything that a workspace's keys may see."""

    key: str

    def read(self, hub: Hub, after: int) -> Page:
        with hub.read() as session:
            notes = tuple(note(row) for row in events.of_workspace(session, self.key, after, PAGE, PAGE_BYTES))
        return Page(notes)

    def number(self, note: Note) -> int:
        return note.number

    def encode(self, note: Note, form: Form) -> bytes:
        return note.among_all(form)

    def ends_with(self, note: Note) -> bool:  # noqa: ARG002
        return False
