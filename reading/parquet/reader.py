"""Parquet files become a stored table, without a detour over text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gradus.facts import ColumnType, FileFacts
from gradus.parse.files import ParquetParse
from gradus.wire.table import ReadTable
from preprocessing.sql import identifier, quoted
from preprocessing.stored_names import COLUMNS_PER_FILE, PARQUET, by_file, parquet_file
from reading.absent_columns import check_present
from reading.content import Content
from reading.failure import ReadingFailed
from reading.job import Job
from reading.machine import is_of_machine
from reading.names import named
from reading.parquet.asked import asked
from reading.parquet.footer import Footer, damaged, footer
from reading.parquet.types import Taken, taken
from reading.stored.columns import Described
from reading.stored.conversion import SQL_TYPES
from reading.stored.finish import Outcome, finish
from reading.stored.stage import write_parquet

_PREVIEW_ROWS = 20
"""Rows that a preview has at least."""


@dataclass(frozen=True)
class _File:
    content: Content
    path: Path
    footer: Footer
    rows: int
    """Number of rows that are read."""
    order: tuple[int, ...]
    """For each column of the table its position in the file."""

    def relation(self, positions: Iterable[int]) -> str:
        """Its rows, with the columns at some positions as p0, p1, …, and `_line`."""
        names = [f"{identifier(self.footer.known_as[i])} AS p{i}" for i in dict.fromkeys(positions)]
        read = f"read_parquet({quoted(self.path)}, file_row_number = true, hive_partitioning = false)"
        return f"(SELECT {', '.join([*names, 'file_row_number AS _line'])} FROM {read} LIMIT {self.rows})"


def read_parquet(job: Job, parse: ParquetParse, contents: Sequence[Content]) -> ReadTable:
    """Read Parquet files of the same columns.

    Raises:
        ReadingFailed: a file is damaged or too large, or has other columns or a value that does not fit.
    """
    files = _files(job, contents)
    names = named(files[0].footer.names, job.limits, files[0].content.source.name).names
    job.check_names(names)
    check_present(parse.columns or {}, names)
    columns = [[_taken(file, i, name, parse) for i, name in enumerate(names)] for file in files]
    types = [_common([own[i] for own in columns], name) for i, name in enumerate(names)]
    for file, own in zip(files, columns, strict=True):
        job.report.progress(f"checking {file.content.name}", 0, file.rows, "rows")
        _check(job, file, own)
    total = sum(file.rows for file in files)
    job.report.progress("reading", 0, total, "rows")
    try:
        for written, positions in by_file(range(len(names))).items():
            selects = [
                _select(place, *one, types, positions) for place, one in enumerate(zip(files, columns, strict=True))
            ]
            text_bytes = _text_bytes(job, files, columns, positions) / max(1, total)
            write_parquet(job.connection, " UNION ALL ".join(selects), job.folder / written, len(names), text_bytes)
    except duckdb.Error as error:
        if is_of_machine(error):
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
    places: dict[str, list[int]] = {}
    for i in reversed(range(len(names))):
        places.setdefault(names[i], []).append(i)
    return tuple(places[name].pop() for name in first)  # the next one of the columns with this name


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
    ordered = list(conditions)
    for start in range(0, len(ordered), COLUMNS_PER_FILE):
        together = ordered[start : start + COLUMNS_PER_FILE]
        terms = [f"min(CASE WHEN {conditions[i]} THEN _line END)" for i in together]
        relation = file.relation(file.order[i] for i in together)
        try:
            found = job.connection.execute(f"SELECT {', '.join(terms)} FROM {relation}").fetchone()
        except duckdb.Error as error:
            if is_of_machine(error):
                raise
            raise damaged(file.content.name, error) from None
        assert found is not None
        for i, row in zip(together, found, strict=True):
            if row is not None:
                raise _refused(job, file, own[i], i, row)


def _refused(job: Job, file: _File, column: Taken, i: int, row: int) -> ReadingFailed:
    name = file.footer.names[file.order[i]]
    place = f"Column {name!r} of {file.content.name}, row {row}"
    if not column.wrong:
        return ReadingFailed("too_large", f"{place}: {job.limits.cell_bytes:,} bytes are allowed in a text.")
    value = job.connection.execute(
        f"SELECT left(p{file.order[i]}::VARCHAR, 80) FROM {file.relation([file.order[i]])} WHERE _line = ?", [row]
    ).fetchone()
    assert value is not None
    return ReadingFailed(
        "data_error",
        f"{place}: {value[0]} {column.why}.",
        file=file.content.source.name,
        line=row,
        around=value[0],
    )


def _text_bytes(job: Job, files: Sequence[_File], columns: Sequence[Sequence[Taken]], positions: Sequence[int]) -> int:
    """Bytes of all texts in the columns at some positions."""
    found = 0
    for file, own in zip(files, columns, strict=True):
        texts = [file.order[i] for i in positions if own[i].type == "text"]
        if texts:
            terms = [f"coalesce(sum(strlen(p{i}::VARCHAR)), 0)::BIGINT" for i in texts]
            row = job.connection.execute(f"SELECT {', '.join(terms)} FROM {file.relation(texts)}").fetchone()
            assert row is not None
            found += sum(row)
    return found


def _select(
    place: int, file: _File, own: Sequence[Taken], types: Sequence[ColumnType], positions: Sequence[int]
) -> str:
    """The query for the rows of the file at this position, with the columns at `positions`."""
    terms = [f"({own[i].value.format(f'p{file.order[i]}')})::{SQL_TYPES[types[i]]} AS c{i}" for i in positions]
    if parquet_file(positions[0]) == PARQUET:
        terms += [f"{place}::INTEGER AS _file", "_line"]
    return f"SELECT {', '.join(terms)} FROM {file.relation(file.order[i] for i in positions)}"
