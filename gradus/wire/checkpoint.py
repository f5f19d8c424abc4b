"""Checkpoints in the server's responses."""

from gradus.wire.message import Message, Moment


class CheckpointRecord(Message):
    """A checkpoint that a run can be resumed from."""

    epoch: int
    """Epochs done."""
    step: int
    """Steps taken since the start of the run."""
    whole: bool
    """Whether it is at the end of an epoch: only then can a fork begin there."""
    size: int
    """Size in bytes."""
    created_at: Moment


class CheckpointPage(Message):
    """The answer of `GET /v1/experiments/{id}/checkpoints`, newest first."""

    data: tuple[CheckpointRecord, ...]
    last_event: int = 0
    """Number of the newest event in the experiment's log."""
