"""The statuses of an experiment and their transitions, the failure codes and the kinds of events."""

from enum import StrEnum


class Status(StrEnum):
    """The status of an experiment."""

    QUEUED = "queued"
    """Waiting for a worker."""
    RUNNING = "running"
    """Training on a worker, which holds the lease."""
    PAUSED = "paused"
    """Stopped at a checkpoint by a user, until resumed."""
    SUCCEEDED = "succeeded"
    """Completed: all epochs were trained, or the run ended by early stopping or `max_seconds`."""
    FAILED = "failed"
    """Ended by an error; see `error`."""
    CANCELLED = "cancelled"
    """Ended by a user."""

    @property
    def final(self) -> bool:
        """Whether the experiment has ended."""
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
"""The transitions that are allowed. From a final status, only extending or retrying leads back to the queue."""


class FailureCode(StrEnum):
    """Why an experiment failed."""

    DIVERGED = "diverged"
    """The loss or a parameter is not finite, or the loss exploded. Let R be the loss of a constant prediction, or of
    the first step if that is larger. The loss exploded if in one epoch the training and the validation loss both
    exceeded 40 R, or the training loss exceeded a million R. Not retried."""
    OUT_OF_MEMORY = "out_of_memory"
    """The device or the host is out of memory. Not retried."""
    DATA_ERROR = "data_error"
    """A file of the data set is missing or has the wrong content. Not retried."""
    WORKER_LOST = "worker_lost"
    """The worker was lost repeatedly without a new checkpoint."""
    INTERNAL = "internal"
    """An internal error of Gradus."""


class EventKind(StrEnum):
    """The kind of an event in an experiment's event log."""

    STATUS = "status"
    """The status has changed; data: the experiment."""
    EPOCH = "epoch"
    """An epoch has ended; data: its metrics row."""
    LAYERS = "layers"
    """The layers were measured at the end of an epoch; data: their statistics."""
    LOG = "log"
    """A log line; data: level and message."""
    PROGRESS = "progress"
    """Progress of a long step that training waits for, such as a download; data: what, done, total, unit."""
    FINDING = "finding"
    """Something that is wrong with the data or the network was found; data: the finding."""
    END = "end"
    """The experiment has ended; data: the experiment. No events follow, unless the experiment is extended or
    retried."""
