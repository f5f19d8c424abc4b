"""`gradus ls`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from gradus.cli import completion, ids, labels, output, tables
from gradus.cli.console import one_line
from gradus.cli.options import Json, Limit, Quiet, Url, at_most_one
from gradus.client import Client
from gradus.metrics import metrics_of
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord


def ls(  # noqa: PLR0913, PLR0917 (each is an option)
    q: Annotated[str | None, typer.Argument(metavar="TEXT", help="Text in the name, the notes or the id.")] = None,
    status: Annotated[
        list[Status] | None,
        typer.Option(metavar="STATUS", help=f"Only with this status: {', '.join(Status)}. Repeatable."),
    ] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only with this tag.")] = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only on this data set.", autocompletion=completion.datasets)
    ] = None,
    sweep: Annotated[
        str | None, typer.Option(metavar="ID", help="Only those of this sweep.", autocompletion=completion.sweeps)
    ] = None,
    limit: Limit = 20,
    everything: Annotated[bool, typer.Option("--all", "-a", help="List all, without a limit.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List experiments, newest first.

    To delete all that failed: gradus ls --all -q --status failed | xargs -r gradus rm
    """
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        of = ids.resolve_sweep(client, sweep) if sweep else None
        most = None if everything else limit
        found = client.experiments.list(
            limit=None if most is None else most + 1, status=status, tag=tag, dataset=dataset, sweep=of, search=q
        )
        records = [one.record for one in found]
        now, more = client.now(), most is not None and len(records) > most
    records = records[:most]
    if as_json:
        output.print_json([output.document(one) for one in records])
    elif quiet:
        for one in records:
            output.say(one.id)
    elif records:
        output.show(listing(records, now))
    elif any((status, tag, dataset, sweep, q)):
        output.note("no experiments match")
    else:
        output.note("no experiments yet; to create one: gradus submit --example digits")
    if more:
        output.note("… and more: list all with --all, or narrow the list with --status, --tag or --dataset")


def listing(records: Sequence[ExperimentRecord], now: datetime | None = None) -> Table:
    """A line for each experiment. A terminal gets only the ends of the ids, which every command accepts."""
    table = tables.borderless()
    table.add_column("id", no_wrap=True)
    table.add_column("name", max_width=22 if output.on_terminal() else None, min_width=4)
    for heading in ("data", "status", "epoch", "test", "best val.", "age"):
        left = heading in {"data", "status"}
        table.add_column(heading, justify="left" if left else "right", no_wrap=True)
    for record in records:
        table.add_row(
            ids.short(record.id) if output.on_terminal() else record.id,
            one_line(record.name),
            labels.dataset(record.document),
            _status(record),
            f"{record.progress.epoch}/{record.progress.epochs}",
            *_scores(record),
            labels.age(record.created_at, now),
        )
    return table


def _status(record: ExperimentRecord) -> Text:
    """The status; of a queued run, with its place in the queue: `queued 7`."""
    place = "" if record.queue is None else f" {record.queue.position}"
    return labels.status(record.status) + place


def _scores(record: ExperimentRecord) -> tuple[str, str]:
    """The newest test accuracy and the best validation accuracy, or losses for a regression."""
    validation, test = labels.scores(metrics_of(record.task))
    return labels.number(labels.value(record.latest, test)), labels.number(labels.value(record.best, validation))
