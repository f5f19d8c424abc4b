"""`gradus`: the commands and their options. What they do stands in the modules beside this one.

Exit codes: 0 done, 1 a run that was waited for did not succeed, 2 the command or the spec is wrong,
3 no service answers, 130 Ctrl-C.
"""

import json
import sys
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console

from gradus import __version__
from gradus.cli import exits, keys, lecture, listing, service, specs, watch, words
from gradus.cli.options import Json, Url
from gradus.client import Client, calls, find_access
from gradus.errors import GradusError
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Gradus trains neural networks as a service: one JSON spec in, per-epoch metrics out.",
    epilog="Exit codes: 0 done, 1 a run did not succeed, 2 wrong command or spec, 3 no service answers, 130 Ctrl-C.",
)

cli.add_typer(keys.commands, name="keys")

Data = Annotated[Path | None, typer.Option(help="Data folder; else GRADUS_DATA_DIR, else ~/.gradus.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port of the API; 0 takes a free one.")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="Workers; else one for each GPU, or one.")]


@cli.command()
def up(data: Data = None, host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = None) -> None:
    """Start the whole service on this machine; Ctrl-C stops it."""
    service.become(service.Start(data, host, port, workers))


@cli.command()
def submit(
    source: Annotated[str | None, typer.Argument(metavar="SPEC", help="A JSON file; - is the standard input.")] = None,
    example: Annotated[str | None, typer.Option(help="A spec that ships with Gradus, by name.")] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change the spec.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Say nothing until the run is over.")] = False,
    watching: Annotated[bool, typer.Option("--watch", help="Show the run live.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the spec and store nothing.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Queue an experiment. The id goes to the standard output, the rest of the talk to the error output."""
    spec = specs.read_spec(source, example, changes or [])
    with Client(find_access(url)) as client:
        if dry_run:
            print(client.send(calls.dry_run(spec)).model_dump_json(indent=2))
            return
        record = client.send(calls.create(spec, idempotency_key=str(uuid4())))
        if watching:
            raise typer.Exit(watch.watch(client, [record.id], as_json=as_json))
        ended = watch.wait(client, record.id) if wait else None
    print((ended or record).model_dump_json(indent=2) if as_json else record.id)
    if ended is not None:
        _tell_end(ended)
        raise typer.Exit(exits.code_of_runs([ended.status]))
    if wait:
        raise typer.Exit(exits.Exit.INTERRUPTED)
    sys.stderr.write(f"queued; to watch: gradus watch {record.id}\n")


@cli.command("watch")
def watch_command(
    ids: Annotated[list[str], typer.Argument(metavar="ID...")], as_json: Json = False, url: Url = None
) -> None:
    """Show runs live, from their beginning to their end. Ctrl-C leaves them running."""
    with Client(find_access(url)) as client:
        raise typer.Exit(watch.watch(client, ids, as_json=as_json))


@cli.command()
def ls(
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only on this data set.")] = None,
    q: Annotated[str | None, typer.Option(help="Part of the name, the notes or the id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 20,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List experiments, newest first."""
    with Client(find_access(url)) as client:
        page = client.send(calls.experiments(status=status, tag=tag, dataset=dataset, q=q, limit=limit))
    if as_json:
        print(json.dumps(json.loads(page.model_dump_json())["data"], indent=2))
    elif page.data:
        Console(width=None if sys.stdout.isatty() else 200).print(listing.listing(page.data))
    else:
        sys.stderr.write("no experiments; to make one: gradus submit --example digits\n")


@cli.command("lecture")
def lecture_command(
    data: Data = None,
    port: Port = 8000,
    once: Annotated[bool, typer.Option("--once", help="Stop the service when the runs are over.")] = False,
) -> None:
    """Train the lecture's two networks beside the lecture's own numbers, and leave the service up."""
    raise typer.Exit(lecture.present(service.Start(data, "127.0.0.1", port, None), once=once))


@cli.command()
def version() -> None:
    """The version of this client."""
    print(__version__)


def _tell_end(record: ExperimentRecord) -> None:
    line = str(record.status) if record.error is None else words.failure_line(record.error)
    sys.stderr.write(f"{line}\n")


def main() -> None:
    """Run the command line; an error becomes one sentence and an exit code."""
    try:
        cli(prog_name="gradus")
    except GradusError as error:
        sys.stderr.write(f"{exits.sentence(error)}\n")
        sys.exit(exits.code_of(error))
