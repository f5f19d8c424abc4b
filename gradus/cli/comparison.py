"""Experiments side by side: where their specs differ, and what each came to."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf, isfinite
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from gradus.cli import output, words
from gradus.cli.ids import short
from gradus.cli.screen import one_line
from gradus.differences import between
from gradus.metrics import measured
from gradus.sweep.grain import grain
from gradus.wire.catalog import MetricEntry
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow

TINY = 1e-12
"""What sums of doubles leave of a difference of nothing."""
COLUMN = 16
"""Width of an experiment's column, and of the column of names."""


def document(records: Sequence[ExperimentRecord]) -> dict[str, Any]:
    """For programs: differences by path, in the order of the experiments, which follow whole."""
    return {
        "differences": {path: list(values) for path, values in between(records).items()},
        "experiments": list(map(output.document, records)),
    }


def tables(records: Sequence[ExperimentRecord], width: int | None) -> Iterator[Table]:
    """As many experiments in each table as fit beside one another; all, and whole, where there is no width to keep."""
    room = len(records) if width is None else max(1, (width - COLUMN - 2) // (COLUMN + 2))
    different = between(records)
    for start in range(0, len(records), room):
        shown = range(start, min(start + room, len(records)))
        yield _table(records, different, shown, whole=width is None)


def _table(
    records: Sequence[ExperimentRecord], different: Mapping[str, tuple[Any, ...]], shown: range, *, whole: bool
) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", style="dim", no_wrap=True)
    for i in shown:
        one = records[i]
        heading = Group(one.id if whole else short(one.id), one_line(one.name))
        table.add_column(heading, max_width=None if whole else COLUMN)
    for path, values in different.items():
        table.add_row(path, *(words.value_or_dash(values[i]) for i in shown))
    if not different:
        table.add_row("no difference", *("" for _ in shown))
    for name, cells in _results(records).items():
        table.add_row(name, *(cells[i] for i in shown))
    return table


def _results(records: Sequence[ExperimentRecord]) -> dict[str, list[Text]]:
    """What each came to; the best of every metric stands out."""
    rows = [one.best for one in records]
    found = {"": [Text() for _ in records], "status": [words.status(one.status) for one in records]}
    found["best epoch"] = [Text("–" if row is None else str(row.epoch)) for row in rows]
    for metric in _results_of(rows):
        values = [words.value(row, metric) for row in rows]
        step = max(grain(metric, one) for one in records)
        found[metric.label.lower()] = _marked(values, step, more=metric.direction == "max")
    found["seconds an epoch"] = [Text(words.number(_seconds(one.latest))) for one in records]
    found["parameters"] = [Text(f"{one.parameters:,}") for one in records]
    return found


def _results_of(rows: Sequence[MetricsRow | None]) -> list[MetricEntry]:
    """What was measured on examples that were not trained on; scores first."""
    known = measured(row for row in rows if row is not None)
    held_out = [one for one in known if one.split in {"validation", "test"}]
    return sorted(held_out, key=lambda one: one.direction != "max")


def _marked(values: Sequence[float | None], step: float, *, more: bool) -> list[Text]:
    """Values within a step of the best are as good: an accuracy does not tell one example more."""
    finite = [value for value in values if value is not None and isfinite(value)]
    best = (max if more else min)(finite, default=inf)
    return [
        Text(words.number(value), style="bold green" if value is not None and abs(value - best) <= step + TINY else "")
        for value in values
    ]


def _seconds(row: MetricsRow | None) -> float | None:
    return None if row is None else row.seconds
