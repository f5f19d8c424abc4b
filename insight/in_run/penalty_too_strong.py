"""A penalty, or a decay of the weights, that outweighs the data, as seen in a run."""

from math import isnan, sqrt

from gradus.wire.finding import Evidence, Finding
from insight.in_run.generalization import generalization, harder
from insight.in_run.penalties import decay_of, in_words, without
from insight.outcome import is_at_prior, learns_well
from insight.run import Run
from insight.trend import median
from insight.words import figure, percent

SHARE = 0.5
"""Share of the penalty in the loss with the penalty above which it is too strong."""
COSTLY = 0.1
"""Replaces `SHARE` if the weights have shrunk as well."""
RESTING = 0.15
"""Replaces `SHARE` for regression, where every decrease of the weights costs loss: at the end of training, weights that
are 1 % smaller raise the data's loss by 2 % of an L2 penalty, or by 1 % of an L1 penalty."""
SHRUNK = 0.05
"""Ratio of the last penalty to the run's largest below which the penalty has shrunk the weights to almost nothing."""
GAP = 1.1
"""Ratio of validation loss to training loss above which the run overfits, so that the penalty is not at fault."""
SOLVED = 0.1
"""Share of a constant prediction's loss below which the penalty does no harm."""
EXACT = 0.01
"""Replaces `SOLVED` for a regression whose penalty exceeds the data's loss. A predicted number is never exactly right,
and a loss of 5 % of the targets' variance may be twice the loss that noise makes unavoidable."""
NOTHING = 0.9
"""Share of a constant prediction's loss above which next to nothing is learned."""
LEAST = 2
NEEDLESS = 1.15
"""Ratio of validation loss to training loss, both in evaluation mode, up to which the network does not overfit, so that
a penalty has nothing to prevent; `_needless` adds a margin for chance."""
PULL, UNSOLVED = 0.15, 0.04
"""A penalty does harm if larger weights would gain more than `PULL` and the remaining loss is above `UNSOLVED`, both as
shares of a constant prediction's loss."""
STRONG, STRONG_GAP, STRONG_UNSOLVED = 0.3, 2.0, 0.1
"""Replace `PULL` and `UNSOLVED` for a network that overfits a little, with a ratio of the losses of at most
`STRONG_GAP`."""
FOLDS, BINDING = 0.5, 0.1
"""Decay limits the weights if its factor is at least `BINDING` and it alone would have shrunk them to 1/e at least
`FOLDS` times. A step of Adam moves a weight by at most the learning rate, and decay subtracts rate · decay · weight: so
no weight exceeds 1/decay, and weights with noisy gradients stay far below."""
TINY = 1.0
"""Decay from which on all weights are below 1, which is too little for a regression."""


def in_run(run: Run) -> Finding | None:
    """Fires if a run with a penalty has learned badly, and the penalty is either most of the loss, or close to 0
    because it has shrunk the weights to 0. The ratio of the gradients of penalty and data is not evidence: it is 1
    wherever training comes to rest. Also fires if nothing was learned by heart, and larger weights would decrease the
    loss by much."""
    if not run.is_due or len(run.rows) < LEAST or run.failure is not None:
        return None
    if run.spec.l1 or run.spec.l2:
        found = _heavy(run) or _pulls(run)
        if found is not None:
            return found
    return _decays(run)


def _heavy(run: Run) -> Finding | None:
    last, seen = run.last, generalization(run)
    is_regression = run.data.task == "regression"
    loss = run.remaining(last.train_loss) if is_regression else last.train_loss  # penalties add to standardized losses
    share = last.penalty / (last.penalty + loss) if last.penalty + loss > 0 else 0.0
    highest = max(row.penalty for row in run.rows)
    left = last.penalty / highest if highest > 0 else 1.0
    gap = last.validation_loss / last.train_loss / harder(run) if last.train_loss > 0 else float("inf")
    gap = gap if seen is None else min(gap, seen.gap)
    rules = share > SHARE or (share > COSTLY and left < SHARE)
    is_sick = run.remaining(last.train_loss) > SOLVED if share > SHARE else not learns_well(run)
    if is_regression and share > RESTING:
        rules = True
        is_sick = run.remaining(last.train_loss) > (EXACT if share > SHARE else SOLVED)
    chance = 2 * sqrt(2 / max(run.data.validation_examples, 1)) if is_regression else 0.0
    is_nothing = is_at_prior(run) or run.remaining(last.train_loss) > NOTHING
    if not is_sick or gap > GAP + chance or not (rules or (is_nothing and left < SHRUNK)):
        return None
    limit = RESTING if is_regression else SHARE
    return Finding(
        id="penalty_too_strong",
        severity="critical" if is_nothing else "warning",
        evidence=(
            Evidence(statistic="penalty_share", value=share, threshold=limit, healthy=(0, limit)),
            Evidence(statistic="penalty_over_largest", value=left, threshold=SHRUNK, healthy=(SHRUNK, None)),
            Evidence(statistic="train_loss", value=last.train_loss),
        ),
        because=f"With {in_words(run.spec)} the penalty went from {figure(run.rows[0].penalty)} to "
        f"{figure(last.penalty)}, {percent(share)} of the loss, while the data's loss is still "
        f"{figure(last.train_loss)}: the weights are kept too small for what they have to tell apart.",
        patches=without(run.spec),
    )


def _pulls(run: Run) -> Finding | None:
    """Fires if a classifier has learned nothing by heart, and weights twice as large would decrease the data's loss by
    more than 15 % of a constant prediction's, judging by the slope. Where training is at rest, this slope equals twice
    the L2 penalty, or the L1 penalty. If the decrease would be more than 30 %, the finding also fires for a network
    that overfits a little."""
    seen = generalization(run)
    if seen is None or run.prior is None or run.data.task == "regression":
        return None
    squares, left = run.spec.l2 and not run.spec.l1, run.remaining(seen.training)
    pull = run.remaining((2 if squares else 1) * run.last.penalty)
    is_strong = pull > STRONG and seen.gap <= STRONG_GAP and left > STRONG_UNSOLVED
    if not is_strong and not (pull > PULL and seen.gap <= _needless(run) and left > UNSOLVED):
        return None
    limit = STRONG_GAP if is_strong else _needless(run)
    found = "overfits only a little" if is_strong else "does not overfit"
    return Finding(
        id="penalty_too_strong",
        severity="critical" if is_at_prior(run) else "warning",
        evidence=(
            Evidence(statistic="penalty_pull", value=pull, threshold=PULL, healthy=(0, PULL)),
            Evidence(
                statistic="validation_over_evaluation_loss",
                value=seen.gap,
                threshold=limit,
                healthy=(limit, None),
            ),
        ),
        because=f"With {in_words(run.spec)} the penalty is {figure(run.last.penalty)}. Without it, the loss of the "
        f"training examples is {figure(seen.training)}, that of new examples {figure(seen.validation)}: the network "
        f"{found}, and the penalty keeps its weights too small.",
        patches=without(run.spec),
    )


def _decays(run: Run) -> Finding | None:
    """Fires if decoupled weight decay, as in AdamW, limits the weights, the run has learned nothing by heart, and one
    of these holds: larger weights would decrease the loss, next to nothing has been learned, or a regression has tiny
    weights."""
    decay, seen = decay_of(run.spec), generalization(run)
    rate = sum(row.learning_rate * span for row, span in zip(run.rows, run.spans, strict=True))
    folds = decay * rate * run.steps_per_epoch
    if decay < BINDING or folds < FOLDS or seen is None or seen.gap > _needless(run):
        return None
    left = run.remaining(seen.training)
    gain = _growth(run) * left
    is_tiny = run.data.task == "regression" and decay >= TINY
    if left <= UNSOLVED or not (gain > PULL or left > NOTHING or is_tiny):
        return None
    return Finding(
        id="penalty_too_strong",
        severity="critical" if left > NOTHING else "warning",
        evidence=(
            Evidence(statistic="decay_folds", value=folds, threshold=FOLDS, healthy=(0, FOLDS)),
            *(
                []
                if isnan(gain)
                else [Evidence(statistic="growth_gain", value=gain, threshold=PULL, healthy=(0, PULL))]
            ),
            Evidence(
                statistic="validation_over_evaluation_loss",
                value=seen.gap,
                threshold=_needless(run),
                healthy=(_needless(run), None),
            ),
        ),
        because=f"With {in_words(run.spec)}, decay alone would have multiplied the weights by e^-{figure(folds)}: "
        f"the loss of the training examples is still {figure(seen.training)}, that of new examples "
        f"{figure(seen.validation)}. The network does not overfit, so decay has nothing to prevent.",
        patches=without(run.spec),
    )


def _needless(run: Run) -> float:
    """The ratio of losses up to which nothing counts as learned by heart: `NEEDLESS` plus a margin for chance. With the
    uneven losses of a network that has learned most, one standard error of the mean loss of n examples is about 1/√n of
    the mean."""
    return NEEDLESS + 1 / sqrt(max(run.data.validation_examples, 1))


def _growth(run: Run) -> float:
    """The median gain of larger weights over the reports of the second half of the run, because the gain measured on
    one batch is noisy."""
    late = [report.growth_gain for report in run.reports if 2 * report.epoch > run.last.epoch]
    return median([gain for gain in late if gain is not None])
