"""An experiment's log as lines: a moment where one is known, and what happened."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime

from gradus.cli import output, words
from gradus.cli.exits import Exit
from gradus.cli.feed import document
from gradus.cli.watch import say_that_they_go_on
from gradus.client import Client, StreamEvent, calls
from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord


def print_log(client: Client, experiment_id: str, *, follow: bool, as_json: bool) -> Exit | None:
    """Every event so far or, with `follow`, to the end. Ctrl-C leaves the run alive."""
    newest = client.send(calls.experiment(experiment_id)).last_event
    lines = _Lines(whole=not output.on_terminal())
    try:
        with closing(client.experiments.events(experiment_id)) as events:
            for event in events if follow else _so_far(events, newest):
                output.print_json_line(document(event)) if as_json else lines.print(event)
    except KeyboardInterrupt:
        say_that_they_go_on([experiment_id])
        return Exit.INTERRUPTED
    if not as_json:
        lines.print_failure(client.send(calls.experiment(experiment_id)))
    return None


class _Lines:
    """What is printed for people."""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        """Whether each line has its date and offset; else a line of their own where they change."""
        self._day, self._epochs, self._failed = "", 0, False

    def print(self, event: StreamEvent) -> None:
        """The `end` says no more than the status before it, unless it failed."""
        if isinstance(event.data, ExperimentRecord):
            self._epochs = event.data.progress.epochs
        if event.kind is not EventKind.END:
            self._say(event.at, words.event_line(event.data, self._epochs))
        elif isinstance(event.data, ExperimentRecord):
            self.print_failure(event.data)

    def print_failure(self, record: ExperimentRecord) -> None:
        """Why it failed, if it did and that was not printed: its log may be kept no longer."""
        if record.error is not None and not self._failed:
            self._say(record.finished_at, words.failure_line(record.error))
        self._failed = record.error is not None

    def _say(self, moment: datetime | None, text: str) -> None:
        stamp = words.moment(moment) if moment else ""
        if self._whole:
            output.say(f"{stamp:25}  {text}")
            return
        day = f"{stamp[:10]} UTC{stamp[19:]}"
        if moment and day != self._day:
            output.say(day)
            self._day = day
        output.say(f"{stamp[11:19]:8}  {text}")


def _so_far(events: Iterable[StreamEvent], newest: int) -> Iterator[StreamEvent]:
    """The events to the newest one; one more has to come where that was an `end` that was taken back meanwhile."""
    for event in events:
        if event.seq <= newest:
            yield event
        if event.seq >= newest:
            return
