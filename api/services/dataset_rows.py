"""The content of data sets: rows, statistics, findings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm import Session

from api.services import datasets as service
from api.services.row_limit import check_rows
from api.services.stored_table import opened_table
from gradus.errors import BadRequest, NotFound
from gradus.resolution.columns import unknown_column
from gradus.wire.dataset import RowPage, VersionRecord
from gradus.wire.finding import FindingPage
from gradus.wire.statistics import Statistics
from hub.datasets import datasets, documents, examinations, records, stored_tables
from hub.datasets.facts import not_ready
from hub.hub import Hub
from hub.tables import DatasetRow, DatasetVersionRow

if TYPE_CHECKING:
    from preprocessing.table import Table

T = TypeVar("T")


@dataclass(frozen=True)
class RowSelection:
    """The requested rows of a version, and the requested columns."""

    offset: int
    limit: int
    columns: Sequence[str] = ()
    """The columns; all if empty."""
    finding: str | None = None
    """Only the rows that findings with this id are about."""
    finding_column: str | None = None
    """Of these findings, only the one about this column."""
    rows: Sequence[int] = ()
    """Positions of the rows, from 0; all rows if empty."""


def rows(hub: Hub, workspace_id: str, id_or_name: str, number: int | None, selection: RowSelection) -> RowPage:
    """Rows of a version: a page of all rows, the rows that a finding is about, or the rows at the given positions.

    Raises:
        NotFound: there is no such data set, version or finding.
        BadRequest: the version has no such column, or rows are selected in two ways.
        Conflict: the data set has not been read.
        TooLarge: these rows are too large for one answer.
    """
    about = _selected(hub, workspace_id, id_or_name, number, selection)
    offset, limit = selection.offset, selection.limit

    def read(table: "Table") -> RowPage:
        from preprocessing.rows import picked_rows, range_of_rows  # noqa: PLC0415

        names = _known(table, selection.columns)
        if about is None:
            index: Sequence[int] = range(offset, min(offset + limit, table.rows))
            check_rows(table, names, index)
            data = range_of_rows(table, names, offset, offset + len(index))
            return _page(names, data, index, offset, table.rows)
        known = [i for i in about if i < table.rows]
        index = known[offset : offset + limit]
        check_rows(table, names, index)
        return _page(names, picked_rows(table, names, index), index, offset, len(known))

    return with_table(hub, workspace_id, id_or_name, number, read)


def _page(
    names: Sequence[str], data: Sequence[dict[str, Any]], index: Sequence[int], offset: int, total: int
) -> RowPage:
    return RowPage(columns=tuple(names), data=tuple(data), index=tuple(index), offset=offset, total=total)


def statistics(hub: Hub, workspace_id: str, id_or_name: str, number: int | None, columns: Sequence[str]) -> Statistics:
    """The statistics of a version, for the given columns or, without any, for all.

    Raises:
        NotFound: there is no such data set or version, or its statistics were not computed.
        BadRequest: the version has no such column.
        Conflict: the data set has not been read.
    """
    with hub.read() as session:
        row, version = ready(session, workspace_id, id_or_name, number)
        found = documents.statistics(session, version.id)
    _examine(hub, version)
    if found is None:
        raise NotFound(f"data set '{row.name}' has no statistics", code="no_statistics")
    _check_columns([column.name for column in found.columns], columns)
    shown = tuple(column for column in found.columns if not columns or column.name in columns)
    return found.model_copy(update={"columns": shown})


def findings(hub: Hub, workspace_id: str, id_or_name: str, number: int | None) -> FindingPage:
    """What is wrong with the data of a version.

    Raises:
        NotFound: there is no such data set or version.
        Conflict: the data set has not been read.
    """
    with hub.read() as session:
        row, version = ready(session, workspace_id, id_or_name, number)
        page = FindingPage(data=documents.findings(session, version.id), last_event=row.events)
    _examine(hub, version)
    return page


def _examine(hub: Hub, version: DatasetVersionRow) -> None:
    """Have statistics and findings computed again if they are for a former target. An event tells when that is done."""
    if version.outdated:
        with hub.write() as session:
            examinations.ask(session, version.dataset_id, version.id)


def source_version(hub: Hub, workspace_id: str, id_or_name: str, number: int | None) -> tuple[str, VersionRecord]:
    """The name of the data set, and a version that is ready.

    Raises:
        NotFound: there is no such data set or version.
        Conflict: the data set has not been read.
    """
    with hub.read() as session:
        row, version = ready(session, workspace_id, id_or_name, number)
        return row.name, records.version(session, row, version)


def ready(
    session: Session, workspace_id: str, id_or_name: str, number: int | None
) -> tuple[DatasetRow, DatasetVersionRow]:
    """A version that is ready: the newest, unless a number is given.

    Raises:
        NotFound: there is no such data set or version, or it is built in.
        Conflict: the data set has not been read.
    """
    row = service.found(session, workspace_id, id_or_name)
    if row.workspace_id is None:
        raise NotFound(f"'{row.name}' is built in: its rows are not kept here", code="built_in")
    version = datasets.chosen_version(session, row, number)
    if version is None:
        raise service.no_version(row, number or row.newest)
    if version.status != "ready":
        raise not_ready(row, version)
    return row, version


def with_table(hub: Hub, workspace_id: str, id_or_name: str, number: int | None, use: Callable[["Table"], T]) -> T:
    with hub.read() as session:
        _, version = ready(session, workspace_id, id_or_name, number)
        stored = stored_tables.of_version(version)
    with opened_table(hub, stored) as table:
        return use(table)


def _selected(
    hub: Hub, workspace_id: str, id_or_name: str, number: int | None, selection: RowSelection
) -> list[int] | None:
    """The positions of the rows, in order; None for all.

    Raises:
        BadRequest: a finding and rows are given, or the column of a finding without the finding.
    """
    finding, column = selection.finding, selection.finding_column
    if finding is None:
        if column is not None:
            raise BadRequest("finding_column: give the finding's id too, as finding=…", code="invalid_parameter")
        return sorted({*selection.rows}) or None
    if selection.rows:
        raise BadRequest("row: a finding has its own rows: give `row` or `finding`, not both", code="invalid_parameter")
    page = findings(hub, workspace_id, id_or_name, number)
    about = [one for one in page.data if one.id == finding and column in {None, one.column}]
    if not about:
        raise NotFound(
            f"no finding '{finding[:100]}'" + (f" about a column '{column[:100]}'" if column else ""), code="no_finding"
        )
    return sorted({row for one in about for evidence in one.evidence for row in evidence.rows or ()})


def _known(table: "Table", columns: Sequence[str]) -> list[str]:
    names = [column.name for column in table.read.columns]
    _check_columns(names, columns)
    return list(dict.fromkeys(columns)) or names


def _check_columns(names: Sequence[str], wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in names:
            raise BadRequest(f"column: {unknown_column(name, list(names))}", code="unknown_column")
