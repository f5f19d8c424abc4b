"""The penalty outweighs the data."""

from math import sqrt
from typing import Any

from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.outcome import is_at_prior, learns_well
from insight.run import Run
from insight.start import Start
from insight.words import figure, percent, rounded

SHARE = 0.5
"""Share of the penalty in the whole loss."""
COSTLY = 0.1
"""The same if the weights have shrunk as well, or for regression. There the loss grows continuously with the penalty:
at the end of training, weights that are 1 % smaller cost 2 % of an L2 penalty in the loss, and 1 % of an L1 penalty."""
HALVED, RESTING = 0.5, 0.15
"""The share of the largest penalty that is left, above which the weights have hardly shrunk, and what `COSTLY` is for
them in regression."""
SHRUNK = 0.05
"""Last penalty over the run's largest, below which the penalty has shrunk the weights to almost nothing."""
GAP = 1.1
"""Validation loss over training loss above which the run overfits, so that the penalty is not the fault."""
SOLVED = 0.1
"""Share of a constant prediction's loss below which the penalty does no harm."""
EXACT = 0.01
"""The same for regression where the penalty is more than the data's loss. A predicted number is never exactly right,
and a loss of 5 % of the variance may be twice that of the noise."""
LEAST = 2


def in_run(run: Run) -> Finding | None:
    """Fires if a run with a penalty has learned badly, and the penalty is either most of the loss, or next to nothing
    because it has shrunk the weights to 0. The ratio of the two gradients is no evidence: it is 1 wherever training
    comes to rest."""
    l1, l2 = run.spec.l1, run.spec.l2
    if (l1 == 0 and l2 == 0) or not run.is_due or len(run.rows) < LEAST or run.failure is not None:
        return None
    first, last = run.rows[0], run.last
    is_regression = run.data.task == "regression"
    loss = run.remaining(last.train_loss) if is_regression else last.train_loss  # penalties add to standardized losses
    share = last.penalty / (last.penalty + loss) if last.penalty + loss > 0 else 0.0
    highest = max(row.penalty for row in run.rows)
    left = last.penalty / highest if highest > 0 else 1.0
    gap = last.validation_loss / last.train_loss if last.train_loss > 0 else float("inf")
    rules = share > SHARE or (share > COSTLY and left < SHARE)
    is_sick = run.remaining(last.train_loss) > SOLVED if share > SHARE else not learns_well(run)
    if is_regression and share > (COSTLY if left < HALVED else RESTING):
        rules = True
        is_sick = run.remaining(last.train_loss) > (EXACT if share > SHARE else SOLVED)
    chance = 2 * sqrt(2 / max(run.data.validation_examples, 1)) if is_regression else 0.0
    if not is_sick or gap > GAP + chance or not (rules or (is_at_prior(run) and left < SHRUNK)):
        return None
    limit = COSTLY if is_regression else SHARE
    what = " and ".join(f"{name} of {value:g}" for name, value in (("l1", l1), ("l2", l2)) if value)
    return Finding(
        id=KIND.id,
        severity="critical" if is_at_prior(run) else "warning",
        evidence=(
            Evidence(statistic="penalty_share", value=share, threshold=limit, healthy=(0, limit)),
            Evidence(statistic="penalty_over_largest", value=left, threshold=SHRUNK, healthy=(SHRUNK, None)),
            Evidence(statistic="train_loss", value=last.train_loss),
        ),
        because=f"With {what} the penalty went from {figure(first.penalty)} to {figure(last.penalty)}, "
        f"{percent(share)} of the loss, while the data's loss is still {figure(last.train_loss)}: the weights are kept "
        "too small for what they have to tell apart.",
        patches=(Patch(patch=_weaker(l1, l2), why="A hundredth of the penalty lets the data decide."),),
    )


def at_start(start: Start) -> Finding | None:
    """Fires if the penalty's first gradient is larger than that of the data, so that the penalty determines where the
    weights go."""
    spec, step = start.spec, start.measured.step
    data, penalty = step.data_gradient_norm, step.penalty_gradient_norm
    if penalty == 0 or not 0 < data < penalty:
        return None
    ratio = penalty / data
    what = " and ".join(f"{name} of {value:g}" for name, value in (("l1", spec.l1), ("l2", spec.l2)) if value)
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=(Evidence(statistic="penalty_gradient_ratio", value=ratio, threshold=1, healthy=(0, 0.3)),),
        because=f"With {what} the penalty's first gradient has a norm of {figure(penalty)}, that of the data "
        f"{figure(data)}: the weights are pulled to 0 before they can learn.",
        patches=(Patch(patch=_weaker(spec.l1, spec.l2), why="A hundredth of the penalty lets the data decide."),),
    )


def _weaker(l1: float, l2: float) -> dict[str, Any]:
    return {name: rounded(value / 100) for name, value in (("l1", l1), ("l2", l2)) if value}


KIND = FindingKind(
    id="penalty_too_strong",
    title="The penalty is too strong",
    looks_like="Training and validation loss are equal and high; the penalty is most of the loss, or has shrunk the "
    "weights to almost nothing.",
    why="The penalty pulls each weight to 0 as hard as the data pull it away: training rests where both are equal. "
    "With too strong a penalty that is near 0, where the network cannot tell its inputs apart. Remember that Gradus "
    "adds l2·Σw² without a factor of a half, over all weights: 0.01 is a lot for 100 000 of them.",
    cure="A hundredth of the penalty. With Adam, `adamw` with its `weight_decay` is milder and easier to choose.",
    at_start=at_start,
    in_run=in_run,
)
