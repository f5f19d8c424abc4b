"""How far an experiment's log was read, and where in it the stream over everything is."""

from gradus.client.stream import StreamEvent
from gradus.status import EventKind

Said = tuple[EventKind, str]


class LogPlace:
    """Of one experiment."""

    def __init__(self) -> None:
        self.seen = 0
        """The number of the newest event that was read."""
        self.ended = False
        """Whether that was its end."""
        self._next: int | None = None
        """The number of the event that the stream tells next, once that is known."""
        self._read: list[tuple[int, Said]] = []
        self._heard: list[Said] = []

    def read(self, event: StreamEvent) -> None:
        """The next event of the log."""
        self.seen, self.ended = event.seq, event.kind is EventKind.END
        if self._next is None:
            self._read.append((event.seq, _said(event)))

    def hear(self, event: StreamEvent) -> int | None:
        """The number of the event that the stream tells; None while that cannot be known."""
        if self._next is None:
            self._heard.append(_said(event))
            return None
        self._next += 1
        return self._next - 1

    def lose(self) -> None:
        """The stream has told what cannot be read: of what follows, only the log knows the numbers."""
        self._next, self._read, self._heard = None, [], []

    def match(self) -> None:
        """Now that the log was read to an end: the stream's place in it, if what it told stands there but once."""
        said, heard = [one for _, one in self._read], self._heard
        ends = [i + len(heard) for i in range(len(said) - len(heard) + 1) if said[i : i + len(heard)] == heard]
        if len(ends) == 1:
            self._next = self._read[ends[0] - 1][0] + 1
            self._read, self._heard = [], []


def _said(event: StreamEvent) -> Said:
    return event.kind, event.data.model_dump_json()
