"""The events of one or several experiments as they come, over one stream."""

from collections.abc import Iterator, Sequence
from typing import Any

from gradus.cli import output
from gradus.client import Client, StreamEvent
from gradus.wire.message import rfc3339

Told = tuple[str, StreamEvent]
"""The experiment's id, and what its log says."""


def follow(client: Client, ids: Sequence[str]) -> Iterator[Told]:
    """The events of every experiment as they come, until each has ended.

    Raises:
        GradusError: the stream was refused, or the service is gone.
    """
    if len(ids) == 1:  # its own stream tells of nothing else
        return ((ids[0], event) for event in client.experiments.events(ids[0]))
    return client.experiments.events_of(ids)


def document(event: StreamEvent) -> dict[str, Any]:
    """The event as the service's own streams write it."""
    front = {"seq": event.seq, "kind": event.kind, "at": rfc3339(event.at), "experiment_id": event.experiment_id}
    return {**front, "data": output.document(event.data)}
