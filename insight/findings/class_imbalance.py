"""One class outnumbers the others."""

from gradus.wire.finding import Evidence, Finding
from insight.findings.kind import FindingKind
from insight.in_run.class_imbalance import in_run
from insight.start import Start
from insight.words import percent

MAJORITY = 0.8
FEW = 10
"""Number of training examples below which a class is hardly learned."""
TIMES = 3.0
"""A class outnumbers the others if it has more than this many times the share that it would have if all were equal."""


def at_start(start: Start) -> Finding | None:
    """Fires if one class has more than 80 % of the examples, or three times its equal share.

    Whether the other classes are learned shows only in training. Until then the finding is a note, unless a class has
    fewer than ten training examples. Class weights cost accuracy, so they are proposed only where a run has shown that
    a class is not recognized.
    """
    shares = start.measured.data.class_shares
    if start.data.task != "classification" or not shares or start.spec.dataset.class_weights not in (None, "none"):
        return None
    majority = max(shares)
    limit = min(MAJORITY, TIMES / len(shares)) if len(shares) > TIMES else MAJORITY
    if majority <= limit:
        return None
    rarest = round(min(shares) * start.data.train_examples)
    name = start.data.classes[shares.index(majority)]
    return Finding(
        id=KIND.id,
        severity="warning" if rarest < FEW else "note",
        evidence=(
            Evidence(statistic="majority_share", value=majority, threshold=limit, healthy=(0, limit)),
            Evidence(statistic="rarest_examples", value=rarest, threshold=FEW, healthy=(FEW, None)),
        ),
        because=f"{percent(majority)} of the training examples are of class '{name}': a network that always predicts "
        f"it is right that often, and the rarest class has {rarest} examples. Look at balanced accuracy and at the "
        "recall of each class.",
    )


KIND = FindingKind(
    id="class_imbalance",
    title="One class outnumbers the others",
    looks_like="A high accuracy from the first epoch on, and a class that is never predicted.",
    why="The loss is a mean over examples: a class with few of them weighs little. That alone is harmless, and many "
    "such networks recognize their rare class well; it is a problem if a class has a recall below 0.4 and "
    "the mean of all recalls is much lower than the accuracy; or if a class that is rarer than most is recognized less "
    "often than all others.",
    cure='`{"dataset": {"class_weights": "balanced"}}`, but only if a run shows such a recall, because it costs '
    "accuracy; more examples of the rare class; balanced accuracy as metric.",
    at_start=at_start,
    in_run=in_run,
)
