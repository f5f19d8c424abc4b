"""`gradus logs`."""

from contextlib import closing
from datetime import datetime
from typing import Annotated

import typer

from gradus.cli import ids, labels, output
from gradus.cli.commands.watch import event_document, note_still_running
from gradus.cli.exit_codes import Exit
from gradus.cli.options import Id, Json, Url
from gradus.client import Client, StreamEvent
from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord


def logs(
    given: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing until the experiment ends.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit | None:
    """Print the log of an experiment."""
    with Client(url) as client:
        return print_log(client, ids.resolve(client, given), follow=follow, as_json=as_json)


def print_log(client: Client, experiment_id: str, *, follow: bool, as_json: bool) -> Exit | None:
    """Print the events so far or, with `follow`, until the experiment ends. Ctrl-C leaves it running."""
    experiment = client.experiments.get(experiment_id)
    lines = _Lines(dated=not output.on_terminal())
    try:
        with closing(experiment.events(follow=follow)) as events:
            for event in events:
                output.print_json_line(event_document(event)) if as_json else lines.print(event)
    except KeyboardInterrupt:
        note_still_running([experiment_id])
        return Exit.INTERRUPTED
    if not as_json:
        lines.print_failure(experiment.refresh().record)
    return None


class _Lines:
    """Prints events for people."""

    def __init__(self, *, dated: bool) -> None:
        self._dated = dated
        """Whether each line shows its date and UTC offset; else a separate line shows them when they change."""
        self._day, self._epochs, self._failed = "", 0, False
        self._status: str | None = None

    def print(self, event: StreamEvent) -> None:
        """Print one event. An event that repeats the status, as `end` and a change of name do, is not printed; a
        failure is."""
        repeated = event.kind is EventKind.END
        if isinstance(event.data, ExperimentRecord):
            repeated |= event.data.status == self._status
            self._epochs, self._status = event.data.progress.epochs, event.data.status
        if not repeated:
            if (line := labels.event_line(event.data, self._epochs)) is not None:
                self._print(event.at, line)
        elif isinstance(event.data, ExperimentRecord):
            self.print_failure(event.data)

    def print_failure(self, record: ExperimentRecord) -> None:
        """Print why the experiment failed, unless the printed log says so already. Old log lines may have been
        deleted."""
        if record.error is not None and not self._failed:
            self._print(record.finished_at, labels.failure_line(record.error))
        self._failed = record.error is not None

    def _print(self, moment: datetime | None, text: str) -> None:
        stamp = labels.moment(moment) if moment else ""
        if self._dated:
            output.say(f"{stamp:25}  {text}")
            return
        day = f"{stamp[:10]} UTC{stamp[19:]}"
        if moment and day != self._day:
            output.say(day)
            self._day = day
        output.say(f"{stamp[11:19]:8}  {text}")
