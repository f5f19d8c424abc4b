"""The facts of a data set that a spec names."""

from sqlalchemy.orm import Session

from gradus.datasets import DATASETS
from gradus.errors import Conflict, InvalidSpec
from gradus.facts import Facts, TableFacts
from gradus.nearest import nearest
from gradus.wire.problem import Mistake
from hub.datasets import datasets, documents, records
from hub.tables import DatasetRow, DatasetVersionRow

LISTED = 20
"""Limit on the number of uploaded data sets that an error lists."""


class UnknownDataset(InvalidSpec):
    """The workspace has no data set with this name, or the data set has no such version."""

    def __init__(self, path: str, message: str, given: str | int) -> None:
        super().__init__(f"{path}: {message}", errors=[Mistake(path=path, message=message, input=given)])


def facts_of(session: Session, workspace_id: str, name: str, version: int | None) -> Facts:
    """The facts of a data set. For an uploaded one: of this version or, without a number, of the newest version that is
    ready.

    Raises:
        UnknownDataset: the workspace has no data set with this name, or it has no such version.
        Conflict: the version, or without a number every version, is not read yet or could not be read.
    """
    if name in DATASETS:
        return DATASETS[name]
    row = _row(session, workspace_id, name)
    found = datasets.chosen_version(session, row, version)
    if found is None:
        message = f"'{name}' has no version {version}: the newest is {row.newest}"
        raise UnknownDataset("dataset/version", message, version or 0)
    if found.status != "ready":
        raise not_ready(row, found)
    read = documents.read_table(session, found.id)
    assert read is not None
    return TableFacts(
        name=name,
        version=found.number,
        digest=read.digest,
        rows=read.rows,
        columns=read.columns,
        files=read.files,
        target=records.target_of(row),
    )


def require(session: Session, workspace_id: str, name: str) -> None:
    """Check that the workspace has a data set with this name, in whatever state.

    Raises:
        UnknownDataset: it has none.
    """
    if name not in DATASETS:
        _row(session, workspace_id, name)


def not_ready(row: DatasetRow, version: DatasetVersionRow) -> Conflict:
    """The error for a version that has not been read, with its progress or its failure."""
    known = records.summary(version)
    which = f"version {version.number} of data set '{row.name}'"
    if known.error is not None:
        return Conflict(f"{which} could not be read: {known.error.message}", code="dataset_not_ready")
    if known.progress is None:
        return Conflict(f"{which} waits to be read: retry when it is ready", code="dataset_not_ready")
    done = f"{known.progress.what}, {known.progress.done:,} of {known.progress.total or 0:,} {known.progress.unit}"
    return Conflict(f"{which} is still being read ({done}): retry when it is ready", code="dataset_not_ready")


def _row(session: Session, workspace_id: str, name: str) -> DatasetRow:
    row = datasets.find(session, workspace_id, name) if "\0" not in name else None
    if row is None or row.name != name:
        raise _unknown_name(session, workspace_id, name)
    return row


def _unknown_name(session: Session, workspace_id: str, name: str) -> UnknownDataset:
    own = [one for one in datasets.names(session, workspace_id) if one not in DATASETS]
    known = [*own, *DATASETS]
    close = nearest(name, known)
    hint = f"did you mean '{close}'? " if close else ""
    listed = ", ".join(known if len(own) <= LISTED else [*own[:LISTED], *DATASETS])
    more = f" and {len(own) - LISTED} more" if len(own) > LISTED else ""
    return UnknownDataset(
        "dataset/name", f"unknown data set '{name[:100]}': {hint}the data sets are {listed}{more}", name
    )
