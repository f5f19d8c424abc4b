"""Watch runs to their end: a live table in a terminal, plain lines elsewhere, JSON lines for programs."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.live import Live

from gradus.cli import output, words
from gradus.cli.board import Board
from gradus.cli.exits import Exit, code_of_runs
from gradus.cli.feed import Told, document, follow
from gradus.cli.runs import Run
from gradus.client import Client
from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord, LogLine

Runs = dict[str, Run]


def watch(client: Client, begun: Sequence[Run], *, as_json: bool = False) -> Exit:
    """Show every run until all are over. Ctrl-C stops the watching, never the runs."""
    runs = {run.id: run for run in begun}
    show = _json_lines if as_json else _live if output.on_terminal() else _plain
    try:
        show(runs, follow(client, list(runs)))
    except KeyboardInterrupt:
        say_that_they_go_on([run.id for run in runs.values() if not run.status.final])
        return Exit.INTERRUPTED
    return code_of_runs([run.status for run in runs.values()])


def _json_lines(runs: Runs, events: Iterable[Told]) -> None:
    for one, event in events:
        runs[one] = runs[one].after(event)
        output.print_json_line(document(event))


def _plain(runs: Runs, events: Iterable[Told]) -> None:
    for one, event in events:
        runs[one] = run = runs[one].after(event)
        label = f"{run.name}: " if len(runs) > 1 else ""
        line = words.event_line(event.data, run.epochs)
        if event.kind is not EventKind.END:
            output.say(f"{label}{line}")
        _tell_failure(output.errors(), run, event.kind)


def _live(runs: Runs, events: Iterable[Told]) -> None:
    console = output.console()
    try:
        with Live(
            get_renderable=lambda: Board(tuple(runs.values())), console=console, refresh_per_second=8, transient=True
        ):
            for one, event in events:
                runs[one] = run = runs[one].after(event)
                if isinstance(event.data, LogLine) and run.download is None:
                    console.print(f"{run.name}: {event.data.message}")
                _tell_failure(console, run, event.kind)
    finally:
        console.print(Board(tuple(runs.values()), whole=True))


def _tell_failure(console: Console, run: Run, kind: EventKind) -> None:
    if kind is EventKind.END and run.record is not None and run.record.error is not None:
        console.print(f"{run.name} failed, {words.failure_line(run.record.error)}", style="red")


def wait(client: Client, ids: Sequence[str]) -> Sequence[ExperimentRecord] | None:
    """The experiments at their end; says nothing meanwhile. None after a Ctrl-C, which leaves them running."""
    runs = {one: Run(one) for one in ids}
    try:
        for one, event in follow(client, ids):
            runs[one] = runs[one].after(event)
    except KeyboardInterrupt:
        say_that_they_go_on([run.id for run in runs.values() if not run.status.final])
        return None
    return [run.record for run in runs.values() if run.record is not None]


def say_that_they_go_on(ids: Sequence[str]) -> None:
    """What happens to runs that nobody watches any more, and how to come back to them."""
    if ids:
        runs = "The run goes" if len(ids) == 1 else "The runs go"
        output.talk("")
        output.talk(f"{runs} on. To come back: gradus watch {' '.join(ids)}")
