"""How much a run would gain if it went on: losses fall with the logarithm of the number of steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log2, sqrt

from insight.run import Run

SHARE = 1 / 3
"""The first part of a run, which the line leaves out, as a share of its epochs."""
LEAST = 3
"""Minimum number of epochs for a line."""
FAR = 1e100
"""Losses from this value on are left out: their squares are not finite."""
APART = 1.5
"""Number of doublings from the middle of the last fall, which is about the middle of the run, to that of the next
fall."""
MOST_T = 1000.0
"""Upper bound of t, for losses that lie exactly on a line."""


@dataclass(frozen=True)
class Tail:
    """The line of least squares through the validation losses of a run's last two thirds, over log2(epoch)."""

    gain: float
    """Fall of the loss while the number of epochs doubles: what another run of twice the length would gain."""
    t: float
    """The gain over its standard error. Epochs that scatter about the line make it small."""


def tail(run: Run) -> Tail | None:
    """The tail of a run; None if it has too few epochs, or if classes have weights: then training does not minimize the
    reported loss."""
    if run.spec.dataset.class_weights not in (None, "none"):
        return None
    known = [
        (row.epoch, row.validation_loss)
        for row in run.rows
        if row.epoch > SHARE * run.last.epoch and abs(row.validation_loss) < FAR
    ]
    if len(known) < LEAST:
        return None
    slope, t = _line(known)
    return Tail(-slope, -t)


@dataclass(frozen=True)
class Doubling:
    """How much a loss fell while the number of epochs doubled, and will fall while it doubles again."""

    fall: float
    """Mean of the second quarter of the run minus that of its second half: what the last doubling gained."""
    next: float
    """What the next doubling gains if the gains keep shrinking by the same factor; 0 if the last doubling gained
    nothing."""


def doubling(run: Run, losses: Sequence[float]) -> Doubling | None:
    """The last doubling of a run's epochs; None if a part of the run has no rows. Means of whole parts hardly depend on
    epochs that scatter."""
    end = run.last.epoch
    earlier, before, after = (_mean(run, losses, end / 2**i) for i in (2, 1, 0))
    if earlier is None or before is None or after is None:
        return None
    previous, fall = earlier - before, before - after
    if not fall > 0:
        return Doubling(fall, 0.0)
    slower = min(1.0, fall / previous) if previous > 0 else 1.0
    return Doubling(fall, fall * slower**APART)


def _mean(run: Run, losses: Sequence[float], last: float) -> float | None:
    """The mean over the epochs after `last` / 2, up to `last`. Rows of a long run count for the epochs they stand
    for."""
    known = [
        (loss, span)
        for epoch, loss, span in zip(run.epochs, losses, run.spans, strict=True)
        if last / 2 < epoch <= last and abs(loss) < FAR
    ]
    spans = sum(span for _, span in known)
    return sum(loss * span for loss, span in known) / spans if spans else None


def accuracy_gain(run: Run) -> float | None:
    """The rise of the validation accuracy along the same kind of line while the number of epochs doubles; None for
    regression and for too few epochs. Where the classes overlap the loss falls longer than the accuracy rises."""
    known = [
        (row.epoch, row.validation_accuracy)
        for row in run.rows
        if row.epoch > SHARE * run.last.epoch and row.validation_accuracy is not None
    ]
    return None if len(known) < LEAST else _line(known)[0]


def _line(known: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """The slope of the line of least squares over log2(epoch), and its t."""
    n = len(known)
    points = [(log2(epoch), value) for epoch, value in known]
    x, y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    square = sum((one - x) ** 2 for one, _ in points)
    slope = sum((one - x) * (other - y) for one, other in points) / square
    if not slope:
        return 0.0, 0.0
    error = sqrt(sum((other - y - slope * (one - x)) ** 2 for one, other in points) / (n - 2) / square)
    return slope, max(-MOST_T, min(MOST_T, slope / error if error else slope * inf))
