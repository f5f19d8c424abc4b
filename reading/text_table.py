"""Files of text cells become a stored table: a census of all cells, then the values.

Every file is read twice. The first pass counts the kinds of cells; the second converts the cells, which are then known
to fit. Memory is that of one batch, whatever the size of the files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gradus.facts import ColumnType, FileFacts
from gradus.parse.cells import CellOptions
from gradus.wire.finding import Finding
from gradus.wire.table import ColumnRecord, LeftOutRows, ReadTable
from reading.cells import Batch, Cells
from reading.census.tally import Tally
from reading.census.verdict import Verdict, evidence_of, first_text, judge
from reading.census.would_be import would_be
from reading.failure import ReadingFailed
from reading.findings import findings_of
from reading.names import Names, named
from reading.request import Limits
from reading.stored.finish import with_digest
from reading.stored.staging import Staging

Progress = Callable[[int, int], None]
"""Called with the bytes that are done and all bytes."""
CheckNames = Callable[[Sequence[str]], None]
"""Called with the names of all columns before all rows are read; raises ReadingFailed."""
_LISTED = 100


@dataclass(frozen=True)
class Reading:
    """What is known about the files besides their cells."""

    parse: Mapping[str, Any]
    """The resolved options of the format, to which the options of cells are added."""
    guessed: Mapping[str, str]
    delimiter: str | None = None
    """The delimiter between cells; if it is a comma, a comma cannot be the decimal mark."""
    findings: Callable[[], Sequence[Finding]] = tuple
    """Called after both passes: the findings about the format."""
    indices: bool = True
    """Whether a column without a name that numbers the rows is taken as an index and ignored."""


def read_cells(
    files: Sequence[Cells],
    options: CellOptions,
    reading: Reading,
    folder: Path,
    limits: Limits | None = None,
    progress: Progress = lambda *_: None,
    check_names: CheckNames = lambda _: None,
) -> ReadTable:
    """Infer the types of the columns of a table that consists of these files, and store the table in an empty folder.

    The columns of later files are put into the order of the first.

    Raises:
        ReadingFailed: see its codes.
    """
    limits = limits or Limits()
    names = named(files[0].names, limits, files[0].file.name)
    check_names(names.names)
    orders = [_order(files[0], file) for file in files]
    report = _reporter(files, progress)
    tallies = [Tally(len(names.names), options.missing or ()) for _ in names.names]
    index = _Index(names.unnamed)
    rows = [0] * len(files)
    for place, batch in _batches(files, orders, report, 0):
        for tally, cells in zip(tallies, batch.columns, strict=True):
            tally.add(cells, batch.lines, place)
        index.add(batch)
        rows[place] += len(batch.lines)
        if sum(rows) > limits.rows:
            raise ReadingFailed("too_large", f"there are more than {limits.rows} rows, the limit")
    if not sum(rows):
        raise ReadingFailed("no_rows", f"{files[0].file.name} has no rows below its names", file=files[0].file.name)
    verdict = judge(names.names, tallies, options, _stated(files), reading.delimiter)
    text_bytes = {i: tallies[i].bytes / sum(rows) for i, one in enumerate(verdict.columns) if one.type == "text"}
    with Staging(folder, verdict, text_bytes) as staging:
        for place, batch in _batches(files, orders, report, 1):
            staging.add(batch, place)
        staging.write()
        found = staging.facts()
        if not staging.is_small:
            staging.close()  # its memory is free before the digest is computed
        census = _Census(names, tallies, verdict, frozenset(index.places) if reading.indices else frozenset())
        return with_digest(_record(files, rows, census, found, reading, options), folder, staging.stored)


@dataclass(frozen=True)
class _Census:
    """What the first pass found."""

    names: Names
    tallies: Sequence[Tally]
    verdict: Verdict
    indices: frozenset[int]
    """Positions of columns that number the rows."""


def _order(first: Cells, file: Cells) -> list[int] | None:
    """The positions in `file` of the first file's columns; None if they are the same."""
    if list(file.names) == list(first.names):
        return None
    have, want = list(file.names), list(first.names)
    if sorted(have) != sorted(want) or len(set(want)) < len(want):
        lacks = [name for name in want if name not in have]
        more = [name for name in have if name not in want]
        parts = [f"lacks {', '.join(map(repr, lacks[:5]))}"] if lacks else []
        parts += [f"has {', '.join(map(repr, more[:5]))} as well"] if more else []
        what = " and ".join(parts) or f"has {len(have)} columns, not {len(want)}"
        message = f"{file.file.name} {what}: all files of a data set must have the columns of {first.file.name}"
        raise ReadingFailed("data_error", message, file=file.file.name, line=1)
    places = {name: i for i, name in enumerate(have)}
    return [places[name] for name in want]


def _batches(
    files: Sequence[Cells], orders: Sequence[list[int] | None], report: Callable[[int, int], None], run: int
) -> Iterator[tuple[int, Batch]]:
    for place, (file, order) in enumerate(zip(files, orders, strict=True)):
        for batch in file.batches():
            yield place, batch if order is None else replace(batch, columns=[batch.columns[i] for i in order])
            report(run, place)


def _reporter(files: Sequence[Cells], progress: Progress) -> Callable[[int, int], None]:
    """Report the two passes as one."""
    sizes = [file.file.path.stat().st_size for file in files]
    total = sum(sizes)

    def report(run: int, place: int) -> None:
        done = sum(sizes[:place]) + min(files[place].bytes_done(), sizes[place])
        progress((run * total + done) // 2, total)

    return report


def _stated(files: Sequence[Cells]) -> dict[int, ColumnType]:
    stated: dict[int, ColumnType] = {}
    for file in files:
        stated |= file.stated
    return stated


class _Index:
    """Finds the columns without a name that number the rows, from 0 or 1."""

    def __init__(self, places: Sequence[int]) -> None:
        self._starts: dict[int, int | None] = dict.fromkeys(places)
        self._rows = 0
        self.places = set(places)

    def add(self, batch: Batch) -> None:
        for place in list(self.places):
            cells = batch.columns[place]
            if self._starts[place] is None and cells:
                self._starts[place] = 1 if cells[0] == "1" else 0
            start = (self._starts[place] or 0) + self._rows
            if list(cells) != list(map(str, range(start, start + len(cells)))):
                self.places.discard(place)
        self._rows += len(batch.lines)


def _record(
    files: Sequence[Cells],
    rows: Sequence[int],
    census: _Census,
    found: Sequence[Mapping[str, Any]],
    reading: Reading,
    options: CellOptions,
) -> ReadTable:
    """The record of the table, without its digest."""
    names, tallies, verdict = census.names, census.tallies, census.verdict
    columns = tuple(
        ColumnRecord(
            name=name,
            type=judged.type,
            role="ignore" if i in census.indices else None,
            examples=tuple(tally.examples),
            evidence=evidence_of(tally, judged),
            first_text=first_text(tally, judged),
            would_be=would_be(tally, judged),
            **found[i],
        )
        for i, (name, judged, tally) in enumerate(zip(names.names, verdict.columns, tallies, strict=True))
    )
    return ReadTable(
        parse={**reading.parse, **_resolved(verdict, options)},
        guessed={**reading.guessed, **verdict.guessed},
        rows=sum(rows),
        columns=columns,
        files=tuple(
            FileFacts(name=file.file.name, rows=count, split=file.file.split)
            for file, count in zip(files, rows, strict=True)
        ),
        left_out=LeftOutRows(
            count=sum(file.left_out_count for file in files),
            listed=tuple(row for file in files for row in file.left_out)[:_LISTED],
        ),
        findings=(*reading.findings(), *findings_of(names, census.indices, columns, tallies, verdict)),
        digest="",
    )


def _resolved(verdict: Verdict, options: CellOptions) -> dict[str, Any]:
    rules = verdict.rules
    return {
        "decimal": rules.decimal,
        "thousands": rules.thousands,
        "missing": list(rules.missing),
        "missing_in": "all" if rules.missing_everywhere else "values",
        "dates": rules.dates,
        "columns": dict(options.columns or {}),
    }
