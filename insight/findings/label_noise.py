"""Some of the labels are wrong."""

from gradus.wire.finding import Evidence, Finding, Patch, Severity, Since
from gradus.wire.layer_report import LayerReport
from insight.findings.kind import FindingKind
from insight.in_run.generalization import generalization
from insight.outcome import best_remaining, learns_well, severity
from insight.run import Run
from insight.trend import lowest
from insight.words import percent

EASY = 0.5
"""Share of easy examples above which the network has understood most of the data."""
HARD = 0.08
"""Share of hard examples above which the finding fires."""
LEARNED = 0.7
"""Share of a constant prediction's loss below which the best epoch has learned something; with 40 % wrong labels this
much is left."""
FALL = 0.01
"""Fall of the loss per epoch above which hard examples may still be learned."""
NEAR = 0.5
"""A report from before this share of the epochs up to the best one is too old to describe the best epoch."""
MANY, SURE, TIMES, WORKS = 0.2, 0.5, 2.0, 0.95
"""Thresholds for data with so many wrong labels that the network is sure of none: `MANY`, the share of hard examples;
`SURE`, the ratio of hard examples to training errors, which is high if the network rules out the classes that the wrong
labels name; `TIMES`, the ratio of the accuracy to that of a constant prediction; `WORKS`, the largest remaining share
of a constant prediction's loss."""
MEMORY, NOISE = 1.5, 1.3
"""`MEMORY`: ratio of validation loss to training loss above which wrong labels are learned by heart. `NOISE`: ratio of
the loss in training mode to that in evaluation mode above which it is dropout that makes examples hard."""
L2 = 1e-3
EPOCHS = 2
"""Epochs after the best one from which on the validation loss counts as no longer falling."""


def in_run(run: Run) -> Finding | None:
    """Fires if a network has learned, its validation or training loss no longer falls, and half of the training
    examples have next to no loss while 8 % are taken for another class.

    Both shares are those at the epoch with the lowest validation loss, or at one measured near it. A network
    that understands little has few easy examples; one that has later memorized everything has no hard ones.
    """
    report = None if run.spec.dataset.augment else _at_best(run)  # augmented images are hard by themselves
    if report is None or report.easy is None or report.hard is None or not run.is_due or run.failure is not None:
        return None
    if _goes_on(run):
        return None
    many = _many(run)
    if many is not None:
        report = many
    elif best_remaining(run) > LEARNED or not (_easy(report) > EASY and (report.hard or 0.0) > HARD):
        return None
    gravity, hard = _severity(run), report.hard or 0.0
    return Finding(
        id=KIND.id,
        severity=gravity,
        since=Since(epoch=report.epoch, step=report.step),
        evidence=(
            Evidence(statistic="hard", value=hard, threshold=HARD, healthy=(0, 0.04)),
            Evidence(statistic="easy", value=_easy(report), threshold=EASY, healthy=(EASY, 1)),
        ),
        because=f"In epoch {report.epoch}, {_place(run, report)}, the network is sure of {percent(_easy(report))} of "
        f"the training examples, but assigns {percent(hard)} to another class than their label says: some of these "
        "labels may be wrong.",
        patches=() if gravity == "note" else tuple(_patches(run)),
    )


def _many(run: Run) -> LayerReport | None:
    """The newest report if the network does much better than a constant prediction, no longer learns, has learned
    nothing by heart, and rules out the class of most examples that it gets wrong. A network that is too small, or not
    trained enough, wavers between classes instead."""
    seen = generalization(run)
    if seen is None or run.prior is None or run.prior.accuracy is None or len(run.data.classes) == 2:
        return None
    report, wrong = seen.report, 1 - (run.last.train_accuracy or 0.0)
    knows = run.last.validation_accuracy or 0.0
    is_sound = seen.gap < MEMORY and (report.mode_ratio or 1.0) < NOISE and run.fall_per_epoch() < FALL
    learned = knows >= TIMES * run.prior.accuracy and best_remaining(run) <= WORKS
    hard = report.hard or 0.0
    return report if is_sound and learned and hard >= MANY and hard >= SURE * wrong else None


def _goes_on(run: Run) -> bool:
    """Whether both losses may still fall: the best epoch is one of the last, and the training loss is falling."""
    return run.last.epoch - _best(run) < EPOCHS and run.fall_per_epoch() > FALL


def _at_best(run: Run) -> LayerReport | None:
    """The newest report up to the best epoch: after it, the network memorizes wrong labels.

    If the network had understood little by then, the first later one in which it has understood most: with few
    validation examples any epoch may be the best.
    """
    if not run.rows:
        return None
    known = [report for report in run.reports if report.easy is not None and report.hard is not None]
    before = next((report for report in reversed(known) if report.epoch <= _best(run)), None)
    if before is None or (_easy(before) > EASY and before.epoch >= NEAR * _best(run)):
        return before
    return next((report for report in known if report.epoch > _best(run) and _easy(report) > EASY), before)


def _easy(report: LayerReport) -> float:
    return report.easy or 0.0


def _severity(run: Run) -> Severity:
    """Two classes often overlap, and examples near their border are hard whatever their labels: there the finding is a
    note, unless nearly all validation examples are recognized. Class weights move that border: they make examples of
    the class with the smaller weight hard on purpose. With more than two classes, the finding is an alarm in any
    network."""
    is_weighted = run.spec.dataset.class_weights not in (None, "none")
    if len(run.data.classes) == 2 and (is_weighted or not learns_well(run)):
        return "note"
    return "critical" if severity(run) == "critical" else "warning"


def _best(run: Run) -> int:
    return run.rows[lowest(run.validation_losses)].epoch


def _place(run: Run, report: LayerReport) -> str:
    if report.epoch == _best(run):
        return "the best on the validation examples"
    if report.epoch > _best(run):
        return f"after epoch {_best(run)}, the best on the validation examples"
    return f"the last one measured before epoch {_best(run)}, the best on the validation examples"


def _patches(run: Run) -> list[Patch]:
    patches = []
    if run.spec.early_stopping is None:
        why = "Training ends before the wrong labels are learned by heart."
        patches.append(Patch(patch={"early_stopping": True}, why=why))
    if run.spec.l2 < L2:
        patches.append(Patch(patch={"l2": L2}, why="Smaller weights cannot learn single labels by heart."))
    return patches


KIND = FindingKind(
    id="label_noise",
    title="Some labels may be wrong",
    looks_like="The training loss levels off far above 0 while most examples are recognized with certainty; later the "
    "validation loss rises, as the network learns the wrong labels by heart.",
    why="A network learns what examples have in common before it learns exceptions (Arpit et al., A closer look at "
    "memorization in deep networks, 2017). At the best epoch, wrong labels are the examples with a loss above that of "
    "a guess, which is the logarithm of the number of classes. If half of all labels are wrong, the network is sure of "
    "hardly any example, but it still rules out the classes that the wrong labels name. Classes that overlap have the "
    "same effect: then the hard examples belong to a few pairs of classes, which the confusion matrix shows.",
    cure="Look at the examples with the largest losses (`gradus errors`), and correct their labels. Until then early "
    "stopping, or an L2 penalty.",
    in_run=in_run,
)
