"""`gradus fork`."""

from typing import Annotated, Any

import typer

from gradus.cli import ids, output, overrides
from gradus.cli.commands import watch
from gradus.cli.exit_codes import Exit
from gradus.cli.options import Changes, Id, Json, Quiet, Url, at_most_one
from gradus.cli.run_state import RunState
from gradus.client import Client, Experiment
from gradus.errors import BadRequest
from gradus.fork import unresolved
from gradus.merge import merged
from gradus.nearest import nearest


def fork(
    given: Id,
    changes: Changes = None,
    finding: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Apply the first patch of this finding, such as data_leak or, where several have the id, "
            "data_leak:COLUMN or dead_relu:LAYER.",
        ),
    ] = None,
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
    gradus fork last --finding data_leak:balance

    With --from-epoch the new experiment continues from a checkpoint of the old one. `gradus show` lists the checkpoints
    that exist: of the best epoch, of the last one and, if it was submitted with --set checkpoint.every=1, of its newest
    epochs.
    """
    at_most_one(quiet=quiet, json=as_json)
    at_most_one(quiet=quiet, watch=watching)
    with Client(url) as client:
        parent = client.experiments.get(ids.resolve(client, given))
        before = unresolved(parent.spec)
        cured = before if finding is None else merged(before, patch_of(parent, finding))
        patch = overrides.patch(before, overrides.apply_all(cured, changes or []))
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


def patch_of(experiment: Experiment, name: str) -> dict[str, Any]:
    """The first patch of the spec that this finding proposes.

    Raises:
        BadRequest: there is no such finding, there are several, or it proposes none.
    """
    found = experiment.findings()
    chosen = [one for one in found if name in {one.id, one.name}]
    if not chosen:
        close = nearest(name, [one.name for one in found])
        raise BadRequest(f"no finding '{name}'" + (f": did you mean '{close}'?" if close else ""))
    if len(chosen) > 1:
        raise BadRequest(f"several findings are called '{name}': {', '.join(one.name for one in chosen)}")
    patches = [patch.patch for patch in chosen[0].patches if patch.of == "spec"]
    if not patches:
        raise BadRequest(f"'{name}' proposes no change of the spec")
    return patches[0]
