"""`gradus fork`."""

from typing import Annotated

import typer

from gradus.cli import ids, output, settings, watch
from gradus.cli.exits import Exit
from gradus.cli.options import Changes, Id, Json, Url
from gradus.cli.runs import Run
from gradus.client import Client, calls, find_access
from gradus.fork import unresolved


def command(
    given: Id,
    changes: Changes = None,
    from_epoch: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Go on from the checkpoint of this epoch; else from the start."),
    ] = None,
    watching: Annotated[bool, typer.Option("--watch", "-w", help="Show the new run live.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Make a new experiment of another, with changes.

    gradus fork last --set optimizer.lr=0.001

    With --from-epoch it goes on from one of the checkpoints that `gradus show` lists: the best epoch's, the last one's,
    and of a run that was submitted with --set checkpoint.every=1 those of its newest epochs.
    """
    with Client(find_access(url)) as client:
        parent = client.send(calls.experiment(ids.resolve(client, given)))
        before = unresolved(parent.spec)
        patch = settings.patch(before, settings.apply_all(before, changes or []))
        record = client.send(calls.fork(parent.id, patch, from_epoch=from_epoch))
        if watching:
            return watch.watch(client, [Run(record.id, record)], as_json=as_json)
    if as_json:
        output.print_json(record)
    else:
        output.say(record.id)
    output.talk(f"queued; to watch: gradus watch {record.id}")
    return Exit.OK
