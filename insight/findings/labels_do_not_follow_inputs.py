"""The labels have nothing to do with the inputs."""

from collections.abc import Sequence

from gradus.spec.loss import Task
from gradus.wire.finding import Evidence, Finding
from insight.findings import batch_norm_statistics
from insight.findings.kind import FindingKind
from insight.outcome import AT_PRIOR, best_remaining, is_at_prior
from insight.run import Run
from insight.start import Start
from insight.words import figure, percent

EXAMPLES = 200
"""Number of held-out examples below which chance may hide a weak relation."""
LEAST = 50
"""Number of held-out examples below which chance may hide any relation. Examples of uneven classes count for fewer."""
HALF = 0.5
"""Correlation, as a share of the largest that chance explains, below which even few examples show that there is no
strong relation."""
FEW = 40
"""Minimum number of validation examples of a run. It is less than `LEAST`, because the trained network is judged, not a
simple model."""
BY_HEART = 0.5
"""Training loss as a share of a constant prediction's, at or below which the examples have been memorized."""


def at_start(start: Start) -> Finding | None:
    """Fires if neither ridge regression nor the nearest neighbour predicts held-out training examples better than
    chance; with fewer than 200 held-out examples, if both correlations are below half of the largest that chance
    explains."""
    data = start.measured.data
    linear, neighbour, chance = data.linear_correlation, data.neighbour_correlation, data.chance_correlation
    if linear is None or neighbour is None or chance is None:
        return None
    worth = data.held_out * _evenness(data.class_shares, start.data.task)
    if worth < LEAST:
        return None
    limit = chance if worth >= EXAMPLES else HALF * chance
    if max(linear, neighbour) >= limit:
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=(
            Evidence(statistic="linear_correlation", value=linear, threshold=limit, healthy=(chance, 1)),
            Evidence(statistic="neighbour_correlation", value=neighbour, threshold=limit, healthy=(chance, 1)),
        ),
        because=f"Neither a linear model nor the nearest neighbour predicts {data.held_out} held-out examples: their "
        f"predictions correlate with the truth by {figure(linear)} and {figure(neighbour)}, no more than chance "
        f"({figure(chance)}). Check whether labels and inputs were shuffled against each other.",
    )


def _evenness(shares: Sequence[float], task: Task) -> float:
    """The variance of the classes, as a share of the variance of equally many classes of equal frequency: where one
    class has nearly all examples, few examples say anything about the others. With several labels, the share of the
    most even label, because the correlations are those of the best predicted label. 1 for regression."""
    if task == "multi_label":
        return max((4 * share * (1 - share) for share in shares), default=1.0)
    if len(shares) < 2:
        return 1.0
    return (1 - sum(share**2 for share in shares)) * len(shares) / (len(shares) - 1)


def in_run(run: Run) -> Finding | None:
    """Fires if the training loss is at most half of a constant prediction's, but on the validation examples no epoch
    was better than a constant prediction. In a run that overfits, the first epochs are better."""
    if not run.is_due or run.prior is None or run.failure is not None or not is_at_prior(run):
        return None
    left = min(map(run.remaining, run.train_losses))
    if left > BY_HEART or run.data.validation_examples < FEW or batch_norm_statistics.in_run(run) is not None:
        return None
    best = best_remaining(run)
    return Finding(
        id=KIND.id,
        severity="critical",
        since=run.since(0),
        evidence=(
            Evidence(statistic="train_loss_over_prior", value=left, threshold=BY_HEART, healthy=(BY_HEART, None)),
            Evidence(statistic="validation_loss_over_prior", value=best, threshold=AT_PRIOR, healthy=(0, AT_PRIOR)),
        ),
        because=f"The training examples are learned by heart, to {percent(left)} of the loss of a constant prediction, "
        "but on the validation examples no epoch was better than a constant prediction: what was learned says nothing "
        "about other examples. Check whether labels and inputs were shuffled against each other, and whether the parts "
        "of the split have different kinds of examples.",
    )


KIND = FindingKind(
    id="labels_do_not_follow_inputs",
    title="Labels do not follow the inputs",
    looks_like="The training loss falls, as examples are learned by heart; validation stays at guessing or worse.",
    why="If labels were shuffled against the inputs, for example because only one of two files was sorted, a network "
    "can only memorize the examples. Real data sets, however hard, show a trace of their rule to a linear model or to "
    "the nearest neighbour. Both are fitted to 1,200 training examples and tested on 800 others, or on fewer in a "
    "small data set. With fewer than 200 others, chance alone can give a high correlation: then both correlations must "
    "be less than half as high as chance can make them.",
    cure="Nothing in the spec: check how inputs and labels were put together.",
    at_start=at_start,
    in_run=in_run,
)
