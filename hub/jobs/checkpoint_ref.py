"""A checkpoint that is in the artifact store: what a trainer tells the worker, and the worker the database."""

from gradus.wire.message import Message


class CheckpointRef(Message):
    """Where it is, and where the run stood."""

    key: str
    digest: str
    """SHA-256 of its manifest."""
    size: int
    """Bytes."""
    epoch: int
    """Epochs done."""
    step: int
    """Steps taken since the start of the run."""
    whole: bool
    """Whether it was taken between two epochs, and not in the middle of one."""


def key_of(experiment_id: str, token: int, epoch: int, step: int) -> str:
    """The artifact's key: each lease has names of its own, so that a stale worker cannot write over a newer one's."""
    return f"{experiment_id}/{token}-{epoch}-{step}"


def is_graft(key: str) -> bool:
    """Whether the checkpoint was taken from another experiment, for this one to begin with: no lease has number 0."""
    return token_of(key.rpartition("/")[2]) == 0


def token_of(name: str) -> int:
    """The fencing number in the last part of a key."""
    return int(name.partition("-")[0])
