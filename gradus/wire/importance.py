"""Permutation importance: the answer of `GET /v1/experiments/{id}/importance` and `GET /v1/sweeps/{id}/importance`."""

from typing import Literal

from gradus.facts import Part
from gradus.spec.loss import Task
from gradus.wire.message import Message, Number

ImportanceMetric = Literal["log_loss", "accuracy", "r2"] | str
"""`log_loss` and `accuracy` of classes or labels; `r2` of a regression, its mean over the targets. A newer service may
have others."""


class JudgedNetwork(Message):
    """A network whose columns were shuffled."""

    experiment: str
    seed: int
    epoch: int
    """Epochs done."""
    checkpoint: str
    """Digest of the checkpoint, `sha256:…`."""


class IntactMetric(Message):
    """A metric with all columns as they are: the mean over the networks."""

    name: ImportanceMetric
    value: Number


class ColumnEffect(Message):
    """What shuffling did to a metric."""

    metric: ImportanceMetric
    shuffled: Number
    """The metric with the shuffled column."""
    worse_by: Number
    """By how much the metric is worse with the shuffled column; negative if it is better."""
    ci95: tuple[Number, Number]
    """Confidence interval of `worse_by`, by Student's t, corrected so that it holds for all columns of the answer at
    once. It covers other examples of the same kind; with several networks, also other seeds. Few seeds make it
    wide."""
    p_adjusted: Number
    """Holm's adjusted p-value over all columns."""
    helps: bool
    """Whether the network uses the column: the metric is worse without it, and `p_adjusted` is below 0.05. The interval
    may still hold zero, as Holm's test is the sharper one."""


class ColumnImportance(Message):
    """How much worse a network predicts when it gets the values of a column from other examples."""

    columns: tuple[str, ...]
    """The column; several that were shuffled together."""
    inputs: int
    """Number of inputs that encode them."""
    effects: tuple[ColumnEffect, ...]
    """One for each metric, in the order of `metrics`."""


class ImportanceReport(Message):
    """The importance of the input columns, the most important first, by the first metric."""

    task: Task
    split: Part
    networks: tuple[JudgedNetwork, ...]
    """The network; of a sweep, those of a change, by seed."""
    n: int
    """Number of examples that were shuffled: fewer than `of` if all would take too long."""
    of: int
    """Number of examples in the split."""
    repeats: int
    """Number of other examples from which each example got a column's values."""
    weighted: bool
    """Whether losses weight examples by the data set's weight column."""
    metrics: tuple[IntactMetric, ...]
    columns: tuple[ColumnImportance, ...]
