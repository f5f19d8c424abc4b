"""Experiments side by side: where their specs differ, and what each came to."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from rich.table import Table
from rich.text import Text

from gradus.cli import output, words
from gradus.cli.ids import short
from gradus.fork import unresolved
from gradus.spec.experiment import FOR_PEOPLE, Experiment
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow

COLUMN = 16
"""Width of an experiment's column, and of the column of names."""

METRICS: tuple[tuple[str, str, bool], ...] = (
    ("validation accuracy", "validation_accuracy", True),
    ("test accuracy", "test_accuracy", True),
    ("validation loss", "validation_loss", False),
    ("test loss", "test_loss", False),
)
"""Of the best epoch: name, key, and whether more is better."""


def document(records: Sequence[ExperimentRecord]) -> dict[str, Any]:
    """For programs: differences by path, in the order of the experiments, which follow whole."""
    return {
        "differences": {path: list(values) for path, values in differences([one.spec for one in records]).items()},
        "experiments": list(map(output.document, records)),
    }


def differences(specs: Sequence[Experiment]) -> dict[str, tuple[Any, ...]]:
    """The values of every spec at each path where not all are equal; None where a spec has no such path.

    What only some can have, such as Adam's betas, is left out where it is what those have anyway.
    """
    flat = [dict(_flat(unresolved(spec))) for spec in specs]
    chosen = {path for spec in specs for path, _ in _flat(spec.model_dump(mode="json", exclude_defaults=True))}
    shared = set.intersection(*(set(one) for one in flat))
    paths = [path for path in dict.fromkeys(path for one in flat for path in one) if path in shared | chosen]
    found = {path: tuple(one.get(path) for one in flat) for path in paths}
    return {path: values for path, values in found.items() if any(value != values[0] for value in values)}


def tables(records: Sequence[ExperimentRecord], width: int) -> Iterator[Table]:
    """As many experiments in each table as fit beside one another."""
    room = max(1, (width - COLUMN - 2) // (COLUMN + 2))
    different = differences([one.spec for one in records])
    for start in range(0, len(records), room):
        yield _table(records, different, range(start, min(start + room, len(records))))


def _table(records: Sequence[ExperimentRecord], different: Mapping[str, tuple[Any, ...]], shown: range) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", style="dim", no_wrap=True)
    for i in shown:
        heading = Text(f"{short(records[i].id)}\n{records[i].name}", overflow="ellipsis", no_wrap=True)
        table.add_column(heading, max_width=COLUMN)
    for path, values in different.items():
        table.add_row(path, *(_value(values[i]) for i in shown))
    if not different:
        table.add_row("no difference", *("" for _ in shown))
    table.add_section()
    for name, cells in _results(records).items():
        table.add_row(name, *(cells[i] for i in shown))
    return table


def _results(records: Sequence[ExperimentRecord]) -> dict[str, list[Text]]:
    """What each came to; the best of every metric stands out."""
    rows = [one.best for one in records]
    found = {"": [Text() for _ in records], "status": [words.status(one.status) for one in records]}
    found["best epoch"] = [Text("–" if row is None else str(row.epoch)) for row in rows]
    for name, key, more in METRICS:
        values = [getattr(row, key, None) for row in rows]
        if any(value is not None for value in values):
            found[name] = _marked(values, more=more)
    found["seconds an epoch"] = [Text(words.number(_seconds(one.latest))) for one in records]
    found["parameters"] = [Text(f"{one.parameters:,}") for one in records]
    return found


def _marked(values: Sequence[float | None], *, more: bool) -> list[Text]:
    finite = [value for value in values if value is not None and isfinite(value)]
    best = (max if more else min)(finite, default=None)
    return [
        Text(words.number(value), style="bold green" if value is not None and value == best else "") for value in values
    ]


def _seconds(row: MetricsRow | None) -> float | None:
    return None if row is None else row.seconds


def _flat(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and values; an object's kind stands at the place of the object, and what is for people stays away."""
    match value:
        case dict():
            for key, inner in value.items():
                if way or key not in FOR_PEOPLE:
                    path = way if key == "kind" else f"{way}.{key}".lstrip(".")
                    yield from _flat(inner, path)
        case list() if any(isinstance(one, dict) for one in value):
            for i, inner in enumerate(value):
                yield from _flat(inner, f"{way}.{i}")
        case _:
            yield way, value


def _value(value: Any) -> str:
    return "–" if value is None else words.value_of(value)
