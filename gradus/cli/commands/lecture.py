"""`gradus lecture`: the lecture's two runs, live, next to the results that the lecture shows."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

import typer
from rich.live import Live

from gradus.cli import labels, output
from gradus.cli.commands.lecture_view import accuracies, comparison, line, plot, verdict
from gradus.cli.commands.watch import follow
from gradus.cli.console import Screen
from gradus.cli.embedded import ServiceOptions, running_service
from gradus.cli.exit_codes import Exit, code_of_runs
from gradus.cli.options import Data, Port
from gradus.cli.run_state import RunState
from gradus.client import Client
from gradus.data_folder import open_command
from gradus.errors import Conflict
from gradus.examples import ADAM_BATCH_NORM, DIGITS, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from gradus.status import EventKind, FailureCode
from gradus.wire.experiment import Failure, LogLine


def lecture(
    data: Data = None,
    port: Port = 8000,
    once: Annotated[bool, typer.Option("--once", help="Stop the service when the runs have ended.")] = False,
) -> Exit:
    """Train the lecture's two networks and compare them with its results.

    The service keeps running afterwards, until Ctrl-C.
    """
    options = ServiceOptions(data, "127.0.0.1", port, None)
    console = output.console()
    try:
        with (
            running_service(options) as service,
            Client(service.credentials.url, key=service.credentials.key) as client,
        ):
            code = _show(console, client)
            link = f"{service.credentials.url}{client.keys.sign_in_link().path}"
            console.print()
            console.print(f"Dashboard: {link}")
            console.print(f"(signs one browser in; {open_command(options.folder)} creates another link)")
            console.print(f"API documentation: {service.credentials.url}/docs, with both specs among the examples.")
            if once or service.child is None:
                return code
            console.print("The service keeps running. Ctrl-C stops it.")
            with suppress(KeyboardInterrupt):
                service.child.wait()
            return code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _show(console: Screen, client: Client) -> Exit:
    """The lecture's runs, or a smaller one if their data are not available."""
    console.print()
    console.print("The lecture's question: which technique makes the model better? 784-300-100-10 on MNIST, batch 50.")
    if not client.datasets.get("mnist").record.available:
        console.print("MNIST is not on this machine yet: the first run downloads it (11 MB).")
    runs = _train(console, client, (GRADIENT_DESCENT, ADAM_BATCH_NORM))
    if missing := [error.message for error in map(_data_error, runs) if error is not None]:
        console.print(f"The data are not available: {missing[0]}")
        console.print("Training on the built-in digits data set instead.")
        runs = _train(console, client, (DIGITS,))
    _print_results(console, runs)
    return code_of_runs([run.status for run in runs])


def _train(console: Screen, client: Client, specs: Sequence[Spec]) -> Sequence[RunState]:
    """Submit the specs and show their epochs as they come; stops early if the data are not available."""
    records = [client.experiments.create(spec).record for spec in specs]
    runs = {record.id: RunState(record.id, record) for record in records}
    watching = _live if sys.stdout.isatty() else _plain
    watching(console, client, runs)
    for run in runs.values():
        if not run.over:
            with suppress(Conflict):  # it has ended in the meantime
                client.experiments.get(run.id).cancel()
    return list(runs.values())


def _live(console: Screen, client: Client, runs: dict[str, RunState]) -> None:
    with Live(comparison(list(runs.values())), console=console, refresh_per_second=8) as live:
        for one, event in follow(client, list(runs)):
            runs[one] = runs[one].after(event)
            live.update(comparison(list(runs.values())))
            if isinstance(event.data, LogLine):
                console.print(f"{runs[one].name}: {event.data.message}")
            if _data_error(runs[one]) is not None:
                return


def _plain(console: Screen, client: Client, runs: dict[str, RunState]) -> None:
    for one, event in follow(client, list(runs)):
        runs[one] = run = runs[one].after(event)
        if event.kind is EventKind.EPOCH:
            console.print(line(run))
        elif isinstance(event.data, LogLine):
            console.print(f"{run.name}: {event.data.message}")
        if _data_error(run) is not None:
            return
    console.print(comparison(list(runs.values())))


def _data_error(run: RunState) -> Failure | None:
    """The error of a run that failed because of its data set."""
    error = run.record.error if run.record is not None else None
    return error if error is not None and error.code is FailureCode.DATA_ERROR else None


def _print_results(console: Screen, runs: Sequence[RunState]) -> None:
    picture = plot(accuracies(runs), "Test accuracy after each epoch", console.width)
    if picture is not None:
        console.print(picture)
    for run in runs:
        if run.record is not None and run.record.error is not None:
            console.print(f"{run.name} failed, {labels.failure_line(run.record.error)}", style="red")
        elif run.rows:
            console.print(verdict(run))
