"""Lists of experiments: by status, tag, data set, sweep and words, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gradus.status import Status
from hub.tables import ExperimentRow, SearchTextRow, TagRow

_BEFORE_ALL, _AFTER_ALL = "exp_", "exp_~"
"""Less and greater than every id. Without a bound, SQLite would not use the index of tags or of the search text."""


@dataclass(frozen=True)
class Filter:
    """The filter of a list. None means no restriction."""

    statuses: tuple[Status, ...] = ()
    """Any of these statuses; empty means all."""
    tag: str | None = None
    dataset: str | None = None
    sweep: str | None = None
    q: str | None = None
    """Text in the name, the notes or the id, ignoring case."""
    ids: tuple[str, ...] = ()
    """Only these ids; empty means all."""


def page(
    session: Session, workspace_id: str, filter_: Filter, last: str | None, limit: int, *, oldest_first: bool = False
) -> Sequence[ExperimentRow]:
    """Up to `limit` experiments of a workspace after the one with the id `last`, newest or oldest first."""
    found = [
        row
        for status in filter_.statuses or (None,)
        for row in _one_status(session, workspace_id, filter_, status, last, limit, oldest_first=oldest_first)
    ]
    return sorted(found, key=lambda row: row.id, reverse=not oldest_first)[:limit]


def _one_status(
    session: Session,
    workspace_id: str,
    filter_: Filter,
    status: Status | None,
    last: str | None,
    limit: int,
    *,
    oldest_first: bool,
) -> Sequence[ExperimentRow]:
    """One page for one status, or for all. With several statuses in one query, a database would sort all their rows."""
    query, id_ = _filtered(workspace_id, filter_, status)
    if oldest_first:
        ordered = query.where(id_ > (last or _BEFORE_ALL)).order_by(id_.asc())
    else:
        ordered = query.where(id_ < (last or _AFTER_ALL)).order_by(id_.desc())
    return session.scalars(ordered.limit(limit)).all()


def count_by_status(session: Session, workspace_id: str | None = None) -> dict[Status, int]:
    """Number of experiments by status, of a workspace or of all. Statuses without experiments are missing."""
    query = select(ExperimentRow.status, func.count()).group_by(ExperimentRow.status)
    if workspace_id is not None:
        query = query.where(ExperimentRow.workspace_id == workspace_id)
    return {Status(status): count for status, count in session.execute(query)}


def _filtered(
    workspace_id: str, filter_: Filter, status: Status | None
) -> tuple[Select[ExperimentRow], InstrumentedAttribute[str]]:
    """The query for a filter, and the id column to sort by, which decides the index that the database uses.

    With the id column of another table, a database would read all rows of a tag, or all search texts, before sorting.
    """
    row, id_ = ExperimentRow, ExperimentRow.id
    query = select(row).where(row.workspace_id == workspace_id)
    for column, wanted in ((row.status, status), (row.dataset, filter_.dataset), (row.sweep_id, filter_.sweep)):
        if wanted is not None:
            query = query.where(column == wanted)
    if filter_.ids:
        query = query.where(row.id.in_(filter_.ids))
    if filter_.q:
        has_text = SearchTextRow.words.contains(filter_.q.lower(), autoescape=True)
        query = query.join(SearchTextRow, SearchTextRow.experiment_id == row.id).where(
            SearchTextRow.workspace_id == workspace_id, has_text
        )
        if status is None and filter_ == Filter(q=filter_.q):
            id_ = SearchTextRow.experiment_id
    if filter_.tag is not None:
        tagged = (TagRow.workspace_id == workspace_id, TagRow.tag == filter_.tag)
        query = query.join(TagRow, TagRow.experiment_id == row.id).where(*tagged)
        id_ = TagRow.experiment_id
    return query, id_
