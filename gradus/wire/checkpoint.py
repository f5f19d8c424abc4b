"""Checkpoints as the server answers them."""

from gradus.wire.message import Message, Moment


class CheckpointRecord(Message):
    """A point to which a run can go back."""

    epoch: int
    """Epochs done."""
    step: int
    """Steps taken since the start of the run."""
    whole: bool
    """Whether it stands between two epochs: only then can a fork begin there."""
    size: int
    """Bytes."""
    created_at: Moment


class CheckpointPage(Message):
    """The answer of `GET /v1/experiments/{id}/checkpoints`, newest first."""

    data: tuple[CheckpointRecord, ...]
