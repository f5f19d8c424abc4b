"""`gradus lecture`: the lecture's two runs, live, beside the numbers that the lecture shows."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from rich.live import Live

from gradus.cli import output, words
from gradus.cli.exits import Exit, code_of_runs
from gradus.cli.feed import follow
from gradus.cli.lecture_table import comparison, curves, line, verdict
from gradus.cli.plot import plot
from gradus.cli.runs import Run
from gradus.cli.screen import Screen
from gradus.cli.service import Start, running
from gradus.client import Client, calls
from gradus.client.access import open_command
from gradus.errors import Conflict
from gradus.examples import ADAM_BATCH_NORM, DIGITS, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from gradus.status import EventKind, FailureCode
from gradus.wire.experiment import Failure, LogLine


def present(start: Start, *, once: bool) -> Exit:
    """Start the service, show the runs, and stay until Ctrl-C, or with `once` stop it all."""
    console = output.console()
    try:
        with running(start) as service, Client(service.access) as client:
            code = _show(console, client)
            link = f"{service.access.url}{client.send(calls.sign_in_link()).path}"
            console.print()
            console.print(f"Dashboard: {link}")
            console.print(f"(signs one browser in; {open_command(start.folder)} makes another link)")
            console.print(f"Docs page: {service.access.url}/docs, where both specs are among the examples.")
            if once or service.child is None:
                return code
            console.print("The service stays up. Ctrl-C stops it.")
            with suppress(KeyboardInterrupt):
                service.child.wait()
            return code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _show(console: Screen, client: Client) -> Exit:
    """The lecture's runs or, where their data cannot be had, a smaller one."""
    console.print()
    console.print("The lecture's question: which technique makes the model better? 784-300-100-10 on MNIST, batch 50.")
    if not client.send(calls.dataset("mnist")).available:
        console.print("MNIST is not on this machine yet: the first run downloads it (11 MB).")
    runs = _train(console, client, (GRADIENT_DESCENT, ADAM_BATCH_NORM))
    if wanting := [error.message for error in map(_data_error, runs) if error is not None]:
        console.print(f"The data cannot be had: {wanting[0]}")
        console.print("Training on the built-in digits instead.")
        runs = _train(console, client, (DIGITS,))
    _tell_end(console, runs)
    return code_of_runs([run.status for run in runs])


def _train(console: Screen, client: Client, specs: Sequence[Spec]) -> Sequence[Run]:
    """Submit the specs and show their epochs as they come; stops early where the data cannot be had."""
    records = [client.send(calls.create(spec, idempotency_key=str(uuid4()))) for spec in specs]
    runs = {record.id: Run(record.id, record) for record in records}
    watching = _live if sys.stdout.isatty() else _plain
    watching(console, client, runs)
    for run in runs.values():
        if not run.status.final:
            with suppress(Conflict):  # it may have failed by itself meanwhile
                client.send(calls.cancel(run.id))
    return list(runs.values())


def _live(console: Screen, client: Client, runs: dict[str, Run]) -> None:
    with Live(comparison(list(runs.values())), console=console, refresh_per_second=8) as live:
        for one, event in follow(client, list(runs)):
            runs[one] = runs[one].after(event)
            live.update(comparison(list(runs.values())))
            if isinstance(event.data, LogLine):
                console.print(f"{runs[one].name}: {event.data.message}")
            if _data_error(runs[one]) is not None:
                return


def _plain(console: Screen, client: Client, runs: dict[str, Run]) -> None:
    for one, event in follow(client, list(runs)):
        runs[one] = run = runs[one].after(event)
        if event.kind is EventKind.EPOCH:
            console.print(line(run))
        elif isinstance(event.data, LogLine):
            console.print(f"{run.name}: {event.data.message}")
        if _data_error(run) is not None:
            return
    console.print(comparison(list(runs.values())))


def _data_error(run: Run) -> Failure | None:
    """What was wrong with its data set, if it failed for that."""
    error = run.record.error if run.record is not None else None
    return error if error is not None and error.code is FailureCode.DATA_ERROR else None


def _tell_end(console: Screen, runs: Sequence[Run]) -> None:
    picture = plot(curves(runs), "Test accuracy after each epoch", console.width)
    if picture is not None:
        console.print(picture)
    for run in runs:
        if run.record is not None and run.record.error is not None:
            console.print(f"{run.name} failed, {words.failure_line(run.record.error)}", style="red")
        elif run.rows:
            console.print(verdict(run))
