"""`gradus watch`: a live view in a terminal, lines elsewhere, JSON lines for programs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

from gradus.cli import completion, ids, labels, output
from gradus.cli.commands.watch_view import LiveView
from gradus.cli.exit_codes import Exit, code_of_runs
from gradus.cli.options import Json, Url
from gradus.cli.run_state import RunState
from gradus.client import Client, StreamEvent
from gradus.status import EventKind, Status
from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.message import rfc3339

Runs = dict[str, RunState]
IdAndEvent = tuple[str, StreamEvent]


def watch(
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            help="Ids, their last characters, or `last`.  [default: all that are queued or running]",
            autocompletion=completion.experiments,
        ),
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Show runs live until they end; Ctrl-C leaves them running."""
    with Client(url) as client:
        chosen = ids.resolve_all(client, given) if given else _unfinished(client)
        if not chosen:
            output.note("no experiments are queued or running; to see the newest one: gradus watch last")
            return Exit.OK
        return watch_runs(client, list(map(RunState, chosen)), as_json=as_json)


def _unfinished(client: Client) -> list[str]:
    """The queued and running experiments, oldest first."""
    return sorted(run.id for run in client.experiments.list(status=(Status.RUNNING, Status.QUEUED)))


def watch_runs(client: Client, started: Sequence[RunState], *, as_json: bool = False) -> Exit:
    """Show runs until all have ended. Ctrl-C ends the watching, not the runs."""
    runs = {run.id: run for run in started}
    show = _json_lines if as_json else _live if output.on_terminal() else _plain
    try:
        show(runs, follow(client, list(runs)))
    except KeyboardInterrupt:
        note_still_running([run.id for run in runs.values() if not run.over])
        return Exit.INTERRUPTED
    return code_of_runs([run.status for run in runs.values()])


def wait_for(client: Client, experiment_ids: Sequence[str]) -> Sequence[ExperimentRecord] | None:
    """The experiments after all have ended. None after a Ctrl-C, which leaves them running."""
    runs = {one: RunState(one) for one in experiment_ids}
    try:
        for one, event in follow(client, experiment_ids):
            runs[one] = runs[one].after(event)
    except KeyboardInterrupt:
        note_still_running([run.id for run in runs.values() if not run.over])
        return None
    return [run.record for run in runs.values() if run.record is not None]


def follow(client: Client, experiment_ids: Sequence[str]) -> Iterator[IdAndEvent]:
    """The events of the experiments as they come, each with its experiment's id, until all have ended.

    Raises:
        GradusError: the service refused the stream, or has gone.
    """
    if len(experiment_ids) == 1:
        (one,) = experiment_ids
        return ((one, event) for event in client.experiments.get(one).events())
    return client.experiments.events_of(experiment_ids)


def event_document(event: StreamEvent) -> dict[str, Any]:
    """The event as a JSON document, in the form of the service's own streams."""
    envelope = {"seq": event.seq, "kind": event.kind, "at": rfc3339(event.at), "experiment_id": event.experiment_id}
    return {**envelope, "data": output.document(event.data)}


def note_still_running(experiment_ids: Sequence[str]) -> None:
    """Print a note that the runs continue, and how to watch them again."""
    if experiment_ids:
        runs = "The run continues" if len(experiment_ids) == 1 else "The runs continue"
        output.note("")
        output.note(f"{runs}. To watch again: gradus watch {' '.join(experiment_ids)}")


def _json_lines(runs: Runs, events: Iterable[IdAndEvent]) -> None:
    for one, event in events:
        runs[one] = runs[one].after(event)
        output.print_json_line(event_document(event))


def _plain(runs: Runs, events: Iterable[IdAndEvent]) -> None:
    for one, event in events:
        runs[one] = run = runs[one].after(event)
        label = f"{run.name}: " if len(runs) > 1 else ""
        line = labels.event_line(event.data, run.epochs)
        if line is not None and event.kind is not EventKind.END:
            output.say(f"{label}{line}")
        _print_failure(output.errors(), run, event.kind)


def _live(runs: Runs, events: Iterable[IdAndEvent]) -> None:
    console = output.console()
    try:
        with Live(
            get_renderable=lambda: LiveView(tuple(runs.values())), console=console, refresh_per_second=8, transient=True
        ):
            for one, event in events:
                runs[one] = run = runs[one].after(event)
                if isinstance(event.data, LogLine):
                    console.print(f"{run.name}: {event.data.message}")
                _print_failure(console, run, event.kind)
    finally:
        console.print(LiveView(tuple(runs.values()), whole=True))


def _print_failure(console: Console, run: RunState, kind: EventKind) -> None:
    if kind is EventKind.END and run.record is not None and run.record.error is not None:
        console.print(f"{run.name} failed, {labels.failure_line(run.record.error)}", style="red")
