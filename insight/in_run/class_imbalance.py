"""Rare classes that the network never predicts, as seen in a run."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight.outcome import severity
from insight.run import Run
from insight.words import percent

RECALL = 0.2
DIFFERENCE = 0.15
"""Accuracy minus balanced accuracy."""
MAJORITY = 0.8
MORE = 3.0
"""Multiple of the share that each class would have if all were equal."""


def is_uneven(largest_share: float, classes: int) -> bool:
    """Whether one class has more than 80 % of the training examples, or three times its equal share."""
    return largest_share > min(MAJORITY, MORE / classes)


def in_run(run: Run) -> Finding | None:
    """Fires if one class has more than 80 % of the training examples, or three times its equal share, and another class
    is recognized in fewer than a fifth of its validation examples. Imbalance with good recalls is harmless."""
    prior, classes = run.prior, run.data.classes
    if prior is None or prior.largest_share is None or not run.recalls or not run.rows or not run.accuracies:
        return None
    known = [(recall, name) for recall, name in zip(run.recalls, classes, strict=False) if recall == recall]  # noqa: PLR0124 (NaN: no examples)
    if len(known) < 2 or not is_uneven(prior.largest_share, len(classes)):
        return None
    worst, name = min(known)
    balanced = sum(recall for recall, _ in known) / len(known)
    difference = run.accuracies[-1] - balanced
    if worst >= RECALL or difference < DIFFERENCE:
        return None
    return Finding(
        id="class_imbalance",
        severity="critical" if severity(run) == "critical" else "warning",
        since=run.since(len(run.rows) - 1),
        evidence=(
            Evidence(statistic="recall", value=worst, threshold=RECALL, healthy=(RECALL, 1)),
            Evidence(statistic="balanced_accuracy", value=balanced, healthy=(run.accuracies[-1] - DIFFERENCE, 1)),
            Evidence(statistic="largest_class_share", value=prior.largest_share, healthy=(0, MAJORITY)),
        ),
        because=f"{percent(prior.largest_share)} of the training examples are of one class, and only {percent(worst)} "
        f"of the validation examples of {name} are recognised: an accuracy of {percent(run.accuracies[-1])} is "
        f"{percent(balanced)} on average over the classes.",
        patches=_patches(run),
    )


def _patches(run: Run) -> tuple[Patch, ...]:
    if run.spec.dataset.class_weights not in (None, "none") or run.spec.dataset.digest is None:
        return ()
    weights = {"dataset": {"class_weights": "balanced"}}
    return (Patch(patch=weights, why="Every class counts for as much as every other."),)
