"""`gradus show`."""

from typing import Annotated

import typer

from gradus.cli import documents, health, ids, output, portrait
from gradus.cli.options import Id, Json, Url, one_of
from gradus.client import Client, calls, find_access
from gradus.fork import unresolved


def command(
    given: Id,
    spec: Annotated[bool, typer.Option("--spec", help="Only its spec, as YAML to be changed and submitted.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Only the metrics of every epoch, as CSV.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show one experiment: what was asked, how far it is, what came of it."""
    one_of(spec=spec, csv=csv)
    one_of(csv=csv, json=as_json)
    with Client(find_access(url)) as client:
        record = client.send(calls.experiment(ids.resolve(client, given)))
        rows = () if spec else client.experiments.metrics(record.id).data
        kept = () if spec or csv or as_json else client.send(calls.checkpoints(record.id)).data
        troubles = () if record.status.final else health.troubles(client.access)
    document = unresolved(record.spec) if spec else output.document(record)
    if csv:
        portrait.print_csv(rows)
    elif as_json:
        output.print_json(document)
    elif spec:
        output.write(documents.write_yaml(document))
    else:
        output.show(portrait.portrait(record, rows, kept))
    for trouble in troubles:
        output.talk(trouble)
