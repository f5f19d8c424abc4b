"""What an experiment can be doing, and the one table of what may follow what."""

from enum import StrEnum


class Status(StrEnum):
    """What an experiment is doing."""

    QUEUED = "queued"
    """In the database, waiting for a worker."""
    RUNNING = "running"
    """A worker holds its lease and trains it."""
    PAUSED = "paused"
    """Stopped at a checkpoint by a person, until resumed."""
    SUCCEEDED = "succeeded"
    """Trained to its end: all epochs, early stopping or `max_seconds`."""
    FAILED = "failed"
    """Ended by an error, which `error` names."""
    CANCELLED = "cancelled"
    """Ended by a person."""

    @property
    def final(self) -> bool:
        """Whether nothing follows by itself."""
        return self in FINAL


FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.PAUSED, Status.CANCELLED, Status.FAILED}),
    Status.RUNNING: frozenset({Status.QUEUED, Status.PAUSED, Status.SUCCEEDED, Status.FAILED, Status.CANCELLED}),
    Status.PAUSED: frozenset({Status.QUEUED, Status.CANCELLED}),
    Status.SUCCEEDED: frozenset({Status.QUEUED}),
    Status.FAILED: frozenset({Status.QUEUED}),
    Status.CANCELLED: frozenset({Status.QUEUED}),
}
"""From a final status only extending or retrying leads back to the queue."""


class FailureCode(StrEnum):
    """Why an experiment failed."""

    DIVERGED = "diverged"
    """The loss or a parameter is no longer a finite number, or the loss is hopelessly large: an epoch whose training
    and validation loss are both over 40 times, or whose training loss is over a million times, what knowing nothing
    costs (or the first step, if that costs more). Not retried."""
    OUT_OF_MEMORY = "out_of_memory"
    """The device's or the host's memory did not suffice; not retried."""
    DATA_ERROR = "data_error"
    """A file of the data set is missing or wrong; not retried."""
    WORKER_LOST = "worker_lost"
    """The worker vanished again and again without a new checkpoint."""
    INTERNAL = "internal"
    """A fault of Gradus."""


class EventKind(StrEnum):
    """What a row of an event log tells."""

    STATUS = "status"
    """The experiment changed its status; data: the experiment."""
    EPOCH = "epoch"
    """An epoch is done; data: its metrics row."""
    LOG = "log"
    """Something worth saying; data: level and message."""
    PROGRESS = "progress"
    """A long step that training waits for, such as a download, gets on; data: what, done, total, unit."""
    END = "end"
    """The experiment is over; data: the experiment. Nothing follows, unless it is extended or tried again: then its log
    goes on."""
