"""Metrics: one row for each epoch of an experiment."""

from gradus.wire.message import Finite, Message, Moment, Number
from gradus.wire.tolerant import OpenStatus


class MetricsRow(Message):
    """The results of one epoch. Losses are the data loss, without penalty, label smoothing and class weights; the data
    set's example weights count. The loss of a single regression target is in the target's units (squared for `squared`
    and `huber`); the loss of several targets is the mean of their standardized losses. Accuracies are null for
    regression."""

    epoch: int
    """The epoch that the row is about; 1 is the first."""
    step: int
    """Steps taken since the start of the run."""
    train_loss: Number
    """Mean loss over the epoch's examples, each measured when it was trained on."""
    train_accuracy: Number | None
    """Share of the epoch's examples that were predicted correctly, each measured when it was trained on; for
    multi-label classification, share of the labels. Every example counts once."""
    validation_loss: Number
    validation_accuracy: Number | None
    test_loss: Number
    test_accuracy: Number | None
    penalty: Number
    """l1·Σ|w| + l2·Σw² at the end of the epoch."""
    learning_rate: Number
    """Learning rate of the epoch's last step."""
    gradient_norm: Number
    """L2 norm of the whole gradient before clipping, mean over the epoch's steps."""
    seconds: Finite
    """Wall-clock time of the epoch, including the evaluation."""
    samples_per_second: Finite
    """Training examples divided by `seconds`."""
    at: Moment
    """When the epoch ended."""


class MetricsPage(Message):
    """The answer of `GET /v1/experiments/{id}/metrics`."""

    data: tuple[MetricsRow, ...]
    last_epoch: int
    """The newest epoch, whether or not it is in `data`; 0 if there is none. A response has at most 10,000 rows, the
    earliest first: to continue, pass the epoch of the last row as `after`, until it is this epoch."""
    status: OpenStatus
    last_event: int
    """The `seq` of the experiment's newest event: what comes after it may not be in `data` yet."""


class MetricsPages(Message):
    """The answer of `GET /v1/metrics`: the histories of several experiments, by their ids."""

    data: dict[str, MetricsPage]
