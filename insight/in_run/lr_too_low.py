"""Steps that are too short, as seen in a run."""

from gradus.spec.optimizer import SGD, Momentum
from gradus.wire.finding import Evidence, Finding, Patch
from insight.in_run.narrow import narrow_layer
from insight.outcome import learns_well, severity
from insight.run import Run
from insight.trend import falling_share, lowest
from insight.words import count, figure, percent, rounded

LEARNED = 0.7
"""A run has learned next to nothing while its training loss is above this share of a constant prediction's."""
DIRECTION = 0.8
"""Minimum share of the epochs whose training loss fell."""
PER_STEP = 1e-3
"""Relative fall of the loss per step below which the steps are too short."""
STEADY = 0.5
"""Minimum ratio of the fall of the loss in the second half of the run to that in the first. A loss that levels off has
another cause."""
RISE = 0.02
"""Rise of the validation loss above which longer steps would only learn more by heart."""
EXAMPLES = 1e-5
"""Fall of the loss per epoch below which the loss counts as constant."""


def in_run(run: Run) -> Finding | None:
    """Fires if the training loss fell in nearly every epoch, as fast at the end as at the beginning, but by less than
    0.1 % a step, and most of it is left."""
    if not run.is_due or run.failure is not None or run.prior is None or len(run.rows) < 2 or learns_well(run):
        return None
    losses = run.train_losses
    left, fall = run.remaining(losses[-1]), run.fall_per_epoch(run.last.epoch)
    per_step = fall / run.steps_per_epoch
    if left < LEARNED or falling_share(losses) < DIRECTION or not per_step * run.steps_per_epoch > EXAMPLES:
        return None
    if per_step > PER_STEP or not _is_steady(run) or narrow_layer(run) is not None or _is_learned_by_heart(run):
        return None
    lr = run.spec.optimizer.lr
    return Finding(
        id="lr_too_low",
        severity=severity(run),
        since=run.since(0),
        evidence=(
            Evidence(
                statistic="train_loss_fall_per_step", value=per_step, threshold=PER_STEP, healthy=(PER_STEP, None)
            ),
            Evidence(statistic="loss_over_prior", value=left, threshold=LEARNED, healthy=(0, LEARNED)),
            Evidence(statistic="learning_rate", value=lr),
        ),
        because=f"In {count(run.last.step, 'step')} with a learning rate of {lr:g} the training loss fell steadily, "
        f"but only from {figure(losses[0])} to {figure(losses[-1])}, {percent(fall)} an epoch: the steps are too short "
        "to get anywhere.",
        patches=_patches(run),
    )


def _is_learned_by_heart(run: Run) -> bool:
    """Whether the validation loss has risen since an epoch of the first half of the run."""
    losses, best = run.validation_losses, lowest(run.validation_losses)
    return 2 * run.epochs[best] <= run.last.epoch and losses[-1] > (1 + RISE) * losses[best]


def _is_steady(run: Run) -> bool:
    losses, epochs = run.train_losses, run.epochs
    middle = run.before_last(run.last.epoch // 2)
    first, second = losses[0] - losses[middle], losses[middle] - losses[-1]
    if middle in (0, len(losses) - 1):
        return True
    return second / (epochs[-1] - epochs[middle]) >= STEADY * first / (epochs[middle] - epochs[0])


def _patches(run: Run) -> tuple[Patch, ...]:
    optimizer = run.spec.optimizer
    factor = 30 if run.remaining(run.train_losses[-1]) > 0.9 else 10
    lr = rounded(optimizer.lr * factor)
    if not isinstance(optimizer, SGD | Momentum):
        lr = min(lr, 0.003) if optimizer.lr < 0.003 else rounded(optimizer.lr * 3)
    longer = Patch(patch={"optimizer": {"lr": lr}}, why=f"A learning rate of {lr:g} takes longer steps.")
    if not isinstance(optimizer, SGD | Momentum):
        return (longer,)
    adam = Patch(
        patch={"optimizer": {"kind": "adam", "lr": 0.001}}, why="Adam's steps do not shrink with the gradient."
    )
    return (longer, adam) if optimizer.lr > 1e-4 else (adam, longer)
