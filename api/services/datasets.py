"""Data sets: find, list, change, delete."""

from sqlalchemy.orm import Session

from api.http import cursors
from api.http.parsing import invalid
from api.ids import is_dataset_id
from gradus.errors import Conflict, Forbidden, NotFound
from gradus.nearest import nearest
from gradus.resolution.columns import unknown_column
from gradus.wire.dataset import DatasetPage, DatasetRecord, VersionRecord
from gradus.wire.dataset_request import DatasetPatch
from gradus.wire.problem import Mistake
from hub.access import quotas
from hub.database.database import now
from hub.datasets import datasets, documents, events, examinations, records
from hub.datasets.datasets import Filter
from hub.datasets.events import DatasetEvent
from hub.hub import Hub
from hub.tables import DatasetRow, DatasetVersionRow


def page(hub: Hub, workspace_id: str, shown: Filter, cursor: str | None, limit: int) -> DatasetPage:
    """A page of data sets, starting at the cursor.

    Raises:
        BadRequest: the cursor is invalid.
    """
    last = None if cursor is None else cursors.decode(cursor, is_dataset_id)
    with hub.read() as session:  # one extra row: is there a next page?
        rows = datasets.page(session, workspace_id, shown, last, limit + 1)
        data = records.listed(session, rows[:limit], hub.settings.dataset_dirs)
    return DatasetPage(data=tuple(data), next_cursor=cursors.encode(data[-1].id) if len(rows) > limit else None)


def get(hub: Hub, workspace_id: str, id_or_name: str) -> DatasetRecord:
    """The data set with this id or name.

    Raises:
        NotFound: the workspace sees no such data set.
    """
    with hub.read() as session:
        return records.detailed(session, found(session, workspace_id, id_or_name), hub.settings.dataset_dirs)


def over(hub: Hub, workspace_id: str, id_or_name: str) -> bool:
    """Whether the newest version has been read.

    Raises:
        NotFound: the workspace sees no such data set.
    """
    with hub.read() as session:
        return found(session, workspace_id, id_or_name).status != "reading"


def get_version(hub: Hub, workspace_id: str, id_or_name: str, number: int) -> VersionRecord:
    """A version of a data set.

    Raises:
        NotFound: the workspace sees no such data set, or it has no such version.
    """
    with hub.read() as session:
        row = found(session, workspace_id, id_or_name)
        return records.version(session, row, version(session, row, number))


def patch(hub: Hub, workspace_id: str, id_or_name: str, changes: DatasetPatch) -> DatasetRecord:
    """Change the name, the tags, the notes or the target.

    Raises:
        NotFound: the workspace has no such data set.
        Forbidden: it is built in.
        Conflict: the name is taken.
        InvalidSpec: the newest version that is ready has no such column.
    """
    given = changes.model_fields_set
    with hub.write() as session:
        quotas.lock(session, workspace_id)
        row = locked(session, workspace_id, id_or_name)
        before = records.target_of(row)
        if changes.name is not None and changes.name != row.name:
            check_name(session, workspace_id, changes.name)
        datasets.describe(
            row,
            datasets.Description(
                row.name if changes.name is None else changes.name,
                records.tags_of(row) if changes.tags is None else changes.tags,
                row.notes if changes.notes is None else changes.notes,
                changes.target if "target" in given else records.target_of(row),
            ),
        )
        session.flush()
        if records.target_of(row) != before:
            _check_target(session, row)
            examinations.begin(session, row.id, now(session))
        tell(session, hub, row)
        session.refresh(row)
        return records.detailed(session, row, hub.settings.dataset_dirs)


def remove(hub: Hub, workspace_id: str, id_or_name: str) -> None:
    """Delete a data set with its versions and files.

    Raises:
        NotFound: the workspace has no such data set.
        Forbidden: it is built in.
        Conflict: an unfinished experiment uses it.
    """
    with hub.write() as session:
        row = locked(session, workspace_id, id_or_name)
        datasets.lock_for_deletion(session, row)
        if using := datasets.users(session, row):
            raise Conflict(
                f"unfinished experiments use '{row.name}': cancel or finish {', '.join(using)} first", code="in_use"
            )
        datasets.remove(session, row, now(session))


def tell(session: Session, hub: Hub, row: DatasetRow) -> None:
    """Append the data set's state to its log. Once it has been read, `end` is appended again, to stay last."""
    (record,) = records.listed(session, [row], hub.settings.dataset_dirs)
    kinds = (DatasetEvent.STATUS,) if row.status == "reading" else (DatasetEvent.STATUS, DatasetEvent.END)
    events.append(session, row.id, [(kind, record) for kind in kinds], now(session))


def found(session: Session, workspace_id: str, id_or_name: str) -> DatasetRow:
    """The data set with this id or name that the workspace sees.

    Raises:
        NotFound: there is no such data set.
    """
    row = datasets.find(session, workspace_id, id_or_name) if _is_possible(id_or_name) else None
    if row is not None:
        return row
    if id_or_name.startswith("dst_"):
        raise NotFound(f"no data set {id_or_name[:100]}")
    names = datasets.names(session, workspace_id)
    close = nearest(id_or_name[:100], names)
    hint = f": did you mean '{close}'?" if close else ""
    raise NotFound(f"no data set '{id_or_name[:100]}'{hint}")


def locked(session: Session, workspace_id: str, id_or_name: str) -> DatasetRow:
    """The workspace's own data set with this id or name, locked until the transaction ends.

    Raises:
        NotFound: the workspace sees no such data set.
        Forbidden: it is built in.
    """
    row = found(session, workspace_id, id_or_name)
    if row.workspace_id is None:
        raise Forbidden(f"'{row.name}' is built in and cannot be changed", code="built_in")
    own = datasets.lock_of(session, workspace_id, id_or_name)
    if own is None:
        raise NotFound(f"no data set '{id_or_name[:100]}'")
    return own


def version(session: Session, row: DatasetRow, number: int) -> DatasetVersionRow:
    """The version with this number.

    Raises:
        NotFound: there is no such version.
    """
    one = datasets.version(session, row.id, number)
    if one is None:
        raise no_version(row, number)
    return one


def no_version(row: DatasetRow, number: int) -> NotFound:
    """The error for a version that the data set does not have."""
    if row.workspace_id is None:
        return NotFound(f"'{row.name}' is built in: it has no versions and no files here", code="built_in")
    return NotFound(f"data set '{row.name}' has no version {number}; the newest is {row.newest}")


def check_name(session: Session, workspace_id: str, name: str) -> None:
    """Check that a data set may have this name. The workspace's row must be locked.

    Raises:
        Conflict: the name is taken.
    """
    if datasets.is_taken(session, workspace_id, name):
        message = f"a data set '{name}' exists already: choose another name, or add a version to it"
        raise Conflict(message, code="name_taken")


def _check_target(session: Session, row: DatasetRow) -> None:
    """Check that the newest version that is ready has the columns of the target."""
    newest = datasets.newest_ready(session, row.id)
    read = None if newest is None else documents.read_table(session, newest.id)
    target = records.target_of(row)
    if read is None:
        return
    names = [column.name for column in read.columns]
    wanted = (target,) if isinstance(target, str) else target or ()
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise invalid(*(Mistake(path="target", message=unknown_column(name, names), input=name) for name in unknown))


def _is_possible(id_or_name: str) -> bool:
    """Whether a database can compare the text: Postgres cannot if it contains NUL."""
    return "\0" not in id_or_name
