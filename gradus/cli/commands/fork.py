"""`gradus fork`."""

from typing import Annotated

import typer

from gradus.cli import ids, output, overrides
from gradus.cli.commands import watch
from gradus.cli.exit_codes import Exit
from gradus.cli.options import Changes, Id, Json, Quiet, Url, at_most_one
from gradus.cli.run_state import RunState
from gradus.client import Client
from gradus.fork import unresolved


def fork(
    given: Id,
    changes: Changes = None,
    from_epoch: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Continue from the checkpoint of this epoch; else start from scratch."),
    ] = None,
    watching: Annotated[bool, typer.Option("--watch", "-w", help="Show the new run live.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Create an experiment from another one, with changes.

    gradus fork last --set optimizer.lr=0.001

    With --from-epoch the new experiment continues from a checkpoint of the old one. `gradus show` lists the checkpoints
    that exist: of the best epoch, of the last one and, if it was submitted with --set checkpoint.every=1, of its newest
    epochs.
    """
    at_most_one(quiet=quiet, json=as_json)
    at_most_one(quiet=quiet, watch=watching)
    with Client(url) as client:
        parent = client.experiments.get(ids.resolve(client, given))
        before = unresolved(parent.spec)
        patch = overrides.patch(before, overrides.apply_all(before, changes or []))
        record = parent.fork(patch, from_epoch=from_epoch).record
        if watching:
            return watch.watch_runs(client, [RunState(record.id, record)], as_json=as_json)
    if as_json:
        output.print_json(record)
    else:
        output.say(record.id)
    if not quiet:
        output.note(f"queued; to watch: gradus watch {record.id}")
    return Exit.OK
