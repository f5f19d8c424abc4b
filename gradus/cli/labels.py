"""Numbers, statuses and times as a terminal shows them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from rich.text import Text

from gradus.cli.console import styled
from gradus.metrics import measured, of_split, score
from gradus.status import Status
from gradus.wire.catalog import MetricEntry
from gradus.wire.event import StepProgress
from gradus.wire.experiment import ExperimentRecord, Failure, LogLine, QueuePlace
from gradus.wire.finding import Finding
from gradus.wire.message import Message
from gradus.wire.metrics import MetricsRow

COLORS: dict[str, str] = {
    Status.QUEUED: "yellow",
    Status.RUNNING: "cyan",
    Status.PAUSED: "magenta",
    Status.SUCCEEDED: "green",
    Status.FAILED: "red",
    Status.CANCELLED: "bright_black",
}

ABBREVIATIONS = {"accuracy": "acc."}
"""Short names of panels."""

BLOCKS = " ▁▂▃▄▅▆▇█"
"""Bars of no eighth to eight eighths."""

ROUNDING = 1e-12
"""Tolerance for floating-point errors: the largest remainder of a sum that counts as zero."""


def status(value: str) -> Text:
    """A status in its color; an unknown status of a newer service has no color."""
    return styled(str(value), COLORS.get(value, ""))


def number(value: float | None) -> str:
    """Four decimals, or scientific notation for small and large numbers; a dash for None."""
    if value is None:
        return "–"
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"


def signed(value: float, decimals: int = 4) -> str:
    """A difference with its sign; zero has none."""
    size = abs(value)
    plain = decimals < 4 or size < ROUNDING or 1e-3 <= size < 1e5
    text = f"{value:+.{decimals}f}" if plain else f"{value:+.3g}"
    return text if float(text) else text[1:]


def upward(value: float, decimals: int = 4) -> str:
    """The half-width of an interval, rounded up: a width of zero would wrongly claim certainty."""
    if not 0 < value < 1e5 or (decimals == 4 and value < 1e-3):
        return f"{value:.3g}"
    return f"{ceil(value * 10**decimals - 1e-6) / 10**decimals:.{decimals}f}"


def duration(seconds: float | None) -> str:
    """Seconds, minutes or hours, whichever is shortest."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def age(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in one unit: 5 s, 3 min, 2 h, 4 d. `now` should come from the clock that set the moment."""
    seconds = max(0.0, ((now or datetime.now(UTC)) - moment).total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def moment(at: datetime) -> str:
    """A moment in local time, with its offset from UTC: 2026-11-22 17:30:00+05:30."""
    return at.astimezone().isoformat(" ", "seconds")


def queue_place(place: QueuePlace | None, now: datetime | None = None) -> str:
    """A queued run's place in the queue and its estimated start: `place 7, starts in about 3 min`."""
    if place is None:
        return ""
    if place.estimated_start is None:
        return f"place {place.position}"
    left = max(0.0, (place.estimated_start - (now or datetime.now(UTC))).total_seconds())
    return f"place {place.position}, starts in about {duration(left)}"


def size(count: int) -> str:
    """A number of bytes in a readable unit."""
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def kind(part: Any) -> str:
    """A part of a spec's document: its kind and its fields that are not null, `adam lr=0.001 …`."""
    if not isinstance(part, dict) or "kind" not in part:
        return value_or_dash(part)
    given = {key: value for key, value in part.items() if key != "kind" and value is not None}
    return " ".join([str(part["kind"]), *(f"{key}={value_of(value)}" for key, value in given.items())])


def dataset(spec: dict[str, Any]) -> str:
    """The name of the data set in a spec's document."""
    found = spec.get("dataset")
    return str(found.get("name", "")) if isinstance(found, dict) else value_or_dash(found)


def value_of(value: Any) -> str:
    """A value as `--set` takes it: JSON, without quotes around a string."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def value_or_dash(value: Any) -> str:
    """A value as `--set` takes it; a dash for null."""
    return "–" if value is None else value_of(value)


def epoch_line(row: MetricsRow, epochs: int) -> str:
    """One epoch in one line, which fits 80 columns together with a time."""
    known = measured([row])
    held_out = "  ".join(f"{heading(one)} {number(value(row, one))}" for one in scores(known))
    loss, *_ = of_split(known, "train")
    return f"epoch {row.epoch}/{epochs}  loss {number(value(row, loss))}  {held_out}  {row.seconds:.2f} s"


def scores(known: Sequence[MetricEntry]) -> tuple[MetricEntry, MetricEntry]:
    """The metrics that best tell how good a run is, on validation and on test examples."""
    return score(known, "validation"), score(known, "test")


def value(row: MetricsRow | None, metric: MetricEntry) -> float | None:
    """The value of the metric in the row; None without a row."""
    found: float | None = getattr(row, metric.key, None)
    return found


def heading(metric: MetricEntry) -> str:
    """A short name of a metric: `val. acc.`, `train loss`."""
    split = {"validation": "val."}.get(metric.split or "", metric.split or "")
    return f"{split} {ABBREVIATIONS.get(metric.panel, metric.panel)}".lstrip()


def event_line(data: Message, epochs: int) -> str | None:
    """The event in one line; `epochs` is the run's number of epochs. None for events that do not fit in a line, such as
    statistics of layers, and for unknown kinds of events."""
    match data:
        case MetricsRow() as row:
            return epoch_line(row, epochs)
        case LogLine() as line:
            return line.message if line.level == "info" else f"{line.level}: {line.message}"
        case ExperimentRecord() as record:
            return str(record.status)
        case StepProgress() as step:
            return f"{step.what}: {share(step)}"
        case Finding() as finding:
            return f"{finding.severity}: {finding.because}"
        case _:
            return None


def share(step: StepProgress) -> str:
    """How much of a long step is done."""
    if step.total:
        return f"{100 * step.done // step.total} %"
    return size(step.done) if step.unit == "bytes" else f"{step.done} {step.unit}"


def progress(record: ExperimentRecord) -> str:
    """The status of a run and how many epochs it has done."""
    done = f"{record.progress.epoch}/{record.progress.epochs} epochs"
    return f"{record.status}, {done}"


def outcome(record: ExperimentRecord) -> str:
    """How a run ended, in one line."""
    label = record.name or record.id
    return f"{label} {record.status}" if record.error is None else f"{label} failed, {failure_line(record.error)}"


def failure_line(error: Failure) -> str:
    """Why and where a run failed."""
    places = {"epoch": error.epoch, "step": error.step, "layer": error.layer}
    where = ", ".join(f"{name} {place}" for name, place in places.items() if place is not None)
    return f"{error.code}: {error.message}" + (f" ({where})" if where else "")


def bars(counts: Sequence[int]) -> str:
    """A histogram: a bar of eighths for each bin, at least one eighth if the bin is not empty."""
    most = max(counts, default=0)
    return "".join(BLOCKS[-(-8 * count // most)] for count in counts) if most else ""
