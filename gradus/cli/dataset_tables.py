"""Output for a terminal: data sets, their columns and rows, and why a data set could not be read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from gradus.cli import labels, output, tables
from gradus.cli.console import one_line, styled
from gradus.cli.parse_options import write_options
from gradus.errors import GradusError
from gradus.pointer import keys_of, readable
from gradus.printable import printable
from gradus.wire.dataset import DatasetRecord, ReadFailure, RowPage
from gradus.wire.table import ColumnRecord, LeftOutRows

COLORS = {"reading": "cyan", "ready": "green", "failed": "red"}
CELL = 40
"""Maximum number of characters shown of a cell."""
LISTED = 5
"""Maximum number of left-out rows that are shown."""


def status(value: str) -> RenderableType:
    """A status in its color."""
    return styled(str(value), COLORS.get(str(value), ""))


def columns(found: Sequence[ColumnRecord]) -> Table:
    """A line for each column: its type, the evidence for the type, and how many values are missing and distinct."""
    table = tables.borderless()
    for heading in ("column", "type", "role", "missing", "distinct", "examples", "evidence"):
        right = heading in {"missing", "distinct"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading not in {"examples", "evidence"})
    for one in found:
        distinct = f"{'' if one.distinct_exact else '≈ '}{one.distinct:,}"
        shape = f" {tables.shape(one.shape)}" if one.shape else ""
        table.add_row(
            one.name,
            f"{one.type}{shape}",
            one.role or "",
            f"{one.missing:,}",
            "" if one.shape else distinct,
            _short(", ".join(one.examples[:3])),
            evidence(one),
        )
    return table


_KINDS = {
    "comma_three": "such as 1,234",
    "point_three": "such as 1.234",
    "true_false": "true or false",
    "yes_no": "such as yes or no",
}
"""Descriptions of kinds of cells whose names say little."""


def evidence(column: ColumnRecord) -> str:
    """The kinds of cells that were found in the column, and other types that it could have had."""
    counted = column.evidence
    parts = [
        f"{count:,} {_KINDS.get(kind, kind.replace('_', ' '))}"
        for kind, count in counted.items()
        if isinstance(count, int)
    ]
    first = counted.get("first")
    if isinstance(first, Mapping):
        parts.append(f"first in line {first.get('line')}: {_short(str(first.get('text', '')))}")
    parts += [f"{other} {condition}" for other, condition in column.would_be.items()]
    return "; ".join(part for part in parts if not part.endswith(" cells"))


def options(parse: Mapping[str, Any], guessed: Mapping[str, str]) -> Table:
    """The options that the files were read with, and the evidence for those that were guessed."""
    table = tables.borderless()
    for heading in ("option", "value", "because"):
        table.add_column(heading, no_wrap=heading == "option")
    for option, value in parse.items():
        if value not in (None, {}, [], "") or option in guessed:
            table.add_row(option, json.dumps(value, ensure_ascii=False), guessed.get(option, ""))
    return table


def rows(page: RowPage) -> Table:
    """Rows with their positions."""
    table = tables.borderless()
    table.add_column("row", justify="right", no_wrap=True, style="dim")
    for name in page.columns:
        table.add_column(name)
    for position, row in zip(page.index, page.data, strict=True):
        table.add_row(str(position), *(cell(row[name]) for name in page.columns))
    return table


def cell(value: Any) -> RenderableType:
    """The text of a value; empty if it is missing."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else labels.value_of(value)
    return one_line(_short(text)) if output.on_terminal() else printable(text)


def left_out(found: LeftOutRows) -> Sequence[str]:
    """The first rows that were left out, and why."""
    if not found.count:
        return ()
    first = [
        f"  {one.file}{'' if one.line is None else f', line {one.line}'}: {one.reason} {one.text}".rstrip()
        for one in found.listed[:LISTED]
    ]
    more = [f"  … and {found.count - len(first):,} more"] if found.count > len(first) else []
    return [f"{found.count:,} left out:", *first, *more]


def failure(found: ReadFailure, name: str) -> str:
    """Why a data set could not be read, where, and the command that would read it."""
    told = _failure(found.message, _place(found.file, found.line), found.around, found.option, f"reparse {name}")
    if found.code != "unknown_column":
        return told
    return f"{told}\nhint: gradus datasets edit {name} --target COLUMN, then gradus datasets reparse {name}"


def refusal(error: GradusError, command: str) -> str | None:
    """Why a dry run could not read a file, where, and the command that would; None for errors about something else."""
    cure = next((one.input for one in error.errors if one.path == "parse" and isinstance(one.input, Mapping)), None)
    where = next((one for one in error.errors if one.path != "parse"), None)
    if where is None or error.code not in READING:
        return None
    file, line = ("", *keys_of(where.path))[-2:] if where.path else ("", "")
    place = _place(file, int(line)) if file and line.isdecimal() else _place(readable(where.path), None)
    return _failure(error.detail, place, where.input, cure, command)


READING = frozenset({"data_error", "not_a_table", "no_rows", "invalid_parse", "unknown_column", "too_large"})
"""Codes of errors about the content of a file."""


def _place(file: str | None, line: int | None) -> str:
    return ", ".join([*([file] if file else []), *([] if line is None else [f"line {line}"])])


def _failure(message: str, place: str, around: Any, option: Mapping[str, Any] | None, command: str) -> str:
    lines = [f"error: {message}"]
    if isinstance(around, str) and around:
        lines.append(f"  {place}: {around}" if place else f"  {around}")
    if option:
        lines.append(f"hint: to read it: gradus datasets {command} {write_options(option)}")
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= CELL else f"{text[: CELL - 1]}…"


def facts(record: DatasetRecord) -> dict[str, RenderableType]:
    """The facts about an uploaded data set."""
    target = record.target
    return {
        "name": record.name,
        "id": record.id,
        "status": status(record.status),
        "version": "" if record.version is None else str(record.version),
        "target": "" if target is None else target if isinstance(target, str) else ", ".join(target),
        "rows": "" if record.rows is None else f"{record.rows:,}",
        "size": "" if record.bytes is None else labels.size(record.bytes),
        "digest": record.digest or "",
        "tags": ", ".join(record.tags),
        "notes": record.notes,
        "created": "" if record.created_at is None else labels.moment(record.created_at),
    }


def page(record: DatasetRecord) -> RenderableType:
    """A data set's facts, how it was read, its columns, and its versions if there are several."""
    parts: list[RenderableType] = [tables.facts(facts(record))]
    if record.columns:
        parts += ["", columns(record.columns)]
    if record.parse:
        parts += ["", options(record.parse, record.guessed or {})]
    if record.left_out is not None and record.left_out.count:
        parts += ["", *left_out(record.left_out)]
    return Group(*parts)
