"""Data sets: their versions, the uploads that versions are read from, and the stored objects."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table

_ID = BigInteger().with_variant(Integer, "sqlite")


def _large() -> MappedColumn[str | None]:
    """A document of up to megabytes, which a query must ask for: `hub.datasets.documents` does."""
    return mapped_column(Text, deferred=True, deferred_raiseload=True)


class ObjectRow(Table):
    """A stored file. Uploads with equal bytes share it, even those of different workspaces, which cannot notice
    that."""

    __tablename__ = "objects"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    """Key of the artifact whose only file is `content`."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the artifact's manifest."""
    size: Mapped[int] = mapped_column(BigInteger)


class UploadRow(Table):
    """A file of a workspace, in one part or more."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes of all parts together, including those that have not arrived."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the whole file; null if neither the client nor the service has computed it."""
    part_bytes: Mapped[int] = mapped_column(BigInteger)
    """Size of each part except the last."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    """When the upload is deleted; null while a version uses it."""


class UploadPartRow(Table):
    """A part of an upload that has arrived."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Number of the part, from 1."""
    sha256: Mapped[str] = mapped_column(ForeignKey("objects.sha256"), index=True)


class DatasetRow(Table):
    """A data set: a built-in one, which every workspace sees, or one of a workspace."""

    __tablename__ = "datasets"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id"))
    """Null for a built-in data set."""
    name: Mapped[str] = mapped_column(String(100))
    tags: Mapped[str] = mapped_column(Text)
    """JSON list."""
    notes: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    """JSON: the target for specs that do not name one; a column, a list of columns, or null."""
    status: Mapped[str] = mapped_column(String(10))
    """The status of the newest version."""
    newest: Mapped[int] = mapped_column(Integer)
    """Number of the newest version; 0 for a built-in data set."""
    events: Mapped[int] = mapped_column(Integer)
    """Number of the newest row in the data set's event log."""
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ux_datasets_name", "workspace_id", "name", unique=True),
        Index("ix_datasets_workspace", "workspace_id", "id"),
    )


class DatasetVersionRow(Table):
    """A version of a data set. While its status is `reading`, or it is stale, it is a job with a lease."""

    __tablename__ = "dataset_versions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(10))
    parse: Mapped[str] = mapped_column(Text)
    """JSON: the options as sent."""
    facts: Mapped[str | None] = _large()
    """JSON of the `ReadTable`; null until the version is ready."""
    statistics: Mapped[str | None] = _large()
    """JSON; null if they were not computed."""
    findings: Mapped[str | None] = _large()
    """JSON list of findings; null if they were not computed."""
    column_count: Mapped[int | None] = mapped_column(Integer)
    """Null until the version is ready."""
    finding_count: Mapped[int | None] = mapped_column(Integer)
    """Null until the version is ready."""
    digest: Mapped[str | None] = mapped_column(String(80), index=True)
    """Digest of the content, `sha256:…`."""
    rows: Mapped[int | None] = mapped_column(BigInteger)
    artifact: Mapped[str | None] = mapped_column(String(120))
    """Key of the stored table."""
    artifact_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the artifact's manifest."""
    bytes: Mapped[int] = mapped_column(BigInteger)
    """Size of the stored table; 0 until the version is ready."""
    error: Mapped[str | None] = mapped_column(Text)
    """JSON; null unless the version has failed."""
    progress: Mapped[str | None] = mapped_column(Text)
    """JSON of the newest progress; null unless the version is being read."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    owner: Mapped[str | None] = mapped_column(String(40))
    """The worker that holds the lease."""
    token: Mapped[int] = mapped_column(BigInteger)
    """The fencing token, which increases with each lease."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    losses: Mapped[int] = mapped_column(Integer)
    """Number of lost leases."""
    stale: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether the statistics and findings are those of a former target and are to be recomputed: then the version is a
    job, too."""
    outdated: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether the statistics and findings are those of a former target, but nobody has asked for them since: then the
    version is not a job yet."""
    message_sent_at: Mapped[datetime] = mapped_column(Moment)
    """When a message was last sent for the reading."""

    __table_args__ = (
        Index("ux_dataset_versions_number", "dataset_id", "number", unique=True),
        Index("ix_dataset_versions_open", "status", "message_sent_at"),
        Index("ix_dataset_versions_stale", "stale", "message_sent_at"),
    )


class DatasetFileRow(Table):
    """A file that a version is read from."""

    __tablename__ = "dataset_files"

    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    split: Mapped[str | None] = mapped_column(String(10))


class DatasetEventRow(Table):
    """A row of a data set's event log. Ids increase in commit order."""

    __tablename__ = "dataset_events"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … within the data set."""
    kind: Mapped[str] = mapped_column(String(10))
    data: Mapped[str] = mapped_column(Text)
    """JSON, as sent to clients."""
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ux_dataset_events_seq", "dataset_id", "seq", unique=True),
        {"sqlite_autoincrement": True},
    )
