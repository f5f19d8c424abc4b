"""Data sets and their versions as clients see them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from gradus.datasets import DATASETS
from gradus.wire.dataset import DatasetRecord, ReadFailure, SourceFile, VersionRecord, VersionSummary
from gradus.wire.event import StepProgress
from gradus.wire.table import ColumnRecord, LeftOutRows
from hub.dataset_files import available
from hub.datasets import documents
from hub.tables import DatasetFileRow, DatasetRow, DatasetVersionRow, UploadRow

READY = "ready"
SHOWN_VALUES = 50
"""How many of each column's most frequent values are shown. The stored facts have more."""
_SUMMARY = tuple(getattr(DatasetVersionRow, name) for name in VersionSummary.model_fields)
"""The columns of a version's row without the large documents."""


def listed(session: Session, rows: Sequence[DatasetRow], directories: Sequence[Path]) -> list[DatasetRecord]:
    """The data sets as lists and events show them, in this order."""
    versions = _summaries(session, [row.id for row in rows])
    return [_record(row, versions[row.id], directories) for row in rows]


def detailed(session: Session, row: DatasetRow, directories: Sequence[Path]) -> DatasetRecord:
    """The data set with its columns and versions."""
    versions = _summaries(session, [row.id])[row.id]
    newest = select(DatasetVersionRow.id).where(
        DatasetVersionRow.dataset_id == row.id, DatasetVersionRow.status == READY
    )
    ready = session.scalar(newest.order_by(DatasetVersionRow.number.desc()).limit(1))
    read = None if ready is None else documents.read_table(session, ready)
    return _record(row, versions, directories).model_copy(
        update={
            "versions": tuple(versions),
            "columns": () if read is None else shown(read.columns),
            "parse": None if read is None else read.parse,
            "guessed": None if read is None else read.guessed,
            "left_out": None if read is None else read.left_out,
        }
    )


def version(session: Session, dataset: DatasetRow, row: DatasetVersionRow) -> VersionRecord:
    """A version of the data set with its columns and files."""
    read = documents.read_table(session, row.id)
    return VersionRecord(
        **dict(summary(row)),
        parse=json.loads(row.parse) if read is None else read.parse,
        guessed={} if read is None else read.guessed,
        columns=() if read is None else shown(read.columns),
        files=() if read is None else read.files,
        sources=tuple(sources(session, row.id)),
        left_out=LeftOutRows() if read is None else read.left_out,
        last_event=dataset.events,
    )


def summary(row: DatasetVersionRow | Row[Any]) -> VersionSummary:
    """The short record of a version."""
    return VersionSummary(
        number=row.number,
        status=row.status,
        digest=row.digest,
        rows=row.rows,
        bytes=row.bytes,
        column_count=row.column_count,
        finding_count=row.finding_count,
        error=row.error and ReadFailure.model_validate_json(row.error),
        progress=row.progress and StepProgress.model_validate_json(row.progress),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def shown(columns: Iterable[ColumnRecord]) -> tuple[ColumnRecord, ...]:
    """The columns with only their most frequent values."""
    return tuple(column.model_copy(update={"values": column.values[:SHOWN_VALUES]}) for column in columns)


def sources(session: Session, version_id: str) -> list[SourceFile]:
    """The files of a version, in order."""
    query = select(DatasetFileRow, UploadRow).join(UploadRow, UploadRow.id == DatasetFileRow.upload_id)
    ordered = query.where(DatasetFileRow.version_id == version_id).order_by(DatasetFileRow.position)
    return [
        SourceFile(name=file.name, upload=upload.id, size=upload.size, sha256=upload.sha256, split=file.split)
        for file, upload in session.execute(ordered)
    ]


def target_of(row: DatasetRow) -> str | tuple[str, ...] | None:
    """The target for specs that do not name one."""
    target = json.loads(row.target)
    return tuple(target) if isinstance(target, list) else target


def tags_of(row: DatasetRow) -> tuple[str, ...]:
    """The tags of a data set."""
    return tuple(json.loads(row.tags))


def _summaries(session: Session, dataset_ids: Sequence[str]) -> dict[str, list[VersionSummary]]:
    """The versions of each data set, newest first."""
    if not dataset_ids:
        return defaultdict(list)
    query = select(DatasetVersionRow.dataset_id, *_SUMMARY).where(DatasetVersionRow.dataset_id.in_(dataset_ids))
    found: defaultdict[str, list[VersionSummary]] = defaultdict(list)
    for row in session.execute(query.order_by(DatasetVersionRow.number.desc())):
        found[row.dataset_id].append(summary(row))
    return found


def _record(row: DatasetRow, versions: Sequence[VersionSummary], directories: Sequence[Path]) -> DatasetRecord:
    newest = versions[0] if versions else None
    ready = next((one for one in versions if one.status == READY), None)
    return DatasetRecord(
        id=row.id,
        name=row.name,
        built_in=row.workspace_id is None,
        tags=tags_of(row),
        notes=row.notes,
        status=row.status,
        version=ready and ready.number,
        target=target_of(row),
        rows=ready and ready.rows,
        bytes=ready and ready.bytes,
        digest=ready and ready.digest,
        column_count=ready and ready.column_count,
        finding_count=ready and ready.finding_count,
        error=newest and newest.error,
        progress=newest and newest.progress,
        created_at=None if row.workspace_id is None else row.created_at,
        last_event=row.events,
        **_shapes(row, directories, ready=ready is not None),
    )


def _shapes(row: DatasetRow, directories: Sequence[Path], *, ready: bool) -> dict[str, Any]:
    """The title, the availability, and the fields that are known only for built-in data sets."""
    if row.workspace_id is not None:
        names = "task", "input_shape", "inputs", "classes", "train_examples", "validation_examples", "test_examples"
        return {"title": row.name, "available": ready, **dict.fromkeys(names)}
    known = DATASETS[row.name]
    return {
        "title": known.title,
        "task": known.task,
        "input_shape": known.input_shape,
        "inputs": known.inputs,
        "classes": known.classes,
        "train_examples": known.train_examples - known.default_validation,
        "validation_examples": known.default_validation,
        "test_examples": known.test_examples,
        "available": available(known.name, directories),
    }
