"""The loss became infinite, or so large that no epoch can bring it back."""

from gradus.status import FailureCode
from gradus.wire.finding import Evidence, Finding, Patch, Since
from insight.findings.kind import FindingKind
from insight.run import Run
from insight.trend import median
from insight.words import clip_norm, figure, rounded


def in_run(run: Run) -> Finding | None:
    """Fires if the run failed as diverged: a loss or a parameter is not finite, or the losses of an epoch exceed 40
    times the larger of the first loss and the loss of a constant prediction."""
    failure = run.failure
    if failure is None or failure.code is not FailureCode.DIVERGED:
        return None
    epoch, step = failure.epoch or 0, failure.step or 0
    before = run.train_losses[-1] if run.rows else None
    had = "" if before is None else f" after a loss of {figure(before)} in epoch {run.last.epoch}"
    return Finding(
        id=KIND.id,
        severity="critical",
        layer=failure.layer,
        since=Since(epoch=epoch, step=step),
        evidence=(Evidence(statistic="steps", value=step, healthy=(run.steps_per_epoch * run.spec.epochs, None)),),
        because=f"In epoch {epoch}, step {step}, the numbers of {failure.layer or 'the network'} grew without "
        f"limit{had}: training cannot continue with infinite numbers.",
        patches=tuple(_patches(run)),
    )


def _patches(run: Run) -> list[Patch]:
    lr = rounded(run.spec.optimizer.lr / 10)
    patches = [Patch(patch={"optimizer": {"lr": lr}}, why=f"A learning rate of {lr:g} takes steps a tenth as long.")]
    if run.spec.clip_norm is None:
        norm = median([row.gradient_norm for row in run.rows], run.spans)
        limit = clip_norm(norm) if norm > 0 else 1.0
        patches.append(
            Patch(patch={"clip_norm": limit}, why=f"A gradient with a norm of at most {limit:g} cannot explode.")
        )
    return patches


KIND = FindingKind(
    id="diverged",
    title="The loss diverged",
    looks_like="The loss grows within a few steps to infinity or NaN, and the run fails with the code `diverged`.",
    why="In the direction of a step, the loss has a minimum. A step that is more than twice as long as the way to this "
    "minimum ends at a higher loss than it began, so the next gradient is larger still. The same happens if the first "
    "weights make outputs of hundreds, or if a penalty alone multiplies the weights. Divergence is a symptom: where "
    "one of these causes is seen, it is listed first.",
    cure="Cure what is listed above it. If nothing is: a tenth of the learning rate, then a limit on the gradient's "
    "norm, then a warm-up.",
    in_run=in_run,
)
