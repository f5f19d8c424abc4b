"""How much a run would gain if it went on: losses fall with the logarithm of the number of steps."""

from dataclasses import dataclass
from math import inf, log2, sqrt

from insight.run import Run

SHARE = 1 / 3
"""The part of a run, from its start, that does not count."""
LEAST = 3
"""Epochs that a line needs."""
FAR = 1e100
"""Losses from this on do not count: their squares are not finite."""
MOST_T = 1000.0
"""The largest t, of losses that lie exactly on a line."""


@dataclass(frozen=True)
class Tail:
    """The line of least squares through the validation losses of a run's last two thirds, over log2(epoch)."""

    gain: float
    """Fall of the loss while the number of epochs doubles: what another run of twice the length would gain."""
    t: float
    """The gain over its standard error. Epochs that scatter about the line make it small."""


def tail(run: Run) -> Tail | None:
    """The tail of a run; None if it has too few epochs, or weights of the classes: then the reported loss is not what
    training minimizes."""
    if run.spec.dataset.class_weights not in (None, "none"):
        return None
    known = [
        (log2(row.epoch), row.validation_loss)
        for row in run.rows
        if row.epoch > SHARE * run.last.epoch and abs(row.validation_loss) < FAR
    ]
    if len(known) < LEAST:
        return None
    n = len(known)
    x, y = sum(x for x, _ in known) / n, sum(y for _, y in known) / n
    square = sum((one - x) ** 2 for one, _ in known)
    slope = sum((one - x) * (other - y) for one, other in known) / square
    error = sqrt(sum((other - y - slope * (one - x)) ** 2 for one, other in known) / (n - 2) / square)
    return Tail(-slope, max(-MOST_T, min(MOST_T, -slope / error if error else -slope * inf)) if slope else 0.0)
