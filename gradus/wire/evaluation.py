"""How good a trained network is: the answer of `GET /v1/experiments/{id}/evaluation`."""

from typing import Literal

from gradus.facts import Part
from gradus.spec.loss import Task
from gradus.wire.message import Message, Number

Interval = tuple[Number, Number]
"""A 95 % confidence interval."""


class Metric(Message):
    """A number that tells how good the network is."""

    name: str
    target: str | None = None
    """The target that it is about, if a regression has several."""
    value: Number
    ci95: Interval | None = None
    """Wilson's interval of a share, else from 2 000 bootstrap draws; null for ranks of more than 50 classes, and
    for the calibration error, which draws with replacement overstate."""
    baseline: Number | None = None
    """The value of a prediction that knows nothing but the training targets: their frequencies, mean or median."""


class ClassMetrics(Message):
    """How well one class, or one label, is found."""

    name: str
    support: int
    """Examples that have it."""
    predicted: int
    """Examples that are said to have it."""
    hits: int
    """Examples of both kinds."""
    precision: Number
    """Share of the predictions that are right."""
    precision_ci95: Interval
    recall: Number
    """Share of its examples that are found."""
    recall_ci95: Interval
    f1: Number
    """Harmonic mean of precision and recall."""
    auc: Number
    """Area under the ROC curve, against all other classes."""
    average_precision: Number


class RocCurve(Message):
    """Points of the ROC curve, at most 200, by decreasing threshold."""

    false_positive_rate: tuple[Number, ...]
    true_positive_rate: tuple[Number, ...]
    threshold: tuple[Number, ...]


class PrecisionRecallCurve(Message):
    """Points of the precision-recall curve, at most 200, by decreasing threshold."""

    recall: tuple[Number, ...]
    precision: tuple[Number, ...]
    threshold: tuple[Number, ...]


class Curves(Message):
    """The curves of one class against all others, or of one label."""

    name: str
    roc: RocCurve
    precision_recall: PrecisionRecallCurve


class ReliabilityBin(Message):
    """Examples of similar probability."""

    n: int
    confidence: Number
    """Mean of the predicted probabilities."""
    share: Number
    """Share for which the prediction came true."""
    ci95: Interval
    """Of the share."""


class Reliability(Message):
    """Whether probabilities come true: 15 bins of equally many examples."""

    of: Literal["predicted_class", "positive_class", "labels"]
    """The probability that is compared: of the predicted class; of the second of two classes; of all labels."""
    bins: tuple[ReliabilityBin, ...]
    calibrated: tuple[ReliabilityBin, ...]
    """The same with the temperature of `calibration`; empty without one."""


class Calibration(Message):
    """The temperature by which logits are divided, so that the log loss on the validation split is least."""

    temperature: Number
    log_loss: Number
    """On the evaluated split, with the temperature."""
    calibration_error: Number
    """On the evaluated split, with the temperature."""


class Threshold(Message):
    """A probability from which an example counts as of the second of two classes, chosen on the validation split."""

    criterion: Literal["f1", "youden", "cost"]
    """Largest F1; largest true minus false positive rate; least cost, where a miss costs `miss_cost` false alarms."""
    threshold: Number
    precision: Number
    """On the evaluated split, as the following."""
    recall: Number
    f1: Number
    accuracy: Number
    cost: Number
    """Mean cost of an example: 1 for a false alarm, `miss_cost` for a miss."""


class Conformal(Message):
    """Prediction sets or intervals that hold the truth with a given probability, made from the validation split."""

    target: str | None = None
    """The target, for regression."""
    level: Number
    """The probability that was asked for."""
    coverage: Number
    """Share of the evaluated examples whose set or interval holds the truth."""
    ci95: Interval
    quantile: Number
    """A set holds the classes of at least 1 minus this probability; an interval is the prediction plus and minus
    this."""
    size: Number
    """Mean number of classes in a set, or width of the interval."""
    empty: Number
    """Share of the sets that are empty."""


class Quantile(Message):
    """A quantile of residuals."""

    q: Number
    value: Number


class WorstRow(Message):
    """An example with a large residual."""

    row: int
    """Position in the data set, from 0."""
    value: Number
    prediction: Number


class Grid(Message):
    """Counts of examples by prediction and residual. What lies outside the edges counts in the outer cells."""

    predictions: tuple[Number, ...]
    """Edges, one more than rows."""
    residuals: tuple[Number, ...]
    """Edges, one more than columns."""
    counts: tuple[tuple[int, ...], ...]


class Residuals(Message):
    """The errors of one target: prediction minus value."""

    target: str
    quantiles: tuple[Quantile, ...]
    grid: Grid
    worst: tuple[WorstRow, ...]
    """The 20 examples with the largest residuals, largest first."""


class Group(Message):
    """The examples with one value of a column."""

    value: str | None
    """Null if it is missing."""
    n: int
    few: bool
    """Whether the group has fewer than 30 examples, too few to judge."""
    metrics: tuple[Metric, ...]


class EvaluationReport(Message):
    """How good a network is on a split."""

    experiment: str
    epoch: int
    """Epochs done."""
    checkpoint: str
    """Digest of the checkpoint, `sha256:…`."""
    task: Task
    split: Part
    n: int
    """Examples of the split."""
    weighted: bool
    """Whether losses weigh examples by the data set's weight column. Shares and ranks count every example once."""
    effective_examples: Number | None = None
    """Examples of equal weight that would tell as much as those of training with the weights of their classes and
    rows: (Σw)² / Σw². Null without weights."""
    metrics: tuple[Metric, ...]
    classes: tuple[str, ...] = ()
    """Names of the classes or labels."""
    per_class: tuple[ClassMetrics, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    """Counts of examples by given class (rows) and predicted class (columns); empty for labels."""
    curves: tuple[Curves, ...] = ()
    """Of the most frequent 20 classes; of two classes, of the second."""
    reliability: Reliability | None = None
    calibration: Calibration | None = None
    miss_cost: Number = 1.0
    thresholds: tuple[Threshold, ...] = ()
    conformal: tuple[Conformal, ...] = ()
    residuals: tuple[Residuals, ...] = ()
    by: str | None = None
    groups: tuple[Group, ...] = ()
    """By the column `by`, the largest group first, at most 50. Numbers with many values are cut into five groups."""
