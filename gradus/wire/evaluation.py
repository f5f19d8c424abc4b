"""How good a trained network is: the answer of `GET /v1/experiments/{id}/evaluation`."""

from gradus.facts import Part
from gradus.spec.loss import Task
from gradus.wire.message import Message, Number


class Metric(Message):
    """A number that tells how good the network is."""

    name: str
    value: Number


class EvaluationReport(Message):
    """How good a network is on a split."""

    experiment: str
    epoch: int
    """Epochs done."""
    checkpoint: str
    """Digest of the checkpoint."""
    task: Task
    split: Part
    n: int
    """Examples of the split."""
    metrics: tuple[Metric, ...]
