"""`gradus sweeps create`."""

from collections import Counter
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table

from gradus.cli import labels, output, tables
from gradus.cli.commands import sweeps
from gradus.cli.commands.sweep_request import SweepOptions, build
from gradus.cli.exit_codes import Exit
from gradus.cli.options import Changes, Json, Quiet, Url, at_most_one
from gradus.client import Client
from gradus.wire.sweep import SweepDryRun

SHOWN = 20
"""How many experiments of a dry run are listed."""

Repeated = list[str] | None
Source = Annotated[
    str | None, typer.Argument(metavar="FILE", help="JSON or YAML: a whole sweep, with a `base`, or only the base.")
]
Example = Annotated[str | None, typer.Option(metavar="NAME", help="Take a spec that ships with Gradus as the base.")]
Variants = Annotated[
    Repeated,
    typer.Option(
        "--variant", metavar="PATH=VALUE", help="One change of the base, or several: 'LABEL: P=V P=V'. Repeatable."
    ),
]
LeaveOut = Annotated[
    bool,
    typer.Option("--columns", help="Leave out each input column of an uploaded data set in turn."),
]
Grid = Annotated[
    Repeated, typer.Option(metavar="PATH=V,V…", help="Values to combine, such as optimizer.lr=0.1,0.01. Repeatable.")
]
Random = Annotated[
    Repeated,
    typer.Option(
        metavar="PATH=SPACE",
        help="Values to draw: 0..0.5, log:1e-4..1e-1, 16..64 for whole numbers, or a,b,c. Repeatable.",
    ),
]
Draws = Annotated[int | None, typer.Option(metavar="N", min=1, max=1000, help="How many combinations --random draws.")]
Seeds = Annotated[
    str | None,
    typer.Option(metavar="SEEDS", help="Seeds for each combination: 5 means 0 to 4; or a list: 0,3,7 or 2-4."),
]
Objective = Annotated[
    str | None, typer.Option(metavar="METRIC", help="Metric to compare.  [default: validation accuracy, or loss]")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the experiments and the time they need; queue nothing.")]


def create(  # noqa: PLR0913, PLR0917 (each is an option)
    source: Source = None,
    example: Example = None,
    changes: Changes = None,
    variants: Variants = None,
    columns: LeaveOut = False,
    grid: Grid = None,
    random: Random = None,
    draws: Draws = None,
    seeds: Seeds = None,
    objective: Objective = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="The name of the sweep.")] = None,
    dry_run: DryRun = False,
    watching: Annotated[bool, typer.Option("--watch", "-w", help="Show the results as they come.")] = False,
    waiting: Annotated[bool, typer.Option("--wait", help="Wait silently until the sweep ends.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Queue a sweep.

    One technique at a time: gradus sweeps create --example digits --variant batch_norm=true --variant dropout=0.2
    --seeds 5

    Random search: gradus sweeps create --example digits --random optimizer.lr=log:1e-4..1e-1 --draws 20
    """
    at_most_one(quiet=quiet, dry_run=dry_run, watch=watching)
    at_most_one(dry_run=dry_run, watch=watching, wait=waiting)
    at_most_one(quiet=quiet, json=as_json)
    options = SweepOptions(
        source,
        example,
        changes or (),
        grid or (),
        variants or (),
        seeds,
        objective,
        name,
        random or (),
        draws,
        columns=columns,
    )
    document = build(options)
    with Client(url) as client:
        if dry_run:
            found = client.sweeps.dry_run(document)
            output.print_json(found) if as_json else output.show(_plan(found))
            return Exit.OK
        record = client.sweeps.create(document).record
        if watching:
            return sweeps.watch_sweep(client, record.id, as_json=as_json)
        if waiting:
            return sweeps.wait_for_sweep(client, record.id, quiet=quiet, as_json=as_json)
    output.print_json(record) if as_json else output.say(record.id)
    if not quiet:
        output.note(f"{sum(record.counts.values())} experiments queued; to watch: gradus sweeps watch {record.id}")
    return Exit.OK


def _plan(found: SweepDryRun) -> RenderableType:
    """The size of the sweep, and its first experiments."""
    seconds = (
        "unknown: no run like these has been trained yet" if found.seconds is None else labels.duration(found.seconds)
    )
    facts = {
        "experiments": str(found.count),
        "trained in": ", ".join(_arrays(count, size) for size, count in Counter(found.arrays).items()),
        "parameters": f"{found.parameters:,} in total",
        "time": seconds,
    }
    more = found.count - SHOWN
    return Group(tables.facts(facts), "", _members(found), *([f"… and {more} more"] if more > 0 else []))


def _arrays(count: int, size: int) -> str:
    if size == 1:
        return "a run of its own" if count == 1 else f"{count} runs of their own"
    return f"an array of {size}" if count == 1 else f"{count} arrays of {size}"


def _members(found: SweepDryRun) -> Table:
    table = tables.borderless()
    table.add_column("change", overflow="fold")
    table.add_column("seed", justify="right")
    table.add_column("parameters", justify="right")
    for one in found.members[:SHOWN]:
        table.add_row(one.label, str(one.seed), f"{one.parameters:,}")
    return table
