"""Targets of a regression that are far from the outputs, as seen in a run."""

from gradus.spec.experiment import Spec
from gradus.spec.loss import SquaredLoss, Task, resolve_loss
from gradus.spec.optimizer import SGD, Momentum
from gradus.status import FailureCode
from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures
from insight.in_run import lr_too_low
from insight.in_run.slow import is_slow
from insight.outcome import severity
from insight.run import Run
from insight.words import count, figure, percent

FAR = 4.0
"""Distance of the targets from 0, in the unit that the network learns. Standardized targets have the distance 1, and
initial outputs are at most of this size."""
MOST = 30.0
"""The largest factor of the learning rate in a patch."""


def in_run(run: Run) -> Finding | None:
    """Fires if the targets are at least four times as far from 0 as standardized ones, and that is why the run
    diverged, or ended on its way to them. If gradients grow with the distance, far targets are reached as soon as near
    ones, but steps may be too long. Otherwise steps are not too long, but far targets take many steps."""
    size = None if run.prior is None else run.prior.target_size
    diverged = gradients_grow(run.spec, run.data.task)
    if size is None or not size > FAR or not (_has_diverged(run) if diverged else _is_on_its_way(run)):
        return None
    how = severity(run)
    return Finding(
        id="target_scale",
        severity="warning" if how == "note" else how,
        layer="output",
        evidence=(Evidence(statistic="target_size", value=size, threshold=FAR, healthy=(0, FAR)),),
        because=f"In the unit that the network learns, the targets are about {figure(size)} away from 0, where the "
        f"outputs start: {_then(run, diverged=diverged)}.",
        patches=patches(run, size, diverged=diverged),
    )


def gradients_grow(spec: Spec, task: Task) -> bool:
    """Whether steps are longer if targets are further away: those of gradient descent on squared errors. Other
    optimizers divide gradients by their size, and other losses of a regression have bounded gradients."""
    return isinstance(spec.optimizer, SGD | Momentum) and isinstance(resolve_loss(spec.loss, task), SquaredLoss)


def _has_diverged(run: Run) -> bool:
    diverged = run.failure is not None and run.failure.code is FailureCode.DIVERGED
    return diverged and run.cause in {None, "learning_rate"}


def _is_on_its_way(run: Run) -> bool:
    return run.is_due and run.failure is None and (is_slow(run) or lr_too_low.in_run(run) is not None)


def _then(run: Run, *, diverged: bool) -> str:
    if diverged:
        return "the gradients are as large as that, and the first steps went too far"
    steps, left = count(run.last.step, "step"), percent(run.remaining(run.train_losses[-1]))
    return f"after {steps} the outputs have not reached them, and {left} of a constant prediction's loss is left"


def patches(run: Run, size: float, *, diverged: bool) -> tuple[Patch, ...]:
    """After a divergence, the learning rate divided by the distance of the targets; else multiplied by it."""
    lr = run.spec.optimizer.lr
    if diverged:
        return (cures.rate(run.spec, lr / size, "Shorter steps, in proportion to the distance of the targets."),)
    return (cures.rate(run.spec, min(size, MOST) * lr, "Longer steps, in proportion to the distance of the targets."),)
