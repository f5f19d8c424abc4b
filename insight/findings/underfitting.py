"""The loss no longer falls, and is still high."""

from math import ceil

from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.findings.widths import widened
from insight.outcome import is_at_prior, severity
from insight.run import Run
from insight.trend import ratio
from insight.words import figure, percent

FLAT = 0.01
"""Fall of the training loss over the last fifth of the epochs."""
LEAST = 5
GAP = 1.05
"""Validation loss over training loss below which nothing has been memorized."""


def in_run(run: Run) -> Finding | None:
    """Fires if the training loss has fallen by less than 1 % in the last fifth of the epochs, at least 3, and the
    validation loss is no higher: the network cannot even describe its training examples."""
    if not (run.is_over or run.is_complete) or len(run.rows) < LEAST or run.failure is not None or is_at_prior(run):
        return None
    before = run.before_last(max(3, ceil(run.last.epoch / 5)))
    epochs = run.last.epoch - run.epochs[before]
    fall = 1 - ratio(run.train_losses[-1], run.train_losses[before])
    train, validation = run.train_losses[-1], run.validation_losses[-1]
    gap = ratio(validation, train)
    if not abs(fall) < FLAT or gap > GAP or run.data.task == "regression" or run.spec.dataset.augment:
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
        f"{figure(train)}, and new examples have {figure(validation)}: the network cannot describe even the examples "
        "that it sees.",
        patches=tuple(_patches(run)),
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
    "of these is seen, it is listed first. For regression nothing is said: nobody knows how much of the target is "
    "noise.",
    cure="Wider layers, then more of them.",
    in_run=in_run,
)
