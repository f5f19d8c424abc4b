"""Internal state of the service: idempotency keys, pending deletions, workers, leaders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table


class IdempotencyRow(Table):
    """The stored response of an idempotent request, about an experiment, a sweep, a data set or an upload."""

    __tablename__ = "idempotency"

    workspace_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the request."""
    answer: Mapped[str] = mapped_column(Text)
    experiment_id: Mapped[str | None] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), index=True)
    sweep_id: Mapped[str | None] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"), index=True)
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    upload_id: Mapped[str | None] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)


class RemovalRow(Table):
    """A pending deletion from the artifact store."""

    __tablename__ = "removals"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Key of an artifact, or of a folder of artifacts."""
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    """When the deletion was recorded."""


class WorkerRow(Table):
    """A worker process with its last heartbeat."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int] = mapped_column(Integer)
    device: Mapped[str] = mapped_column(String(100))
    slots: Mapped[int] = mapped_column(Integer)
    cores: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    running: Mapped[int] = mapped_column(Integer, default=0)
    sample: Mapped[str | None] = mapped_column(Text)
    """JSON of the `Usage` at the last heartbeat; null where it is unknown."""
    version: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)


class LeaderRow(Table):
    """The leader for a duty that only one process may have at a time."""

    __tablename__ = "leaders"

    duty: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))
    lease_until: Mapped[datetime] = mapped_column(Moment)
