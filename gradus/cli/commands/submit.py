"""`gradus submit`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from gradus.cli import output, preview, specs, watch, words
from gradus.cli.exits import Exit, code_of_runs
from gradus.cli.options import Changes, Json, Url, one_of
from gradus.cli.runs import Run
from gradus.cli.specs import Given
from gradus.client import Client, calls, find_access
from gradus.errors import GradusError
from gradus.wire.experiment import DryRun, ExperimentRecord


def command(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SPEC", help="JSON or YAML files; - is the standard input.")
    ] = None,
    examples: Annotated[
        list[str] | None,
        typer.Option("--example", metavar="NAME", help="A spec that ships with Gradus, by name. Again for more."),
    ] = None,
    changes: Changes = None,
    watching: Annotated[bool, typer.Option("--watch", "-w", help="Show the runs live.")] = False,
    waiting: Annotated[bool, typer.Option("--wait", help="Say nothing until the runs are over.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what a spec comes to; store nothing.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Queue experiments: one for each spec.

    A spec comes from a file, from the standard input, from --example, or from --set alone:
    gradus submit --set dataset=digits --set layers='[64, 32]'. The ids go to the standard output.
    """
    one_of(dry_run=dry_run, watch=watching, wait=waiting)
    given = specs.read_specs(sources or [], examples or [], changes or [])
    with Client(find_access(url)) as client:
        if dry_run or len(given) > 1:  # a mistake in the last one is told before the first one runs
            found = [_tried(client, one, several=len(given) > 1) for one in given]
        if dry_run:
            preview.show(found, as_json=as_json)
            return Exit.OK
        records = [client.send(calls.create(one.document)) for one in given]
        if watching:
            return watch.watch(client, [Run(record.id, record) for record in records], as_json=as_json)
        return (_wait if waiting else _go)(client, records, as_json)


def _tried(client: Client, given: Given, *, several: bool) -> DryRun:
    try:
        return client.send(calls.dry_run(given.document))
    except GradusError:
        if several:
            output.talk(f"in {given.source}:")
        raise


def _go(_: Client, records: Sequence[ExperimentRecord], as_json: bool) -> Exit:
    if as_json:
        output.print_all(records)
    else:
        _say_ids(records)
    output.talk(f"queued; to watch: gradus watch {' '.join(record.id for record in records)}")
    return Exit.OK


def _wait(client: Client, records: Sequence[ExperimentRecord], as_json: bool) -> Exit:
    if not as_json:
        _say_ids(records)
    ended = watch.wait(client, [record.id for record in records])
    if ended is None:
        return Exit.INTERRUPTED
    if as_json:
        output.print_all(ended)
    for record in ended:
        output.talk(words.outcome(record))
    return code_of_runs([record.status for record in ended])


def _say_ids(records: Sequence[ExperimentRecord]) -> None:
    for record in records:
        output.say(record.id)
        if record.waiting_for is not None:
            output.talk(f"waits for {record.waiting_for}")
