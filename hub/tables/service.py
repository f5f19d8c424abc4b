"""What the service remembers of itself: first answers, workers, leaders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table


class IdempotencyRow(Table):
    """The first answer to a request that may be repeated, about an experiment or a sweep."""

    __tablename__ = "idempotency"

    workspace_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body: Mapped[str] = mapped_column(String(64))
    """SHA-256 of all that was asked."""
    answer: Mapped[str] = mapped_column(Text)
    experiment_id: Mapped[str | None] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), index=True)
    sweep_id: Mapped[str | None] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)


class RemovalRow(Table):
    """Files in the artifact store that nobody needs any more, until they are gone."""

    __tablename__ = "removals"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Of an artifact, or of a folder of them."""
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    """When they became useless."""


class WorkerRow(Table):
    """A worker process and its last sign of life."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int] = mapped_column(Integer)
    device: Mapped[str] = mapped_column(String(100))
    slots: Mapped[int] = mapped_column(Integer)
    running: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)


class LeaderRow(Table):
    """Who does a duty that only one process may do at a time."""

    __tablename__ = "leaders"

    duty: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))
    lease_until: Mapped[datetime] = mapped_column(Moment)
