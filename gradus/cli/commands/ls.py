"""`gradus ls`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from gradus.cli import completion, ids, listing, output
from gradus.cli.options import Json, Url
from gradus.client import Client, calls, find_access
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord


def command(  # noqa: PLR0913, PLR0917 (each is an option)
    q: Annotated[str | None, typer.Argument(metavar="TEXT", help="Part of the name, the notes or the id.")] = None,
    status: Annotated[Status | None, typer.Option(metavar="STATUS", help=f"Only these: {', '.join(Status)}.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only with this tag.")] = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only on this data set.", autocompletion=completion.datasets)
    ] = None,
    sweep: Annotated[
        str | None, typer.Option(metavar="ID", help="Only the members of this sweep.", autocompletion=completion.sweeps)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=200, help="At most so many.")] = 20,
    everything: Annotated[bool, typer.Option("--all", "-a", help="All of them, however many.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List experiments, newest first."""
    records: Sequence[ExperimentRecord]
    with Client(find_access(url)) as client:
        of = ids.resolve_sweep(client, sweep) if sweep else None
        if everything:
            found = client.experiments.list(status=status, tag=tag, dataset=dataset, sweep=of, q=q)
            records, more = [run.record for run in found], False
        else:
            asked = calls.experiments(status=status, tag=tag, dataset=dataset, sweep=of, q=q, limit=limit)
            page = client.send(asked)
            records, more = page.data, page.next_cursor is not None
        now = client.now()
    if as_json:
        output.print_json([output.document(one) for one in records])
    elif records:
        output.show(listing.listing(records, now))
    elif any((status, tag, dataset, sweep, q)):
        output.talk("no experiment is like that")
    else:
        output.talk("no experiments; to make one: gradus submit --example digits")
    if more:
        output.talk("… and more: --all shows them, --limit up to 200, --status, --tag and --dataset choose")
