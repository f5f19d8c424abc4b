"""`gradus compare`: where the specs of experiments differ, and their results."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf, isfinite
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from gradus.cli import ids, labels, output, tables
from gradus.cli.console import one_line
from gradus.cli.options import Ids, Json, Url
from gradus.client import Client
from gradus.differences import between
from gradus.errors import BadRequest
from gradus.metrics import measured
from gradus.sweep.grain import grain
from gradus.wire.catalog import MetricEntry
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow

TINY = 1e-12
"""Tolerance for floating-point errors: the largest difference that counts as zero."""
COLUMN = 16
"""The width of each experiment's column, and of the column of names."""


def compare(given: Ids, as_json: Json = False, url: Url = None) -> None:
    """Compare the specs and results of experiments."""
    with Client(url) as client:
        found = ids.resolve_all(client, given)
        if len(found) < 2:
            raise BadRequest("name at least two experiments")
        records = [run.record for run in client.experiments.get_many(found)]
    if as_json:
        output.print_json(document(records))
    else:
        for table in comparison(records, output.console().width if output.on_terminal() else None):
            output.show(table)


def document(records: Sequence[ExperimentRecord]) -> dict[str, Any]:
    """The output for `--json`: the experiments, and the differing values by path, in the order of the experiments."""
    return {
        "differences": {path: list(values) for path, values in between(records).items()},
        "experiments": list(map(output.document, records)),
    }


def comparison(records: Sequence[ExperimentRecord], width: int | None) -> Iterator[Table]:
    """Tables, each with as many experiments side by side as fit the width; without a width, a single table."""
    room = len(records) if width is None else max(1, (width - COLUMN - 2) // (COLUMN + 2))
    different = between(records)
    for start in range(0, len(records), room):
        shown = range(start, min(start + room, len(records)))
        yield _table(records, different, shown, whole=width is None)


def _table(
    records: Sequence[ExperimentRecord], different: Mapping[str, tuple[Any, ...]], shown: range, *, whole: bool
) -> Table:
    table = tables.borderless()
    table.add_column("", style="dim", no_wrap=True)
    for i in shown:
        one = records[i]
        heading = Group(one.id if whole else ids.short(one.id), one_line(one.name))
        table.add_column(heading, max_width=None if whole else COLUMN)
    for path, values in different.items():
        table.add_row(path, *(labels.value_or_dash(values[i]) for i in shown))
    if not different:
        table.add_row("no differences", *("" for _ in shown))
    for name, cells in _results(records).items():
        table.add_row(name, *(cells[i] for i in shown))
    return table


def _results(records: Sequence[ExperimentRecord]) -> dict[str, list[Text]]:
    """The results of each experiment, with the best value of every metric highlighted."""
    rows = [one.best for one in records]
    found = {"": [Text() for _ in records], "status": [labels.status(one.status) for one in records]}
    found["best epoch"] = [Text("–" if row is None else str(row.epoch)) for row in rows]
    for metric in _held_out_metrics(rows):
        values = [labels.value(row, metric) for row in rows]
        step = max(grain(metric, one) for one in records)
        found[metric.label.lower()] = _marked(values, step, higher=metric.direction == "max")
    found["seconds per epoch"] = [Text(labels.number(_seconds(one.latest))) for one in records]
    found["parameters"] = [Text(f"{one.parameters:,}") for one in records]
    return found


def _held_out_metrics(rows: Sequence[MetricsRow | None]) -> list[MetricEntry]:
    """The metrics that were measured on examples not trained on; those to maximize come first."""
    known = measured(row for row in rows if row is not None)
    held_out = [one for one in known if one.split in {"validation", "test"}]
    return sorted(held_out, key=lambda one: one.direction != "max")


def _marked(values: Sequence[float | None], step: float, *, higher: bool) -> list[Text]:
    """Highlight every value within one step of the best: a single example more is not a better accuracy."""
    finite = [value for value in values if value is not None and isfinite(value)]
    best = (max if higher else min)(finite, default=inf)
    return [
        Text(labels.number(value), style="bold green" if value is not None and abs(value - best) <= step + TINY else "")
        for value in values
    ]


def _seconds(row: MetricsRow | None) -> float | None:
    return None if row is None else row.seconds
