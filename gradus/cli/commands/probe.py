"""`gradus probe`."""

from typing import Annotated

import typer

from gradus.cli import output, probe_tables, spec_sources
from gradus.cli.options import Changes, Json, Url
from gradus.client import Client


def probe(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SPEC", help="JSON or YAML files; - is standard input.")
    ] = None,
    examples: Annotated[
        list[str] | None,
        typer.Option("--example", metavar="NAME", help="A spec that ships with Gradus. Repeatable."),
    ] = None,
    changes: Changes = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show what a spec will do before it is queued: a verdict, learning rates, findings.

    gradus probe spec.yaml --set optimizer.lr=0.3
    """
    given = spec_sources.read(sources or [], examples or [], changes or [])
    with Client(url) as client:
        for one in given:
            found = client.probe(one.document)
            if as_json:
                output.print_json(output.document(found))
                continue
            if len(given) > 1:
                output.note(f"{one.name}:")
            output.show(probe_tables.probe(found))
