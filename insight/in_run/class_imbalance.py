"""Rare classes that the network does not recognize, as seen in a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan, sqrt
from statistics import median

from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings import overfitting
from insight.in_run.layers import newest
from insight.outcome import is_at_prior, severity
from insight.run import Run
from insight.words import percent

RECALL = 0.4
"""Recall of the worst class below which the finding fires if one class prevails."""
DIFFERENCE = 0.15
"""Minimum of accuracy minus balanced accuracy if one class prevails; else minimum difference between the mean recall of
the other classes and that of a rare class."""
MAJORITY = 0.8
MORE = 3.0
"""A class prevails if it has more than this many times the share that it would have if all classes were equal."""
RARE = 0.6
"""A class is rare if its share is below this fraction of the median share. With two classes, neither counts as rare."""
USUAL = 0.5
"""Minimum recall of every class that is not rare: if one of them is below it, rarity is not the network's problem."""
HARDLY, PARTLY = 0.2, 0.25
"""A class with less than `HARDLY` times the median share may not be learned at all. A rare class with a larger share is
at least partly learned: if its recall is below `PARTLY`, rarity is not the cause."""
CHANCE = 2.0
"""Minimum number of standard errors by which the recall of a rare class must be lower."""
FEW = 3
"""Number of validation examples of a class below which its recall there says nothing."""
HALF, ALL = 0.5, 1.2
"""If the ratio of the share of hard training examples to the share of rare classes is between `HALF` and `ALL`, the
hard examples are those of these classes, which are not learned."""
NAMED = 3
"""Classes that are named one by one."""
FALL, LEFT = 0.02, 0.25
"""A class that is not extremely rare may still be learned if the training loss falls by more than `FALL` per epoch, and
more than the share `LEFT` of a constant prediction's loss is left."""


@dataclass(frozen=True)
class _Class:
    name: str
    share: float
    """Share of the training examples."""
    recall: float
    """Recall on the validation examples; NaN if there are none."""
    examples: float
    """Number of validation examples, estimated from the share of the training examples; at least 1."""


def is_uneven(shares: Sequence[float]) -> bool:
    """Whether one class has more than 80 % of the training examples, or more than three times its equal share; or one
    of at least three classes has less than three fifths of the median share."""
    return bool(shares) and (_prevails(shares) or _is_rare(min(shares), shares))


def _prevails(shares: Sequence[float]) -> bool:
    return max(shares) > min(MAJORITY, MORE / len(shares))


def _is_rare(share: float, shares: Sequence[float]) -> bool:
    return len(shares) > 2 and share < RARE * median(shares)


def in_run(run: Run) -> Finding | None:
    """Fires if one class has more than 80 % of the training examples, or three times its equal share, and another class
    is recognized in fewer than two fifths of its validation examples; or if a class has less than three fifths of the
    median share, and is recognized less often than the others, by more than chance. Imbalance with good recalls is
    harmless."""
    shares = run.prior.class_shares if run.prior is not None else ()
    if not run.recalls or not run.rows or not run.accuracies or not is_uneven(shares):
        return None
    classes = [
        _Class(name, share, recall, max(1.0, share * run.data.validation_examples))
        for name, share, recall in zip(run.data.classes, shares, run.recalls, strict=False)
    ]
    known = [one for one in classes if not isnan(one.recall)]
    if len(known) < 2:
        return None
    worst = min(known, key=lambda one: one.recall)
    balanced = sum(one.recall for one in known) / len(known)
    if _prevails(shares) and worst.recall < RECALL and run.accuracies[-1] - balanced >= DIFFERENCE:
        return _finding(run, worst, RECALL, balanced)
    if is_at_prior(run):
        return None
    if (unlearned := _unlearned(run, classes, shares)) is not None:
        return unlearned
    goes_on = run.fall_per_epoch() > FALL and run.remaining(run.last.train_loss) > LEFT
    missed = None if overfitting.in_run(run) is not None else _missed(known, shares, goes_on=goes_on)
    return None if missed is None else _finding(run, *missed, balanced)


def _unlearned(run: Run, classes: Sequence[_Class], shares: Sequence[float]) -> Finding | None:
    """Fires if rare classes have too few validation examples for a recall, or none, and the training split has about as
    many hard examples as examples of the rarest of these classes, or of all of them together (between half as many and
    slightly more). The hard examples must then belong to these classes, because other classes have hardly any."""
    report = newest(run)
    if report is None or report.hard is None or not run.is_due:
        return None
    limit = inf if _prevails(shares) else HARDLY * median(shares)
    few = sorted((one for one in classes if 0 < one.share < limit and one.examples < FEW), key=lambda one: one.share)
    groups = [few[:1], few] if few else []
    group = next((one for one in groups if HALF <= report.hard / _share(one) <= ALL), None)
    if group is None:
        return None
    share, is_one = _share(group), len(group) == 1
    return Finding(
        id="class_imbalance",
        severity="warning",
        since=run.since(len(run.rows) - 1),
        evidence=(
            Evidence(statistic="hard_over_class_share", value=report.hard / share, threshold=HALF, healthy=(0, HALF)),
            Evidence(statistic="class_share", value=share, healthy=(len(group) * RARE / len(run.data.classes), 1)),
        ),
        because=f"{_named(group)} {'has' if is_one else 'have'} {percent(share)} of the training examples, and the "
        f"network assigns {percent(report.hard)} of all training examples to a wrong class: most of these must belong "
        f"to {group[0].name if is_one else 'those classes'}. {'The class' if is_one else 'Each'} has too few "
        "validation examples for a recall.",
        patches=_patches(run),
    )


def _share(group: Sequence[_Class]) -> float:
    return sum(one.share for one in group)


def _named(group: Sequence[_Class]) -> str:
    """`Class a`; `The classes a, b and c`; `The classes a, b, c and 4 others`."""
    names = [one.name for one in group]
    if len(names) == 1:
        return f"Class {names[0]}"
    *before, last = names if len(names) <= NAMED + 1 else [*names[:NAMED], f"{len(names) - NAMED} others"]
    return f"The classes {', '.join(before)} and {last}"


def _missed(known: Sequence[_Class], shares: Sequence[float], *, goes_on: bool) -> tuple[_Class, float] | None:
    """The rare class whose recall is furthest below the usual one, and the recall that it should have. None unless its
    recall is below that of all classes that are not rare, and each of these is recognized in at least half of its
    examples. If learning `goes_on`, also None unless the class is extremely rare: it may still be learned."""
    rare = [one for one in known if _is_rare(one.share, shares)]
    rest = [one.recall for one in known if not _is_rare(one.share, shares)]
    if not rare or not rest or min(rest) < USUAL:
        return None
    usual = sum(rest) / len(rest)
    missed = max(rare, key=lambda one: (usual - one.recall) / _error(usual, one.examples))
    lacking, chance = usual - missed.recall, max(DIFFERENCE, CHANCE * _error(usual, missed.examples))
    is_learned = missed.share < HARDLY * median(shares) or (missed.recall > PARTLY and not goes_on)
    if lacking < chance or not is_learned or missed.recall >= min(rest):
        return None
    return missed, min(usual - chance, *rest)


def _error(recall: float, examples: float) -> float:
    """The standard error of a recall that is about this large."""
    return sqrt(max(recall * (1 - recall), 0.01) / examples)


def _finding(run: Run, worst: _Class, limit: float, balanced: float) -> Finding:
    accuracy = run.accuracies[-1]
    return Finding(
        id="class_imbalance",
        severity="critical" if severity(run) == "critical" else "warning",
        since=run.since(len(run.rows) - 1),
        evidence=(
            Evidence(statistic="recall", value=worst.recall, threshold=limit, healthy=(limit, 1)),
            Evidence(statistic="balanced_accuracy", value=balanced, healthy=(accuracy - DIFFERENCE, 1)),
            Evidence(statistic="class_share", value=worst.share, healthy=(RARE / len(run.data.classes), 1)),
        ),
        because=f"Class {worst.name} has {percent(worst.share)} of the training examples, and "
        f"{percent(worst.recall)} of its validation examples are recognized: the accuracy is {percent(accuracy)}, but "
        f"the mean recall of the classes only {percent(balanced)}.",
        patches=_patches(run),
    )


def _patches(run: Run) -> tuple[Patch, ...]:
    if run.spec.dataset.class_weights not in (None, "none") or run.spec.dataset.digest is None:
        return ()
    weights = {"dataset": {"class_weights": "balanced"}}
    return (Patch(patch=weights, why="All classes have the same total weight in the loss."),)
