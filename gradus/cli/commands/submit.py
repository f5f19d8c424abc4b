"""`gradus submit`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from gradus.cli import labels, output, spec_sources, tables
from gradus.cli.commands import watch
from gradus.cli.exit_codes import Exit, code_of_runs
from gradus.cli.options import Changes, Json, Quiet, Url, at_most_one
from gradus.cli.run_state import RunState
from gradus.cli.spec_sources import Source
from gradus.client import Client
from gradus.errors import GradusError
from gradus.wire.experiment import DryRun, ExperimentRecord, document_of


def submit(  # noqa: PLR0913, PLR0917 (each is an option)
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SPEC", help="JSON or YAML files; - is standard input.")
    ] = None,
    examples: Annotated[
        list[str] | None,
        typer.Option("--example", metavar="NAME", help="A spec that ships with Gradus. Repeatable."),
    ] = None,
    changes: Changes = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Add a tag to each experiment. Repeatable.")
    ] = None,
    watching: Annotated[bool, typer.Option("--watch", "-w", help="Show the runs live.")] = False,
    waiting: Annotated[bool, typer.Option("--wait", help="Wait silently until the runs end.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the specs and show their layers and sizes; queue nothing.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Queue experiments, one for each spec.

    A spec comes from a file, from standard input, from --example, or from --set alone:
    gradus submit --set dataset=digits --set layers='[64, 32]'. The ids go to standard output, with --watch to
    standard error.
    """
    at_most_one(dry_run=dry_run, watch=watching, wait=waiting)
    at_most_one(quiet=quiet, json=as_json)
    at_most_one(quiet=quiet, watch=watching, dry_run=dry_run)
    given = [one.tagged(tags or []) for one in spec_sources.read(sources or [], examples or [], changes or [])]
    with Client(url) as client:
        if dry_run or len(given) > 1:  # so that a mistake in the last spec is found before the first one is queued
            found = [_check(client, one, several=len(given) > 1) for one in given]
        if dry_run:
            _show_dry_runs(found, as_json=as_json)
            return Exit.OK
        records = [client.experiments.create(one.document).record for one in given]
        if watching:
            if not as_json:
                output.note(f"queued {' '.join(record.id for record in records)}")
            return watch.watch_runs(client, [RunState(record.id, record) for record in records], as_json=as_json)
        if waiting:
            return _wait(client, records, quiet=quiet, as_json=as_json)
    if as_json:
        output.print_all(records)
    else:
        _print_ids(records)
    if not quiet:
        output.note(f"queued; to watch: gradus watch {' '.join(record.id for record in records)}")
    return Exit.OK


def _check(client: Client, given: Source, *, several: bool) -> DryRun:
    try:
        return client.experiments.dry_run(given.document)
    except GradusError:
        if several:
            output.note(f"in {given.name}:")
        raise


def _wait(client: Client, records: Sequence[ExperimentRecord], *, quiet: bool, as_json: bool) -> Exit:
    if not as_json:
        _print_ids(records)
    ended = watch.wait_for(client, [record.id for record in records])
    if ended is None:
        return Exit.INTERRUPTED
    if as_json:
        output.print_all(ended)
    for record in ended if not quiet else ():
        output.note(labels.outcome(record))
    return code_of_runs([record.status for record in ended])


def _print_ids(records: Sequence[ExperimentRecord]) -> None:
    for record in records:
        output.say(record.id)
        if record.waiting_for is not None:
            output.note(f"waiting for {record.waiting_for}")


def _show_dry_runs(found: Sequence[DryRun], *, as_json: bool) -> None:
    if as_json:
        output.print_all(found)
        return
    for one in found:
        output.show(tables.layers(one.layers))
        output.show("")
        output.show(tables.facts(_facts(one)))


def _facts(found: DryRun) -> dict[str, str]:
    spec = document_of(found.spec)
    return {
        "name": str(spec.get("name", "")),
        "tags": ", ".join(map(str, spec.get("tags", ()))),
        "data": f"{labels.dataset(spec)}: {found.train_examples} examples to train, "
        f"{found.validation_examples} to validate, {found.test_examples} to test",
        "optimizer": labels.kind(spec.get("optimizer")),
        "epochs": f"{spec.get('epochs')}, each of {found.steps_per_epoch} steps of {spec.get('batch_size')} examples",
        "memory": f"about {labels.size(found.memory_bytes)}",
    }
