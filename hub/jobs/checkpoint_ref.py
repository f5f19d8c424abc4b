"""References to checkpoints in the artifact store. Trainers send them to their worker, which records them."""

from gradus.wire.message import Message


class CheckpointRef(Message):
    """The location of a checkpoint, and the run's position."""

    key: str
    digest: str
    """SHA-256 of the checkpoint's manifest."""
    size: int
    """Size in bytes."""
    epoch: int
    """Epochs done."""
    step: int
    """Steps taken since the start of the run."""
    whole: bool
    """Whether the checkpoint was taken between two epochs, not within one."""


def key_of(experiment_id: str, token: int, epoch: int, step: int) -> str:
    """The artifact's key. It contains the fencing token, so that a stale worker cannot overwrite a newer checkpoint."""
    return f"{experiment_id}/{token}-{epoch}-{step}"


def is_copied(key: str) -> bool:
    """Whether the checkpoint was copied from another experiment for a fork. Copies have token 0, which no lease has."""
    return token_of(key.rpartition("/")[2]) == 0


def token_of(name: str) -> int:
    """The fencing token in the last part of a key."""
    return int(name.partition("-")[0])
