"""Steps that are too long, as seen in a run."""

from collections.abc import Iterator, Sequence

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.optimizer import SGD, Momentum
from gradus.status import FailureCode
from gradus.wire.finding import Evidence, Finding, Patch, Since
from gradus.wire.layer_report import LayerReport
from insight import cures
from insight.in_run import lr_too_low
from insight.in_run.initial_scale import initial_loss, worst_scale
from insight.in_run.layers import newest, stride_of
from insight.linear import is_nonlinear
from insight.outcome import STRICT, is_at_prior, learns_well, severity
from insight.run import Run
from insight.trend import lowest
from insight.words import figure, rounded

LONG = {"adam": 0.02, "adamw": 0.02, "rmsprop": 0.02, "adagrad": 0.3}
"""Learning rates of optimizers whose steps do not depend on the gradient's size, above which ten steps move a weight
further than its initial distance from 0."""
ABOVE = 1.2
"""Ratio of the worst epoch's loss to a constant prediction's, or to the initial loss if that is larger, above which the
loss has risen."""
SCALE = 4.0
FAR = 3.0
"""The ratio of losses, as for `ABOVE`, above which the first steps were too long even if something is learned
afterwards."""
LOST = 0.9
"""Share of a constant prediction's loss above which a network has lost what it had learned."""
EPOCHS = 3
FALL = 0.01
SOLVED = 0.02


def in_run(run: Run) -> Finding | None:
    """Fires if the steps of a run were too long. The evidence is one of these:

    - The run diverged, and no other cause is known.
    - It learned nothing, and its loss rose above that of a constant prediction and that of the start, although the
      initial weights were not too large.
    - Its learning rate is too high for its optimizer, and it does not learn well, not even its training examples.
    - It lost what it had learned, or measured steps increase the loss of their own batch.
    """
    if run.failure is not None and run.failure.code is not FailureCode.DIVERGED:
        return None
    if run.failure is not None:
        return _diverged(run)
    if not run.is_due or run.prior is None or worst_scale(run) > SCALE:
        return None
    lr = run.spec.optimizer.lr
    losses = run.validation_losses if _drops(run) else run.train_losses  # dropout makes the latter higher by itself
    peak = max(map(run.remaining, losses)) / max(1.0, run.remaining(initial_loss(run)))
    is_thrown = (is_at_prior(run) and peak > ABOVE and lr_too_low.in_run(run) is None) or (
        peak > FAR and not learns_well(run) and not _drops(run)
    )
    is_solved = run.remaining(run.train_losses[-1]) < SOLVED
    is_long = lr > LONG.get(run.spec.optimizer.kind, float("inf")) and not is_solved and is_nonlinear(run.network)
    best = lowest(run.validation_losses)
    if (hovering := _hovering(run)) is not None:
        return hovering
    regressed = (
        run.remaining(run.validation_losses[-1]) > LOST
        and run.remaining(run.validation_losses[best]) < 0.5
        and run.train_losses[-1] > run.train_losses[best]  # else it overfits
    )
    if not (is_thrown or (is_long and not learns_well(run, STRICT)) or regressed):
        return None
    return Finding(
        id="lr_too_high",
        severity=severity(run, STRICT) if not regressed else "warning",
        since=run.since(0),
        evidence=tuple(_evidence(run, lr, peak, regressed=regressed)),
        because=_because(run, lr, peak),
        patches=_patches(run),
    )


def _drops(run: Run) -> bool:
    """Whether dropout by itself raises the training loss."""
    layers = [one for one in run.network.layers if isinstance(one, DensePlan | ConvPlan)]
    return run.spec.input_dropout > 0 or any(one.dropout > 0 for one in layers)


def _evidence(run: Run, lr: float, peak: float, *, regressed: bool) -> Iterator[Evidence]:
    if peak > ABOVE:
        yield Evidence(statistic="highest_loss_over_prior", value=peak, threshold=ABOVE, healthy=(0, ABOVE))
    if regressed:
        now = run.remaining(run.validation_losses[-1])
        yield Evidence(statistic="validation_loss_over_prior", value=now, threshold=LOST, healthy=(0, LOST))
    limit = LONG.get(run.spec.optimizer.kind)
    yield Evidence(statistic="learning_rate", value=lr, threshold=limit, healthy=None if limit is None else (0, limit))


def _because(run: Run, lr: float, peak: float) -> str:
    if peak > ABOVE:
        return (
            f"With a learning rate of {lr:g} the loss rose to {figure(peak)} times the loss of a suitable start: the "
            "first steps moved the weights to where little can be learned."
        )
    kind = run.spec.optimizer.kind
    if lr > LONG.get(kind, float("inf")):
        return (
            f"With {kind} each step moves a weight by about the learning rate, {lr:g}, however small its gradient: a "
            "few steps move it further than it was from 0 at the start."
        )
    return (
        f"With a learning rate of {lr:g} the network lost what it had learned: its validation loss was "
        f"{figure(min(run.validation_losses))} and is {figure(run.validation_losses[-1])}."
    )


def _hovering(run: Run) -> Finding | None:
    """Fires if in each of the last measured epochs a step increased the loss of its own batch, and the loss does not
    fall."""
    last = [report for report in run.reports[-EPOCHS:] if report.rho is not None]
    rhos = [report.rho for report in last if report.rho is not None]
    if len(rhos) < EPOCHS or not _is_recent(run, last) or max(rhos) >= 0 or run.fall_per_epoch() >= FALL:
        return None
    if run.remaining(run.train_losses[-1]) < SOLVED:
        return None
    lr, rho = run.spec.optimizer.lr, max(rhos)
    *before, end = (str(report.epoch) for report in last)
    return Finding(
        id="lr_too_high",
        severity=severity(run, STRICT),
        since=Since(epoch=last[0].epoch, step=last[0].step),
        evidence=(
            Evidence(statistic="rho", value=rho, threshold=0, healthy=(0.25, 1)),
            Evidence(statistic="learning_rate", value=lr),
        ),
        because=f"In epochs {', '.join(before)} and {end}, the last ones measured, a step with the learning rate of "
        f"{lr:g} increased the loss of the very batch that it was computed from (rho {figure(rho)}): the step is more "
        "than twice as long as the way to the minimum.",
        patches=_patches(run),
    )


def _is_recent(run: Run, reports: Sequence[LayerReport]) -> bool:
    """Whether these reports are from the second half of the run so far, or as recent as reports can be."""
    first, now = reports[0].epoch, run.last.epoch
    return newest(run) is not None and (2 * first >= now or first + EPOCHS * stride_of(run) > now)


def _diverged(run: Run) -> Finding | None:
    failure = run.failure
    assert failure is not None
    if run.cause not in {None, "learning_rate"}:
        return None
    if worst_scale(run) > SCALE and (failure.epoch or 0) <= 1:
        return None
    lr = run.spec.optimizer.lr
    since = Since(epoch=failure.epoch or 0, step=failure.step or 0)
    return Finding(
        id="lr_too_high",
        severity="critical",
        since=since,
        evidence=(Evidence(statistic="learning_rate", value=lr, healthy=(0, rounded(lr / 10))),),
        because=f"With a learning rate of {lr:g} the loss diverged in step {since.step} of epoch {since.epoch}: the "
        "steps are more than twice as long as the way to the minimum, so each ends higher than it began.",
        patches=_patches(run),
    )


def _patches(run: Run) -> tuple[Patch, ...]:
    optimizer = run.spec.optimizer
    lr = rounded(optimizer.lr / 10)
    tenth = Patch(patch={"optimizer": {"lr": lr}}, why=f"A learning rate of {lr:g} takes steps a tenth as long.")
    patches = [*cures.longer_memory(run.spec), tenth]
    if isinstance(optimizer, SGD | Momentum) and run.spec.schedule.kind == "constant":
        patches.append(Patch(patch={"schedule": {"kind": "constant", "warmup": 1}}, why="The first steps are short."))
    return tuple(patches)
