"""The penalty outweighs the data."""

from gradus.wire.finding import Evidence, Finding
from insight.findings.kind import FindingKind
from insight.in_run.penalties import in_words, without
from insight.in_run.penalty_too_strong import in_run
from insight.start import Start
from insight.words import figure


def at_start(start: Start) -> Finding | None:
    """Fires if the penalty's first gradient is larger than that of the data, so that the penalty determines where the
    weights go."""
    spec, step = start.spec, start.measured.step
    data, penalty = step.data_gradient_norm, step.penalty_gradient_norm
    if penalty == 0 or not 0 < data < penalty:
        return None
    ratio = penalty / data
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=(Evidence(statistic="penalty_gradient_ratio", value=ratio, threshold=1, healthy=(0, 0.3)),),
        because=f"With {in_words(spec)} the penalty's first gradient has a norm of {figure(penalty)}, that of the data "
        f"{figure(data)}: the weights are pulled to 0 before they can learn.",
        patches=without(spec),
    )


KIND = FindingKind(
    id="penalty_too_strong",
    title="The penalty is too strong",
    looks_like="Training and validation loss are equal and high; the penalty is most of the loss, or has shrunk the "
    "weights to almost nothing.",
    why="The penalty pulls each weight to 0 as hard as the data pull it away: training rests where both are equal. "
    "With too strong a penalty the weights rest near 0, where the network cannot tell its inputs apart. Remember that "
    "Gradus adds l2·Σw² without a factor of a half, over all weights: 0.01 is a lot for 100 000 of them. The "
    "`weight_decay` of `adamw` is not part of the loss: it counts as too strong if it limits the weights, and larger "
    "weights would lower the loss. A penalty is there to prevent overfitting: if new examples have hardly more loss "
    "than the training examples, there is no overfitting to prevent.",
    cure="No penalty, or a hundredth of it. With Adam, `adamw` with its `weight_decay` is milder and easier to choose.",
    at_start=at_start,
    in_run=in_run,
)
