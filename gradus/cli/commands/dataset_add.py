"""`gradus datasets add`."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gradus.cli import dataset_tables, finding_tables, output
from gradus.cli.dataset_progress import Sending, watch_reading
from gradus.cli.exit_codes import Exit
from gradus.cli.options import Json, ParseOptions, Url, at_most_one
from gradus.cli.parse_options import read_options
from gradus.client import Client, StoredDataset
from gradus.errors import BadRequest, GradusError
from gradus.facts import PARTS
from gradus.wire.dataset import DatasetDryRun


def add(  # noqa: PLR0913, PLR0917 (each is an option)
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="Files, or a folder of pictures; train=FILE test=FILE gives the part of each file."
        ),
    ],
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="The target of specs that do not name one. Repeatable.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the data set. [default: the file's name]")
    ] = None,
    parse: ParseOptions = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Add a tag. Repeatable.")] = None,
    notes: Annotated[str, typer.Option(metavar="TEXT", help="Text for people.")] = "",
    watching: Annotated[bool, typer.Option("--watch", "-w", help="Wait until it has been read, and show it.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show how the beginning of the files would be read; store nothing.")
    ] = False,
    resume: Annotated[
        str | None, typer.Option(metavar="UPLOAD", help="Resume an interrupted upload, by its id upl_….")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the name only.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Upload a table or pictures as a data set that specs can name.

    What --parse leaves out is guessed from the file: --dry-run shows the guesses with their evidence.
    """
    at_most_one(dry_run=dry_run, watch=watching)
    at_most_one(quiet=quiet, json=as_json)
    at_most_one(quiet=quiet, dry_run=dry_run)
    data, options, columns = files_of(files), read_options(parse or []), _target(target)
    with Client(url) as client:
        if dry_run:
            return _dry_run(client, data, options, columns, files, as_json=as_json)
        with Sending(files, quiet=quiet) as sending:
            made = client.datasets.upload(
                data,
                name,
                target=columns,
                parse=options,
                tags=tags or (),
                notes=notes,
                wait=False,
                on_progress=sending.report,
                resume=resume,
            )
        return told(made, watching=watching, quiet=quiet, as_json=as_json)


def told(made: StoredDataset, *, watching: bool, quiet: bool, as_json: bool) -> Exit:
    """Print the new data set; with `watching`, wait until it has been read."""
    if watching and not watch_reading(made, quiet=quiet or as_json):
        output.note(f"The reading goes on. To see it: gradus datasets show {shlex.quote(made.name)}")
        return Exit.INTERRUPTED
    record = made.record
    if as_json:
        output.print_json(record)
    elif quiet or not watching:
        output.say(record.name)
    elif record.error is None:
        output.show(dataset_tables.page(record))
    if record.error is not None:
        output.notes(dataset_tables.failure(record.error, shlex.quote(record.name)))
        return Exit.FAILED
    if not watching and not quiet:
        output.note(f"uploaded; a worker reads it: gradus datasets show {shlex.quote(record.name)}")
    return Exit.OK


def _dry_run(
    client: Client, data: Any, options: dict[str, Any], target: Any, files: Sequence[str], *, as_json: bool
) -> Exit:
    try:
        found = client.datasets.dry_run(data, parse=options, target=target)
    except GradusError as error:
        said = dataset_tables.refusal(error, f"add {shlex.join(files)}")
        if said is None:
            raise
        output.notes(said)
        return Exit.REFUSED
    output.print_json(found) if as_json else _show(found)
    return Exit.OK


def _show(found: DatasetDryRun) -> None:
    output.show(dataset_tables.options(found.parse, found.guessed))
    output.show("")
    output.show(dataset_tables.columns(found.columns))
    if found.findings:
        output.show("")
        output.show(finding_tables.findings(found.findings))
    for line in dataset_tables.left_out(found.left_out):
        output.note(line)
    read = "the whole file" if found.complete else f"the first {found.bytes_read:,} bytes"
    output.note(f"{found.rows:,} rows read, of {read}; nothing is stored")


def files_of(given: Sequence[str]) -> Any:
    """The paths of the files, or a dictionary of the paths by part of the split."""
    split = [one.partition("=") for one in given]
    parts = {name: Path(path) for name, equals, path in split if equals and name in PARTS}
    if not parts:
        return Path(given[0]) if len(given) == 1 else [Path(one) for one in given]
    if len(parts) < len(given):
        raise BadRequest("name the part of each file, and each part once: train=FILE validation=FILE test=FILE")
    return parts


def _target(given: Sequence[str] | None) -> str | tuple[str, ...] | None:
    return given[0] if given and len(given) == 1 else tuple(given or ()) or None
