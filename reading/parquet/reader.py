"""Parquet files become a stored table, without a detour over text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gradus.facts import ColumnType, FileFacts
from gradus.parse.files import ParquetParse
from gradus.wire.table import ReadTable
from reading.content import Content
from reading.failure import ReadingFailed
from reading.full_disk import is_disk_full
from reading.job import Job
from reading.names import named
from reading.parquet.footer import Footer, damaged, footer
from reading.parquet.types import Taken, asked, taken
from reading.stored.columns import SQL, Described
from reading.stored.connection import quoted
from reading.stored.finish import Outcome, finish
from reading.stored.rows import write_parquet

_PREVIEW_ROWS = 20
"""Rows that a preview has at least."""


@dataclass(frozen=True)
class _File:
    content: Content
    path: Path
    footer: Footer
    rows: int
    """That are read."""
    order: tuple[int, ...]
    """For each column of the table its position in the file."""

    def relation(self, count: int) -> str:
        """Its rows, whose columns have the names p0, p1, …, and `_line`."""
        names = ", ".join([*(f"p{i}" for i in range(count)), "_line"])
        read = f"read_parquet({quoted(self.path)}, file_row_number = true, hive_partitioning = false)"
        return f"(SELECT * FROM {read} LIMIT {self.rows}) AS r({names})"


def read_parquet(job: Job, parse: ParquetParse, contents: Sequence[Content]) -> ReadTable:
    """Read Parquet files of the same columns.

    Raises:
        ReadingFailed: one is damaged or too large, has other columns or a value that does not fit.
    """
    files = _files(job, contents)
    names = named(files[0].footer.names, job.limits, files[0].content.source.name).names
    if unknown := [name for name in parse.columns or {} if name not in names]:
        raise ReadingFailed("invalid_parse", f"There is no column {unknown[0]!r}, but {', '.join(names[:50])}.")
    columns = [[_taken(file, i, name, parse) for i, name in enumerate(names)] for file in files]
    types = [_common([own[i] for own in columns], name) for i, name in enumerate(names)]
    for file, own in zip(files, columns, strict=True):
        job.report.progress(f"checking {file.content.name}", 0, file.rows, "rows")
        _check(job, file, own)
    selects = [
        _select(position, file, own, types) for position, (file, own) in enumerate(zip(files, columns, strict=True))
    ]
    total = sum(file.rows for file in files)
    job.report.progress("reading", 0, total, "rows")
    try:
        write_parquet(job.connection, " UNION ALL ".join(selects), job.folder)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if is_disk_full(error):
            raise
        raise damaged(files[0].content.name, error) from None
    job.report.progress("reading", total, total, "rows")
    described = [
        Described(name, type_, evidence={"parquet": files[0].footer.types[i]})
        for i, (name, type_) in enumerate(zip(names, types, strict=True))
    ]
    facts = [
        FileFacts(name=file.content.source.name, rows=file.rows, split=file.content.source.split) for file in files
    ]
    return finish(job.connection, job.folder, Outcome(described, facts, parse.model_dump(mode="json")))


def _files(job: Job, contents: Sequence[Content]) -> list[_File]:
    found: list[_File] = []
    for content in contents:
        path = content.on_disk(job.folder)
        read = footer(job.connection, path, content.name, job.limits)
        preview = job.request.preview_bytes
        rows = read.rows
        if preview is not None:
            rows = min(rows, max(_PREVIEW_ROWS, rows * preview // max(1, path.stat().st_size)))
        first = found[0].footer.names if found else read.names
        found.append(_File(content, path, read, rows, _order(first, read.names, content.name)))
    if sum(file.rows for file in found) > job.limits.rows:
        raise ReadingFailed("too_large", f"The files have more than {job.limits.rows:,} rows, the limit.")
    return found


def _order(first: tuple[str, ...], names: tuple[str, ...], file: str) -> tuple[int, ...]:
    if sorted(first) != sorted(names):
        differing = sorted(set(first) ^ set(names))
        raise ReadingFailed(
            "data_error",
            f"{file} has other columns than the first file: {', '.join(map(repr, differing[:20]))}.",
            file=file,
        )
    return tuple(range(len(names))) if first == names else tuple(names.index(name) for name in first)


def _taken(file: _File, column: int, name: str, parse: ParquetParse) -> Taken:
    duckdb_type = file.footer.types[file.order[column]]
    if parse.columns and name in parse.columns:
        return asked(duckdb_type, parse.columns[name])
    found = taken(duckdb_type)
    if isinstance(found, str):
        raise ReadingFailed(
            "data_error", f"Column {name!r} of {file.content.name} is {found}.", file=file.content.source.name
        )
    return found


def _common(own: Sequence[Taken], name: str) -> ColumnType:
    types = {column.type for column in own}
    if types == {"integer", "number"}:
        return "number"
    if len(types) > 1:
        raise ReadingFailed(
            "data_error",
            f"Column {name!r} is {' in one file and '.join(sorted(types))} in another: say in `columns` what it is.",
        )
    return types.pop()


def _check(job: Job, file: _File, own: Sequence[Taken]) -> None:
    """Refuse values that would be changed, and texts that are too long."""
    conditions = {
        i: f"({column.wrong.format(f'p{file.order[i]}')}) AND p{file.order[i]} IS NOT NULL"
        for i, column in enumerate(own)
        if column.wrong
    } | {
        i: f"strlen(p{file.order[i]}::VARCHAR) > {job.limits.cell_bytes}"
        for i, column in enumerate(own)
        if column.type == "text" and not column.wrong
    }
    if not conditions:
        return
    count = len(file.footer.names)
    terms = [f"min(CASE WHEN {condition} THEN _line END)" for condition in conditions.values()]
    try:
        found = job.connection.execute(f"SELECT {', '.join(terms)} FROM {file.relation(count)}").fetchone()
        assert found is not None
        for i, row in zip(conditions, found, strict=True):
            if row is not None:
                raise _refused(job, file, own[i], i, row)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise damaged(file.content.name, error) from None


def _refused(job: Job, file: _File, column: Taken, i: int, row: int) -> ReadingFailed:
    name = file.footer.names[file.order[i]]
    place = f"Column {name!r} of {file.content.name}, row {row}"
    if not column.wrong:
        return ReadingFailed("too_large", f"{place}: {job.limits.cell_bytes:,} bytes are allowed in a text.")
    count = len(file.footer.names)
    value = job.connection.execute(
        f"SELECT left(p{file.order[i]}::VARCHAR, 80) FROM {file.relation(count)} WHERE _line = ?", [row]
    ).fetchone()
    assert value is not None
    return ReadingFailed(
        "data_error",
        f"{place}: {value[0]} {column.why}.",
        file=file.content.source.name,
        line=row,
        around=value[0],
    )


def _select(position: int, file: _File, own: Sequence[Taken], types: Sequence[ColumnType]) -> str:
    terms = [
        f"({column.value.format(f'p{file.order[i]}')})::{SQL[type_]} AS c{i}"
        for i, (column, type_) in enumerate(zip(own, types, strict=True))
    ]
    relation = file.relation(len(file.footer.names))
    return f"SELECT {', '.join([*terms, f'{position}::INTEGER AS _file', '_line'])} FROM {relation}"
