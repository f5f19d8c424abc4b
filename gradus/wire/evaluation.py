"""The evaluation of a trained network: the answer of `GET /v1/experiments/{id}/evaluation`."""

from typing import Literal

from gradus.facts import Part
from gradus.spec.loss import Task
from gradus.wire.message import Message, Number

Interval = tuple[Number, Number]
"""A 95 % confidence interval."""


class Metric(Message):
    """A measure of the network's quality."""

    name: str
    target: str | None = None
    """The target that it is about, if a regression has several."""
    value: Number
    ci95: Interval | None = None
    """Wilson's interval for a share, else from 2 000 bootstrap draws; null for rank metrics of more than 50 classes,
    and for the calibration error, which draws with replacement overestimate."""
    baseline: Number | None = None
    """The value of a prediction that knows nothing but the training targets: their frequencies, mean or median."""


class ClassMetrics(Message):
    """The metrics of one class or one label."""

    name: str
    support: int
    """Number of examples of the class."""
    predicted: int
    """Number of examples that are predicted to be of the class."""
    hits: int
    """Number of examples of the class that are predicted correctly."""
    precision: Number
    """Precision: share of the predictions of the class that are correct."""
    precision_ci95: Interval
    recall: Number
    """Recall: share of the examples of the class that are predicted correctly."""
    recall_ci95: Interval
    f1: Number
    """Harmonic mean of precision and recall."""
    auc: Number
    """Area under the ROC curve of the class against all other classes."""
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
    """Share of the examples for which the prediction is correct."""
    ci95: Interval
    """Confidence interval of the share."""


class Reliability(Message):
    """Predicted probabilities compared with observed frequencies, in 15 bins with equally many examples."""

    of: Literal["predicted_class", "positive_class", "labels"]
    """Whose probability is compared: the predicted class, the second of two classes, or all labels."""
    bins: tuple[ReliabilityBin, ...]
    calibrated: tuple[ReliabilityBin, ...]
    """Bins like `bins`, of the probabilities with the temperature of `calibration`; empty without a temperature."""


class Calibration(Message):
    """The temperature by which logits are divided to minimize the log loss on the validation split."""

    temperature: Number
    log_loss: Number
    """Log loss on the evaluated split, with the temperature."""
    calibration_error: Number
    """Calibration error on the evaluated split, with the temperature."""


class Threshold(Message):
    """The probability from which an example is assigned to the second of two classes, chosen on the validation
    split."""

    criterion: Literal["f1", "youden", "cost"]
    """The criterion: largest F1, largest difference of true and false positive rate, or least cost, where a miss costs
    `miss_cost` false alarms."""
    threshold: Number
    precision: Number
    """Precision on the evaluated split, like the following fields."""
    recall: Number
    f1: Number
    accuracy: Number
    cost: Number
    """Mean cost of an example: 1 for a false alarm, `miss_cost` for a miss."""


class Conformal(Message):
    """Prediction sets or intervals that contain the true value with a given probability, calibrated on the validation
    split."""

    target: str | None = None
    """The target, for regression."""
    level: Number
    """The requested probability."""
    coverage: Number
    """Share of the evaluated examples whose set or interval contains the true value."""
    ci95: Interval
    quantile: Number
    """A set contains the classes whose probability is at least 1 minus this number; an interval is the prediction plus
    and minus this number."""
    size: Number
    """Mean number of classes in a set, or the width of the interval."""
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
    """Counts of examples by prediction and residual. Values outside the edges count in the outer cells."""

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
    """The column's value; null if it is missing."""
    n: int
    few: bool
    """Whether the group has fewer than 30 examples, too few to judge."""
    metrics: tuple[Metric, ...]


class EvaluationReport(Message):
    """The evaluation of a network on a split."""

    experiment: str
    epoch: int
    """Epochs done."""
    checkpoint: str
    """Digest of the checkpoint, `sha256:…`."""
    task: Task
    split: Part
    n: int
    """Number of examples in the split."""
    weighted: bool
    """Whether losses weight examples by the data set's weight column. Shares and rank metrics count every example
    once."""
    effective_examples: Number | None = None
    """Effective number of training examples with the weights of their classes and rows: (Σw)² / Σw². Null without
    weights."""
    metrics: tuple[Metric, ...]
    classes: tuple[str, ...] = ()
    """Names of the classes or labels."""
    per_class: tuple[ClassMetrics, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    """Counts of examples by true class (rows) and predicted class (columns); empty for multi-label classification."""
    curves: tuple[Curves, ...] = ()
    """Curves of the 20 most frequent classes; for two classes, of the second class only."""
    reliability: Reliability | None = None
    calibration: Calibration | None = None
    miss_cost: Number = 1.0
    thresholds: tuple[Threshold, ...] = ()
    conformal: tuple[Conformal, ...] = ()
    residuals: tuple[Residuals, ...] = ()
    by: str | None = None
    groups: tuple[Group, ...] = ()
    """The groups by the values of the column `by`, largest first, at most 50. Numbers with many distinct values are
    divided into five groups."""
