"""Ask the same of several experiments, and tell what became of it."""

from collections.abc import Callable, Sequence

from gradus.cli import ids, output, words
from gradus.client import Call, Client, find_access
from gradus.wire.experiment import ExperimentRecord


def ask(given: Sequence[str], call: Callable[[str], Call[ExperimentRecord]], *, as_json: bool, url: str | None) -> None:
    """Send the call for each and show its answer. The first refusal ends it.

    Raises:
        GradusError: an id is none, or the service refused.
    """
    with Client(find_access(url)) as client:
        records = [client.send(call(one)) for one in ids.resolve_all(client, given)]
    if as_json:
        output.print_one_or_all(records)
    else:
        for record in records:
            print(f"{record.id} {words.situation(record)}")
