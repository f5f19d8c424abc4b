"""Metrics: one row for each epoch of an experiment."""

from gradus.wire.message import Finite, Message, Moment, Number
from gradus.wire.tolerant import OpenStatus


class MetricsRow(Message):
    """What one epoch gave. Losses are the data loss, without penalty, label smoothing and class weights; the data set's
    example weights count. A single regression target's loss is in its own units (squared for `squared` and `huber`),
    that of several is the mean of their standardized losses. Accuracies are null for regression."""

    epoch: int
    """1 = after the first."""
    step: int
    """Steps taken since the start of the run."""
    train_loss: Number
    """Mean over the epoch's examples, as they were trained."""
    train_accuracy: Number | None
    """Share of the epoch's examples that were right, as they were trained; for several labels, share of the labels.
    Every example counts once."""
    validation_loss: Number
    validation_accuracy: Number | None
    test_loss: Number
    test_accuracy: Number | None
    penalty: Number
    """l1·Σ|w| + l2·Σw² at the end of the epoch."""
    learning_rate: Number
    """Of the epoch's last step."""
    gradient_norm: Number
    """L2 norm of the whole gradient before clipping, mean over the epoch's steps."""
    seconds: Finite
    """Wall clock of the epoch, evaluation included."""
    samples_per_second: Finite
    """Training examples over `seconds`."""
    at: Moment
    """When the epoch ended."""


class MetricsPage(Message):
    """The answer of `GET /v1/experiments/{id}/metrics`."""

    data: tuple[MetricsRow, ...]
    last_epoch: int
    """The newest epoch there is, whether or not it is in `data`; 0 if none. An answer has 10,000 rows at most, from the
    first on: to read on, pass the epoch of the last row as `after`, until that is this one."""
    status: OpenStatus
    last_event: int
    """The `seq` of the experiment's newest event: what comes after it may not be in `data` yet."""


class MetricsPages(Message):
    """The answer of `GET /v1/metrics`: the histories of several experiments, by their ids."""

    data: dict[str, MetricsPage]
