"""The importance of columns as a terminal shows it."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table

from gradus.cli.labels import number, signed
from gradus.cli.tables import borderless
from gradus.wire.importance import ColumnEffect, ImportanceReport

FEW_SEEDS = 5
"""Fewer say little about other seeds."""


def report(found: ImportanceReport) -> RenderableType:
    """The metrics with all columns, and by how much each is worse without a column."""
    return Group(*_parts(found))


def _parts(found: ImportanceReport) -> Iterator[RenderableType]:
    examples = f"{found.n:,}" if found.n == found.of else f"{found.n:,} of {found.of:,}"
    count = len(found.networks)
    asked = f"weights of epoch {found.networks[0].epoch}" if count == 1 else f"{count} networks, one for each seed"
    weighted = ", losses weighted" if found.weighted else ""
    yield f"{examples} examples of the {found.split} split, {asked}{weighted}"
    yield ", ".join(f"{_name(one.name)} {number(one.value)}" for one in found.metrics) + " with all columns"
    yield ""
    yield _columns(found)
    yield f"helps: {_name(found.metrics[0].name)} is worse without the column, beyond chance" if found.metrics else ""
    if 1 < len(found.networks) < FEW_SEEDS:
        yield f"With fewer than {FEW_SEEDS} seeds, intervals are wide, and few columns are clear"


def _columns(found: ImportanceReport) -> Table:
    table = borderless()
    table.add_column("shuffled column", overflow="fold")
    for one in found.metrics:
        table.add_column(f"{_name(one.name)} worse by", justify="right", overflow="fold")
    table.add_column("helps")
    for column in found.columns:
        helps = "yes" if column.effects and column.effects[0].helps else "unclear"
        table.add_row(" + ".join(column.columns), *map(_effect, column.effects), helps)
    return table


def _effect(one: ColumnEffect) -> str:
    low, high = one.ci95
    return f"{signed(one.worse_by)} [{signed(low)}, {signed(high)}]"


def _name(metric: str) -> str:
    return {"r2": "R²"}.get(metric, metric.replace("_", " "))
