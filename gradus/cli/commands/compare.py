"""`gradus compare`."""

from gradus.cli import comparison, ids, output
from gradus.cli.options import Ids, Json, Url
from gradus.client import Client, find_access
from gradus.errors import BadRequest


def command(given: Ids, as_json: Json = False, url: Url = None) -> None:
    """Show where the specs of experiments differ, and what each came to."""
    with Client(find_access(url)) as client:
        found = ids.resolve_all(client, given)
        if len(found) < 2:
            raise BadRequest("name two experiments or more")
        records = [run.record for run in client.experiments.get_many(found)]
    if as_json:
        output.print_json(comparison.document(records))
    else:
        for table in comparison.tables(records, output.console().width if output.on_terminal() else None):
            output.show(table)
