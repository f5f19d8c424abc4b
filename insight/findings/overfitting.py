"""The network memorizes its training examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite, sqrt
from typing import Any

from gradus.wire.finding import Evidence, Finding, Patch, Severity
from insight.findings.kind import FindingKind
from insight.in_run.generalization import generalization
from insight.outcome import best_remaining
from insight.run import Run
from insight.trend import lowest, median
from insight.words import figure, percent, rounded

RISE = 0.05
"""Relative rise of the validation loss above its lowest value from which on the finding fires."""
FEW_RISE = 0.2
"""`RISE` with fewer than `FEW` validation examples, whose mean loss is noisy."""
FEW = 200
EPOCHS = 3
GAP = 0.1
"""Training accuracy minus validation accuracy above which a rise of the loss by a quarter is a warning."""
GAP_LEFT = 0.3
"""The rule of `GAP` applies only if the best epoch's loss is at least this share of a constant prediction's: a
classifier with less loss has learned well, and hardly recognizes fewer examples later."""
QUARTER = 1.25
POINT = 0.01
"""Fall of the accuracy that is a warning if it also exceeds two standard errors."""
SIGNIFICANT = 3.0
"""Student's t of the paired validation losses, now against the best epoch, below which a measured rise is chance."""
LASTING, LASTING_RISE = 1.5, 0.1
"""In place of `SIGNIFICANT`, `LASTING` applies if the loss exceeds its lowest value by `LASTING_RISE` in all epochs of
the second half of a run: there, a few examples with a greatly increased loss may make t small."""
BY_HEART, BY_HEART_RISE, BY_HEART_T = 1.4, 0.15, 1.25
"""For a regression with at least `LEAST` validation examples, the minima of: the ratio of validation loss to training
loss, both in evaluation mode; the rise of the median validation loss of the second half of the run; and t, which is
small because the squared errors of single examples are very uneven."""
FAR_APART, FAR_APART_RISE = 2.5, 0.08
"""An alternative to `BY_HEART` and `BY_HEART_RISE` if the losses are so far apart that even a smaller rise is not
chance."""
OF_CLASSES, OF_CLASSES_RISE, OF_CLASSES_T = 1.6, 0.1, 1.5
"""Replace `BY_HEART`, `BY_HEART_RISE` and `BY_HEART_T` for classification."""
SURELY, SURELY_RISE, SURELY_T = 1.4, 0.04, 2.5
"""An alternative to `OF_CLASSES`, `OF_CLASSES_RISE` and `OF_CLASSES_T` for a smaller rise with a larger t."""
LEAST = 30
SOLVED, OF_CLASSES_SOLVED, SURELY_SOLVED = 0.15, 0.5, 0.7
"""The minimum loss of the best epoch, as a share of a constant prediction's: of a regression, of a classifier, and of a
classifier whose rise is `SURELY`. A regression with a lower one has found the rule, and a few examples cause the
remaining loss; a classifier with a lower one has only become too confident in a few mistakes."""
LONG = 60
"""Number of epochs from which on early stopping should be more patient than by default: a tenth of them."""
REGRESSION_RISE = 0.1
"""Rise that is a warning in a regression with at least `FEW` validation examples; 0.4 with fewer."""


def in_run(run: Run) -> Finding | None:
    """Fires if the validation loss has been more than 5 % above its lowest for 3 epochs, or for as long as early
    stopping would wait, by more than it usually changes, while the training loss fell.

    It is a warning only if the accuracy fell too, or the gap to the training accuracy is wide: a network that is merely
    overconfident gets a note.
    """
    best = lowest(run.validation_losses)
    after = run.validation_losses[best + 1 :]
    needed = max(EPOCHS, run.spec.early_stopping.patience if run.spec.early_stopping else 0)
    if len(after) < EPOCHS or run.last.epoch - run.epochs[best] < needed or not all(map(isfinite, after)):
        return None
    end = min(run.before_last(needed) + 1, len(run.rows) - EPOCHS)  # a long run keeps few epochs
    least, rise = run.validation_losses[best], rise_of(run.validation_losses, best, end)
    limit = RISE if run.data.validation_examples >= FEW else FEW_RISE
    falls = median(run.train_losses[end:]) < run.train_losses[best]
    known = bool(run.reports) and run.reports[-1].epoch > run.rows[best].epoch  # an earlier report cannot show a rise
    t = run.reports[-1].validation_t if known else None
    if not falls or least <= 0:
        return None
    by_heart = _by_heart(run, best)
    if by_heart is not None:
        limit, rise = by_heart.rise, max(rise, _late_rise(run, best))
    elif rise <= limit or rise * least <= swing(after) or not _is_significant(run, best, t):
        return None
    now = median(run.validation_losses[end:])
    if by_heart is not None:
        now = max(now, (1 + _late_rise(run, best)) * least)
    above = _first_above if by_heart is None else _first_time_above
    return Finding(
        id=KIND.id,
        severity=_severity(run, best, rise) if by_heart is None else "warning",
        since=run.since(above(run.validation_losses, best, limit)),
        evidence=(
            Evidence(statistic="validation_loss_rise", value=rise, threshold=limit, healthy=(0, limit)),
            Evidence(statistic="validation_loss", value=now, threshold=(1 + limit) * least, healthy=(0, least)),
            Evidence(statistic="best_epoch", value=run.rows[best].epoch, healthy=(run.last.epoch - needed, None)),
            *([] if by_heart is None else [by_heart.evidence]),
        ),
        because=f"Since epoch {run.rows[best].epoch} the validation loss has risen by {percent(now / least - 1)}, from "
        f"{figure(least)} to {figure(now)}, while the training loss fell to {figure(run.train_losses[-1])}: the "
        "network learns its training examples by heart.",
        patches=tuple(_patches(run)),
    )


def _is_significant(run: Run, best: int, t: float | None) -> bool:
    return t is None or t >= (LASTING if _lasts(run, best) else SIGNIFICANT)


def _lasts(run: Run, best: int) -> bool:
    """Whether the loss has been far above its lowest in all epochs of the second half of the run."""
    half = run.before_last(ceil(run.last.epoch / 2))
    return half > best and min(run.validation_losses[half:]) > (1 + LASTING_RISE) * run.validation_losses[best]


@dataclass(frozen=True)
class _ByHeart:
    """The evidence that a run has learned its examples by heart."""

    gap: float
    """The ratio of validation loss to training loss, both in evaluation mode."""
    least_gap: float
    rise: float
    """The minimum rise of the validation loss."""

    @property
    def evidence(self) -> Evidence:
        return Evidence(
            statistic="validation_over_evaluation_loss",
            value=self.gap,
            threshold=self.least_gap,
            healthy=(None, self.least_gap),
        )


def _by_heart(run: Run, best: int) -> _ByHeart | None:
    """The evidence that a network has learned its examples by heart: it has much left to learn, predicts its training
    examples far better than the validation examples, and predicted the validation examples better at its best epoch.
    None if that is not so."""
    seen = generalization(run)
    if seen is None or run.data.validation_examples < LEAST:
        return None
    gap, t, rise, left = seen.gap, seen.report.validation_t, _late_rise(run, best), best_remaining(run)
    if run.data.task != "regression":
        is_large = left >= OF_CLASSES_SOLVED and gap >= OF_CLASSES and rise >= OF_CLASSES_RISE
        if is_large and (t is None or t >= OF_CLASSES_T):
            return _ByHeart(gap, OF_CLASSES, OF_CLASSES_RISE)
        last = max(rise, rise_of(run.validation_losses, best, len(run.rows) - EPOCHS))
        is_sure = left >= SURELY_SOLVED and gap >= SURELY and last >= SURELY_RISE and t is not None and t >= SURELY_T
        return _ByHeart(gap, SURELY, SURELY_RISE) if is_sure else None
    if left < SOLVED or (t is not None and t < BY_HEART_T):
        return None
    if gap >= BY_HEART and rise >= BY_HEART_RISE:
        return _ByHeart(gap, BY_HEART, BY_HEART_RISE)
    return _ByHeart(gap, FAR_APART, FAR_APART_RISE) if gap >= FAR_APART and rise >= FAR_APART_RISE else None


def _late_rise(run: Run, best: int) -> float:
    """The relative rise of the validation loss from its lowest value to its median over the second half of the run,
    without the epochs up to the best one."""
    half = run.before_last(ceil(run.last.epoch / 2))
    return median(run.validation_losses[max(half, best + 1) :]) / run.validation_losses[best] - 1


def rise_of(losses: Sequence[float], best: int, end: int) -> float:
    """The smallest relative rise above the lowest loss over all epochs from `end` on, so that one outlier does not
    count as a rise."""
    return min(losses[end:]) / losses[best] - 1 if losses[best] > 0 else 0.0


def swing(losses: Sequence[float]) -> float:
    """The median change from one epoch to the next. A rise that is no larger may be such a change."""
    return median([abs(later - earlier) for earlier, later in pairwise(losses)])


def _first_above(losses: Sequence[float], best: int, limit: float) -> int:
    """The index of the epoch from which on the loss stayed above the limit."""
    index = len(losses) - 1
    while index > best + 1 and losses[index - 1] > (1 + limit) * losses[best]:
        index -= 1
    return index


def _first_time_above(losses: Sequence[float], best: int, limit: float) -> int:
    """The index of the first epoch after the best one with a loss above the limit, even if later losses jump."""
    return next((i for i in range(best + 1, len(losses)) if losses[i] > (1 + limit) * losses[best]), len(losses) - 1)


def _severity(run: Run, best: int, rise: float) -> Severity:
    if not run.accuracies:
        many = run.data.validation_examples >= FEW
        return "warning" if rise > (REGRESSION_RISE if many else 2 * FEW_RISE) else "note"
    now, then = median(run.accuracies[-EPOCHS:]), run.accuracies[best]
    error = sqrt(max(then * (1 - then), 1e-4) / max(run.data.validation_examples, 1))
    fell = then - now > max(2 * error, POINT)
    seen = generalization(run)
    trained = (run.last.train_accuracy if seen is None else seen.report.evaluation_accuracy) or 0.0
    rises = run.validation_losses[-1] > QUARTER * run.validation_losses[best]
    gap = trained - now > GAP and rises and best_remaining(run) >= GAP_LEFT
    return "warning" if fell or gap else "note"


def _patches(run: Run) -> list[Patch]:
    """The cheapest first. Lifting the limit on examples comes last: it was set on purpose, and without it an epoch may
    take a hundred times as long."""
    spec = run.spec
    patches = []
    if spec.early_stopping is None:
        how: Any = {"patience": spec.epochs // 10} if spec.epochs >= LONG else True
        why = "Training ends when it no longer helps; the best epoch is kept."
        patches.append(Patch(patch={"early_stopping": how}, why=why))
    if not any(getattr(layer, "dropout", 0) for layer in spec.layers) and spec.layers:
        patches.append(_dropout(0.2 if spec.dropout == 0 else spec.dropout))
    l2 = 1e-4 if spec.l2 == 0 else rounded(3 * spec.l2)
    patches.append(Patch(patch={"l2": l2}, why="Smaller weights make a smoother function."))
    if spec.dataset.limit is not None:
        more = Patch(patch={"dataset": {"limit": None}}, why="All training examples are harder to learn by heart.")
        patches.append(more)
    return patches


def _dropout(rate: float) -> Patch:
    patch: dict[str, Any] = {"dropout": rate}
    return Patch(patch=patch, why=f"Units that are missing {percent(rate)} of the time cannot rely on one another.")


KIND = FindingKind(
    id="overfitting",
    title="The network overfits",
    looks_like="The training loss keeps falling, but the validation loss rises again after its lowest point.",
    why="With enough weights a network can store its training examples. What it then learns no longer helps with "
    "others. The validation loss must stay above its lowest by 5 % for at least three epochs, by 20 % with few "
    "validation examples. It is a note while the accuracy has not fallen: then the network has become surer of its "
    "mistakes, but makes no more of them. A network that predicts its training examples far better than others, and "
    "has much left to learn, has learned them by heart, even if its validation loss jumps from epoch to epoch.",
    cure="Early stopping, which keeps the best epoch; dropout of 0.2; an L2 penalty; a smaller network; more examples, "
    "if there are any.",
    in_run=in_run,
)
