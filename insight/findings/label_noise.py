"""Some of the labels are wrong."""

from math import isfinite

from gradus.wire.finding import Evidence, Finding, Patch
from gradus.wire.layer_report import LayerReport
from insight.findings.kind import FindingKind
from insight.outcome import severity
from insight.run import Run
from insight.trend import lowest
from insight.words import percent

EASY = 0.35
"""Share of easy examples with which much of the data is understood."""
HARD = 0.08
"""Share of hard ones."""


def in_run(run: Run) -> Finding | None:
    """Fires if, at the epoch with the lowest validation loss, a third of the training examples have next to no loss,
    but 8 % are taken for another class. A network that understands little has few easy examples; one that
    has learned everything by heart, later, has no hard ones."""
    report = _at_best(run)
    if report is None or report.easy is None or report.hard is None or not run.is_due or run.failure is not None:
        return None
    if not (isfinite(report.easy) and report.easy > EASY and report.hard > HARD):
        return None
    return Finding(
        id=KIND.id,
        severity=severity(run),
        evidence=(
            Evidence(statistic="hard", value=report.hard, threshold=HARD, healthy=(0, 0.04)),
            Evidence(statistic="easy", value=report.easy, threshold=EASY, healthy=(EASY, 1)),
        ),
        because=f"In epoch {report.epoch}, the best on the validation examples, the network is sure of "
        f"{percent(report.easy)} of the training examples, but takes {percent(report.hard)} for another class than "
        "they are labelled: some of these labels may be wrong.",
        patches=tuple(_patches(run)),
    )


def _at_best(run: Run) -> LayerReport | None:
    if not run.rows:
        return None
    best = run.rows[lowest(run.validation_losses)].epoch
    return next((report for report in run.reports if report.epoch == best), None)


def _patches(run: Run) -> list[Patch]:
    patches = []
    if run.spec.l2 == 0:
        patches.append(Patch(patch={"l2": 1e-4}, why="Smaller weights cannot learn single labels by heart."))
    if run.spec.early_stopping is None:
        why = "Training ends before the wrong labels are learned by heart."
        patches.append(Patch(patch={"early_stopping": True}, why=why))
    return patches


KIND = FindingKind(
    id="label_noise",
    title="Some labels may be wrong",
    looks_like="The training loss levels off far above 0 while most examples are recognized with certainty; later the "
    "validation loss rises, as the network learns the wrong labels by heart.",
    why="A network learns what examples have in common before it learns exceptions (Arpit et al., A closer look at "
    "memorization in deep networks, 2017). At the best epoch, wrong labels are the examples with a loss above that of "
    "a guess, ln classes. Classes that overlap look alike: then the hard examples are of a few pairs of classes, which "
    "the confusion matrix shows.",
    cure="Look at the examples with the largest losses (`gradus errors`), and correct their labels. Until then an L2 "
    "penalty, or early stopping.",
    in_run=in_run,
)
