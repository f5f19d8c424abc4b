"""The loss that training minimizes, of the outputs ŷ and the targets y of an example.

A batch's loss is the mean over its examples. Each kind belongs to one task; `auto` is the first kind of the data set's
task. Regression targets are standardized by the mean and standard deviation of the training examples: networks learn
(y - mean) / deviation. With one target, losses are reported in its own units; with several, as the mean over the
targets of their standardized losses, as their units differ.

Reported losses measure the same on the training, validation and test split: label smoothing, class weights and
penalties change the gradient, but no reported loss. So experiments that differ in these settings can be compared.
"""

from typing import Annotated, Literal, assert_never, get_args

from pydantic import Field

from gradus.spec.spec_model import SpecModel, named, tagged

Task = Literal["classification", "multi_label", "regression"]
"""classification: each example has one of the classes; one output for each class.
multi_label: each example has any number of the labels; one output for each label.
regression: each example has one or several numbers; one linear output for each."""

LabelSmoothing = Annotated[float, Field(ge=0, lt=1)]


class AutoLoss(SpecModel, title="Automatic"):
    """By the task: `cross_entropy` for classification, `binary_cross_entropy` for multi-label, `squared` for
    regression."""

    kind: Literal["auto"] = "auto"


class CrossEntropy(SpecModel, title="Cross-entropy"):
    """Classification: -ln p(class), where p is the softmax of the outputs. `torch.nn.CrossEntropyLoss`.

    With label smoothing ε, training minimizes -Σ q(c) ln p(c) with q = 1 - ε + ε/classes for the class and ε/classes
    for all others; reported losses are without it.
    Source: Szegedy et al., Rethinking the inception architecture for computer vision, 2016, section 7.
    """

    kind: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: LabelSmoothing = 0.0
    """Share of each target that is spread evenly over all classes."""


class BinaryCrossEntropy(SpecModel, title="Binary cross-entropy"):
    """Multi-label: mean over the labels of -y ln p - (1 - y) ln(1 - p), where y is 0 or 1 and p = 1 / (1 + e^-ŷ).
    `torch.nn.BCEWithLogitsLoss`.

    With label smoothing ε, training uses y (1 - ε) + ε/2 instead of y; reported losses are without it.
    """

    kind: Literal["binary_cross_entropy"] = "binary_cross_entropy"
    label_smoothing: LabelSmoothing = 0.0
    """How far each target is moved towards 1/2."""


class SquaredLoss(SpecModel, title="Squared error"):
    """Regression: (ŷ - y)², in squared units of the target; best constant: the mean. `torch.nn.MSELoss`."""

    kind: Literal["squared"] = "squared"


class AbsoluteLoss(SpecModel, title="Absolute error"):
    """Regression: |ŷ - y|, in units of the target; best constant: the median. `torch.nn.L1Loss`."""

    kind: Literal["absolute"] = "absolute"


class HuberLoss(SpecModel, title="Huber loss"):
    """Regression: (ŷ - y)²/2 where |ŷ - y| ≤ delta, and delta · (|ŷ - y| - delta/2) beyond, in squared units of the
    target. `torch.nn.HuberLoss`.

    Source: Huber, Robust estimation of a location parameter, 1964.
    """

    kind: Literal["huber"] = "huber"
    delta: Annotated[float, Field(gt=0, le=1e30)] | None = None
    """The error from which on the loss grows linearly, in the targets' own units; null for one standard deviation of
    each target over the training examples."""


class QuantileLoss(SpecModel, title="Quantile loss"):
    """Regression: q · (y - ŷ) where ŷ ≤ y, and (1 - q) · (ŷ - y) above: the network learns the q-quantile. In units of
    the target; with q = 0.5 half the absolute error. `sklearn.metrics.mean_pinball_loss`.

    Source: Koenker & Bassett, Regression quantiles, 1978.
    """

    kind: Literal["quantile"] = "quantile"
    q: float = Field(default=0.5, gt=0, lt=1)
    """The quantile: the share of the examples whose target is below the output."""


ClassificationLoss = CrossEntropy
MultiLabelLoss = BinaryCrossEntropy
RegressionLoss = SquaredLoss | AbsoluteLoss | HuberLoss | QuantileLoss
ConcreteLoss = ClassificationLoss | MultiLabelLoss | RegressionLoss
AnyLoss = AutoLoss | ConcreteLoss

Loss = Annotated[
    Annotated[AnyLoss, tagged()],
    named("auto", "cross_entropy", "binary_cross_entropy", "squared", "absolute", "huber", "quantile"),
]


def losses_of(task: Task) -> tuple[type[ConcreteLoss], ...]:
    """The kinds of loss that a task can have, the default first."""
    match task:
        case "classification":
            return (CrossEntropy,)
        case "multi_label":
            return (BinaryCrossEntropy,)
        case "regression":
            return get_args(RegressionLoss)
        case _:
            assert_never(task)


PLAIN_LOSSES: tuple[ConcreteLoss, ...] = tuple(losses_of(task)[0]() for task in get_args(Task))
"""The default loss of each task."""


def is_plain(loss: AnyLoss) -> bool:
    """Whether a loss is what `auto` stands for, or `auto` itself."""
    return isinstance(loss, AutoLoss) or loss in PLAIN_LOSSES


def resolve_loss(loss: AnyLoss, task: Task) -> ConcreteLoss:
    """The loss that `auto` stands for in this task; any other is returned unchanged."""
    return losses_of(task)[0]() if isinstance(loss, AutoLoss) else loss


def misfit(loss: AnyLoss, task: Task) -> str | None:
    """Why a loss cannot be used for a task, as a sentence; None if it can."""
    kinds = losses_of(task)
    if isinstance(loss, (AutoLoss, *kinds)):
        return None
    names = ", ".join(str(kind.model_fields["kind"].default) for kind in kinds)
    return f"the loss '{loss.kind}' does not fit the task {_NAMES[task]}: use {names}, or auto"


_NAMES: dict[Task, str] = {
    "classification": "classification",
    "multi_label": "multi-label classification",
    "regression": "regression",
}
