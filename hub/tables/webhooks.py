"""Webhooks, each with its position in the event log of its workspace."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table


class WebhookRow(Table):
    """A webhook of a workspace, and the lease of the process that delivers for it."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(Text)
    """JSON list of the kinds of events."""
    secret: Mapped[str] = mapped_column(String(200))
    """Key of the signatures. It is stored as it is, because signing needs it."""
    cursor: Mapped[int] = mapped_column(BigInteger)
    """Number of the newest event in the workspace's log that was delivered, or that is not for the webhook."""
    failures: Mapped[int] = mapped_column(Integer, default=0)
    """Failed calls in a row."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why the last call failed."""
    next_at: Mapped[datetime] = mapped_column(Moment)
    """No call before this time."""
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    owner: Mapped[str | None] = mapped_column(String(40))
    """The claim of the process that delivers."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_webhooks_workspace", "workspace_id", "id"),)
