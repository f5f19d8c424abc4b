"""`gradus sweep`: many experiments from one base."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

import typer
from rich.table import Table

from gradus.cli import completion, ids, output, words
from gradus.cli.exits import Exit
from gradus.cli.help import Command, plain
from gradus.cli.options import Changes, Json, Url, one_of
from gradus.cli.screen import one_line
from gradus.cli.sweeps import request, watching
from gradus.cli.sweeps.plan import plan
from gradus.cli.sweeps.table import whole
from gradus.client import Call, Client, calls, find_access
from gradus.wire.sweep import SweepRecord, SweepSummary

command = plain(help="Train many variations of one spec, and compare them with confidence.")

SweepId = Annotated[
    str,
    typer.Argument(metavar="ID", help="An id, its last characters, or `last`.", autocompletion=completion.sweeps),
]
Repeated = list[str] | None


@command.command(cls=Command)
def create(  # noqa: PLR0913, PLR0917 (each is an option)
    source: Annotated[
        str | None, typer.Argument(metavar="FILE", help="JSON or YAML: a request with a `base`, or the base alone.")
    ] = None,
    example: Annotated[
        str | None, typer.Option(metavar="NAME", help="A spec that ships with Gradus, as the base.")
    ] = None,
    changes: Changes = None,
    grid: Annotated[
        Repeated, typer.Option(metavar="PATH=V,V…", help="Values to combine, such as optimizer.lr=0.1,0.01.")
    ] = None,
    variants: Annotated[
        Repeated,
        typer.Option(
            "--variant", metavar="PATH=VALUE", help="One change of the base; 'LABEL: P=V P=V' for several at once."
        ),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(metavar="SEEDS", help="How many seeds for each, 5 for 0 to 4, or which: 0,3,7, or 2-4, or 0,3-5."),
    ] = None,
    objective: Annotated[
        str | None, typer.Option(metavar="METRIC", help="The metric to compare; else validation accuracy.")
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="For people.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it comes to; store nothing.")] = False,
    watched: Annotated[bool, typer.Option("--watch", "-w", help="Show the results as they come.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Queue a sweep.

    One technique at a time: gradus sweep create --example digits --variant batch_norm=true --variant dropout=0.2
    --seeds 5
    """
    one_of(dry_run=dry_run, watch=watched)
    asked = request.Asked(source, example, changes or (), grid or (), variants or (), seeds, objective, name)
    document = request.build(asked)
    with Client(find_access(url)) as client:
        if dry_run:
            found = client.send(calls.dry_run_sweep(document))
            output.print_json(found) if as_json else output.show(plan(found))
            return Exit.OK
        record = client.send(calls.create_sweep(document))
        if watched:
            return watching.watch(client, record.id, as_json=as_json)
    output.print_json(record) if as_json else output.say(record.id)
    output.talk(f"{sum(record.counts.values())} experiments queued; to watch: gradus sweep watch {record.id}")
    return Exit.OK


@command.command(cls=Command)
def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=200, help="At most so many.")] = 20,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List sweeps, newest first."""
    with Client(find_access(url)) as client:
        page, now = client.send(calls.sweeps(limit=limit)), client.now()
    if as_json:
        output.print_json([output.document(one) for one in page.data])
    elif page.data:
        output.show(_table(page.data, now))
    else:
        output.talk("no sweeps; to make one: gradus sweep create --help")


@command.command(cls=Command)
def show(given: SweepId, as_json: Json = False, url: Url = None) -> None:
    """Show a sweep's results, best first.

    Means and differences to the base, paired by seed, with their 95 % confidence intervals.
    """
    with Client(find_access(url)) as client:
        record = client.send(calls.sweep(ids.resolve_sweep(client, given)))
    output.print_json(record) if as_json else output.show(whole(record))


@command.command(cls=Command)
def watch(given: SweepId, as_json: Json = False, url: Url = None) -> Exit:
    """Show a sweep live until it is over; Ctrl-C leaves it running."""
    with Client(find_access(url)) as client:
        return watching.watch(client, ids.resolve_sweep(client, given), as_json=as_json)


@command.command(cls=Command)
def cancel(given: SweepId, as_json: Json = False, url: Url = None) -> None:
    """End everything of a sweep that is not over."""
    _ask(given, calls.cancel_sweep, as_json=as_json, url=url)


@command.command(cls=Command)
def retry(given: SweepId, as_json: Json = False, url: Url = None) -> None:
    """Train again, from the start, only what failed."""
    _ask(given, calls.retry_sweep, as_json=as_json, url=url)


@command.command(cls=Command)
def extend(
    given: SweepId,
    seeds: Annotated[
        str, typer.Option(metavar="SEEDS", help="How many seeds it is to have in all, or which to add: 10, or 5-9.")
    ],
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Train a sweep with more seeds, for narrower intervals."""
    more = request.read_seeds(seeds)
    _ask(given, lambda one: calls.extend_sweep(one, seeds=more), as_json=as_json, url=url)


def _ask(given: str, call: Callable[[str], Call[SweepRecord]], *, as_json: bool, url: str | None) -> None:
    with Client(find_access(url)) as client:
        record = client.send(call(ids.resolve_sweep(client, given)))
    output.print_json(record) if as_json else output.show(whole(record))


def _table(sweeps: tuple[SweepSummary, ...], now: datetime) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("id", "name", "status", "over", "objective", "age"):
        justify: Literal["left", "right"] = "right" if heading in {"over", "age"} else "left"
        table.add_column(heading, no_wrap=heading != "name", justify=justify)
    for one in sweeps:
        total, over = sum(one.counts.values()), sum(count for status, count in one.counts.items() if status.final)
        name = ids.short(one.id) if output.on_terminal() else one.id
        cells = (one.status.value, f"{over}/{total}", one.objective.metric, words.age(one.created_at, now))
        table.add_row(name, one_line(one.name), *cells)
    return table
