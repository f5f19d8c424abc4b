"""Several streams as one: a thread reads each, and what they tell arrives in one queue."""

import queue
import threading
from collections.abc import Iterator, Sequence

from gradus.client import Client, StreamEvent
from gradus.errors import GradusError
from gradus.status import EventKind

Told = tuple[str, StreamEvent]
"""The experiment's id, and what its log says."""


def follow(client: Client, ids: Sequence[str]) -> Iterator[Told]:
    """The events of every experiment as they come, until each has ended.

    Raises:
        GradusError: one of the streams was refused, or the service is gone.
    """
    arrived: queue.SimpleQueue[Told | GradusError] = queue.SimpleQueue()
    for one in ids:
        threading.Thread(target=_read, args=(client, one, arrived), daemon=True).start()
    left = len(ids)
    while left:
        told = arrived.get()
        if isinstance(told, GradusError):
            raise told
        left -= told[1].kind is EventKind.END
        yield told


def _read(client: Client, experiment_id: str, arrived: "queue.SimpleQueue[Told | GradusError]") -> None:
    try:
        for event in client.experiments.events(experiment_id):
            arrived.put((experiment_id, event))
    except GradusError as error:
        arrived.put(error)
