"""Watch runs to their end: a live table in a terminal, plain lines elsewhere, JSON lines for programs."""

import json
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.live import Live

from gradus.cli import words
from gradus.cli.board import board
from gradus.cli.exits import Exit, code_of_runs
from gradus.cli.feed import Told, follow
from gradus.cli.runs import Run
from gradus.client import Client
from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord, LogLine


def watch(client: Client, ids: Sequence[str], *, as_json: bool = False) -> Exit:
    """Show every run until all are over. Ctrl-C stops the watching, never the runs."""
    ids = list(dict.fromkeys(ids))
    try:
        events = follow(client, ids)
        if as_json:
            return _json_lines(ids, events)
        return _live(ids, events) if sys.stdout.isatty() else _plain(ids, events)
    except KeyboardInterrupt:
        _say_that_they_go_on(ids)
        return Exit.INTERRUPTED


def _json_lines(ids: Sequence[str], events: Iterable[Told]) -> Exit:
    runs = {one: Run(one) for one in ids}
    for one, event in events:
        runs[one] = runs[one].after(event)
        line = {"id": one, "seq": event.seq, "event": event.kind, "data": json.loads(event.data.model_dump_json())}
        print(json.dumps(line), flush=True)
    return _code(runs)


def _plain(ids: Sequence[str], events: Iterable[Told]) -> Exit:
    runs = {one: Run(one) for one in ids}
    for one, event in events:
        runs[one] = run = runs[one].after(event)
        label = f"{run.name}: " if len(ids) > 1 else ""
        if event.kind is EventKind.EPOCH:
            print(f"{label}{words.epoch_line(run.rows[-1], run.epochs)}", flush=True)
        elif event.kind is EventKind.STATUS:
            print(f"{label}{run.status}", flush=True)
        elif isinstance(event.data, LogLine):
            print(f"{label}{event.data.message}", flush=True)
        _tell_failure(Console(stderr=True), run, event.kind)
    return _code(runs)


def _live(ids: Sequence[str], events: Iterable[Told]) -> Exit:
    runs = {one: Run(one) for one in ids}
    console = Console()
    with Live(board(list(runs.values())), console=console, refresh_per_second=8) as live:
        for one, event in events:
            runs[one] = run = runs[one].after(event)
            if isinstance(event.data, LogLine):
                console.print(f"{run.name}: {event.data.message}", markup=False, highlight=False)
            _tell_failure(console, run, event.kind)
            live.update(board(list(runs.values())))
    return _code(runs)


def _tell_failure(console: Console, run: Run, kind: EventKind) -> None:
    if kind is EventKind.END and run.record is not None and run.record.error is not None:
        console.print(f"{run.name} failed, {words.failure_line(run.record.error)}", style="red", markup=False)


def _code(runs: dict[str, Run]) -> Exit:
    return code_of_runs([run.status for run in runs.values()])


def wait(client: Client, experiment_id: str) -> ExperimentRecord | None:
    """The experiment at its end; says nothing meanwhile. None after a Ctrl-C, which leaves it running."""
    run = Run(experiment_id)
    try:
        for event in client.events(experiment_id):
            run = run.after(event)
    except KeyboardInterrupt:
        _say_that_they_go_on([experiment_id])
        return None
    return run.record


def _say_that_they_go_on(ids: Sequence[str]) -> None:
    runs = "The run goes" if len(ids) == 1 else "The runs go"
    sys.stderr.write(f"\n{runs} on. To come back: gradus watch {' '.join(ids)}\n")
