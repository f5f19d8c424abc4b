"""Numbers, statuses and times as people read them in a terminal."""

from datetime import UTC, datetime

from rich.text import Text

from gradus.status import Status
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow

COLOURS = {
    Status.QUEUED: "yellow",
    Status.RUNNING: "cyan",
    Status.PAUSED: "magenta",
    Status.SUCCEEDED: "green",
    Status.FAILED: "red",
    Status.CANCELLED: "bright_black",
}


def status(of: Status) -> Text:
    """A status in its colour."""
    return Text(of, style=COLOURS[of])


def number(value: float | None) -> str:
    """Four decimals; small and large ones by their power of ten; a dash for none."""
    if value is None:
        return "–"
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"


def duration(seconds: float | None) -> str:
    """Seconds, minutes or hours, whichever is short."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def ago(moment: datetime) -> str:
    """How long since."""
    return f"{duration(max(0.0, (datetime.now(UTC) - moment).total_seconds()))} ago"


def epoch_line(row: MetricsRow, epochs: int) -> str:
    """One epoch in one line."""
    score = (
        f"validation loss {number(row.validation_loss)}  test loss {number(row.test_loss)}"
        if row.test_accuracy is None
        else f"validation accuracy {number(row.validation_accuracy)}  test accuracy {number(row.test_accuracy)}"
    )
    return f"epoch {row.epoch}/{epochs}  train loss {number(row.train_loss)}  {score}  {row.seconds:.2f} s"


def failure_line(error: Failure) -> str:
    """Why and where a run failed."""
    places = {"epoch": error.epoch, "step": error.step, "layer": error.layer}
    where = ", ".join(f"{name} {place}" for name, place in places.items() if place is not None)
    return f"{error.code}: {error.message}" + (f" ({where})" if where else "")
