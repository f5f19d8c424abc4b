"""Numbers, statuses and times as people read them in a terminal."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from rich.text import Text

from gradus.metrics import measured, of_split, score
from gradus.spec.word import Word, kind_of
from gradus.status import Status
from gradus.wire.catalog import MetricEntry
from gradus.wire.experiment import ExperimentRecord, Failure, LogLine
from gradus.wire.message import Message
from gradus.wire.metrics import MetricsRow

COLOURS = {
    Status.QUEUED: "yellow",
    Status.RUNNING: "cyan",
    Status.PAUSED: "magenta",
    Status.SUCCEEDED: "green",
    Status.FAILED: "red",
    Status.CANCELLED: "bright_black",
}

ABBREVIATED = {"accuracy": "acc."}
"""Names of panels where there is little room."""

ROUNDING = 1e-12
"""What is left of a zero after some sums of doubles."""


def status(of: Status) -> Text:
    """A status in its colour."""
    return Text(of, style=COLOURS[of])


def number(value: float | None) -> str:
    """Four decimals; small and large ones by their power of ten; a dash for none."""
    if value is None:
        return "–"
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"


def signed(value: float, decimals: int = 4) -> str:
    """A difference with its sign; what rounds to zero has none."""
    size = abs(value)
    plain = decimals < 4 or size < ROUNDING or 1e-3 <= size < 1e5
    text = f"{value:+.{decimals}f}" if plain else f"{value:+.3g}"
    return text if float(text) else text[1:]


def upward(value: float, decimals: int = 4) -> str:
    """How far an interval reaches: rounded up, for a width of nothing would be a certainty that nobody has."""
    if not 0 < value < 1e5 or (decimals == 4 and value < 1e-3):
        return f"{value:.3g}"
    return f"{ceil(value * 10**decimals - 1e-6) / 10**decimals:.{decimals}f}"


def duration(seconds: float | None) -> str:
    """Seconds, minutes or hours, whichever is short."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def age(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in one unit: 5 s, 3 min, 2 h, 4 d; `now` by the clock that gave the moment, else by ours."""
    seconds = max(0.0, ((now or datetime.now(UTC)) - moment).total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def moment(of: datetime) -> str:
    """A moment in the local time, with its offset from UTC: 2026-11-22 17:30:00+05:30."""
    return of.astimezone().isoformat(" ", "seconds")


def size(count: int) -> str:
    """Bytes."""
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def kind(word: Word) -> str:
    """A piece of a spec: its kind and what of it is not null, `adam lr=0.001 …`."""
    given = word.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    return " ".join([kind_of(type(word)), *(f"{key}={value_of(value)}" for key, value in given.items())])


def value_of(value: Any) -> str:
    """A value as `--set` takes it: JSON, without quotes around a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def value_or_dash(value: Any) -> str:
    """The same; a dash for null."""
    return "–" if value is None else value_of(value)


def epoch_line(row: MetricsRow, epochs: int) -> str:
    """One epoch in one line, short enough to stand behind a clock in 80 columns."""
    known = measured([row])
    said = "  ".join(f"{heading(one)} {number(value(row, one))}" for one in scores(known))
    loss, *_ = of_split(known, "train")
    return f"epoch {row.epoch}/{epochs}  loss {number(value(row, loss))}  {said}  {row.seconds:.2f} s"


def scores(known: Sequence[MetricEntry]) -> tuple[MetricEntry, MetricEntry]:
    """What tells most of how well a run does: on validation and on test examples."""
    return score(known, "validation"), score(known, "test")


def value(row: MetricsRow | None, metric: MetricEntry) -> float | None:
    """What the row says of the metric; None without a row."""
    found: float | None = getattr(row, metric.key, None)
    return found


def heading(metric: MetricEntry) -> str:
    """A metric's name where there is little room: `val. acc.`, `train loss`."""
    split = {"validation": "val."}.get(metric.split or "", metric.split or "")
    return f"{split} {ABBREVIATED.get(metric.panel, metric.panel)}".lstrip()


def event_line(data: Message, epochs: int) -> str:
    """What happened, in one line; `epochs` are those asked for."""
    match data:
        case MetricsRow() as row:
            return epoch_line(row, epochs)
        case LogLine() as line:
            return line.message if line.level == "info" else f"{line.level}: {line.message}"
        case ExperimentRecord() as record:
            return str(record.status)
        case _:
            return str(data)


def situation(record: ExperimentRecord) -> str:
    """What a run does, and how far it is."""
    done = f"{record.progress.epoch}/{record.progress.epochs} epochs"
    return f"{record.status}, {done}"


def outcome(record: ExperimentRecord) -> str:
    """What became of a run, in one line."""
    label = record.name or record.id
    return f"{label} {record.status}" if record.error is None else f"{label} failed, {failure_line(record.error)}"


def failure_line(error: Failure) -> str:
    """Why and where a run failed."""
    places = {"epoch": error.epoch, "step": error.step, "layer": error.layer}
    where = ", ".join(f"{name} {place}" for name, place in places.items() if place is not None)
    return f"{error.code}: {error.message}" + (f" ({where})" if where else "")
