"""The loss no longer falls, and is still high."""

from math import ceil, log2, prod

from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.in_run.narrow import narrow_layer
from insight.outcome import error_remaining, is_at_prior, severity
from insight.run import Run
from insight.trend import ratio
from insight.widths import widened, with_least
from insight.words import count, figure, percent

FLAT = 0.01
"""Relative fall of the training loss over the last fifth of the epochs below which the loss counts as flat."""
LEAST = 5
GAP = 1.05
"""Validation loss over training loss below which nothing has been memorized."""
OVERLAP = 0.7
"""Share of the errors, or of the loss, that may be left for two classes that overlap."""
TIMES = 4
"""Units of a widened layer for each class."""


def in_run(run: Run) -> Finding | None:
    """Fires if the training loss has fallen by less than 1 % in the last fifth of the epochs, at least 3, and the
    validation loss is no higher: the network cannot even describe its training examples. It also fires if a layer has
    too few units for the classes, however long the loss goes on falling."""
    narrow = narrow_layer(run)
    if narrow is not None:
        return _narrow(run, narrow)
    if not (run.is_over or run.is_complete) or len(run.rows) < LEAST or run.failure is not None or is_at_prior(run):
        return None
    before = run.before_last(max(3, ceil(run.last.epoch / 5)))
    epochs = run.last.epoch - run.epochs[before]
    fall = 1 - ratio(run.train_losses[-1], run.train_losses[before])
    train, validation = run.train_losses[-1], run.validation_losses[-1]
    gap = ratio(validation, train)
    if (
        not _is_limited(run)
        or not abs(fall) < FLAT
        or gap > GAP
        or run.data.task == "regression"
        or run.spec.dataset.augment
    ):
        return None  # training losses of augmented images are not comparable to validation losses
    return Finding(
        id=KIND.id,
        severity=severity(run),
        since=run.since(before + 1),
        evidence=(
            Evidence(statistic="train_loss_fall", value=fall, threshold=FLAT, healthy=(FLAT, None)),
            Evidence(statistic="validation_over_train_loss", value=gap, threshold=GAP, healthy=(GAP, None)),
            Evidence(statistic="loss_over_prior", value=run.remaining(validation), healthy=(0, 0.35)),
        ),
        because=f"Over the last {epochs} epochs the training loss fell by {percent(max(fall, 0))} only, to "
        f"{figure(train)}. The loss of new examples is {figure(validation)}: the network cannot describe even its "
        "training examples.",
        patches=tuple(_patches(run)),
    )


def _is_limited(run: Run) -> bool:
    """Whether the network may be too small: it has fewer weights than there are training examples, or more than two
    classes. Two classes often overlap, and then no network is much better."""
    if len(run.data.classes) != 2:
        return True
    weights = sum(prod(tensor.shape) for layer in run.network.layers for tensor in layer.tensors if tensor.is_weight)
    return weights < run.data.train_examples and error_remaining(run) > OVERLAP


def _narrow(run: Run, layer: DensePlan) -> Finding:
    classes, loss = len(run.data.classes), run.last.validation_loss
    wide = with_least(run.spec, TIMES * classes)
    return Finding(
        id=KIND.id,
        severity=severity(run),
        layer=layer.name,
        since=run.since(0),
        evidence=(
            Evidence(
                statistic="units", layer=layer.name, value=layer.units, threshold=log2(classes), healthy=(classes, None)
            ),
            Evidence(statistic="loss_over_prior", value=run.remaining(loss), healthy=(0, 0.35)),
        ),
        because=f"All information about an input passes through {count(layer.units, 'unit')} of {layer.name}: too few "
        f"to tell {classes} classes apart, and new examples have a loss of {figure(loss)}.",
        patches=() if wide is None else (Patch(patch={"layers": wide}, why=f"{TIMES} units for each class."),),
    )


def _patches(run: Run) -> list[Patch]:
    if not run.spec.layers:
        return [Patch(patch={"layers": [64]}, why="A hidden layer lets the network bend.")]
    wider = widened(run.spec, 4)
    return [] if wider is None else [Patch(patch={"layers": wider}, why="Four times the units can describe more.")]


KIND = FindingKind(
    id="underfitting",
    title="The network underfits",
    looks_like="Training and validation loss are equal, flat and high.",
    why="The network is too small, or something holds it back: a penalty, dropout, the lack of a nonlinearity. If one "
    "of these is seen, it is listed first. A layer of two or three units in front of ten classes is too small by "
    "itself: slow learning and dead units then follow from it, and are not listed. Regression has no such finding, "
    "because it is unknown how much of a target is noise. Two classes often overlap: for them the finding needs a "
    "network that has most left to learn, and fewer weights than examples.",
    cure="Wider layers, then more of them.",
    in_run=in_run,
)
