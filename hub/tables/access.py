"""Access control: workspaces, API keys, browser sessions."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table

DEFAULT_WORKSPACE = "default"
"""The workspace that exists in every database."""


class WorkspaceRow(Table):
    """A workspace isolates its experiments and keys from other workspaces. Its id is its name."""

    __tablename__ = "workspaces"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    """Number of the newest row in the workspace's event log."""
    queued_at_most: Mapped[int | None] = mapped_column(BigInteger)
    """Upper bound on queued and running experiments; null = not counted yet. Recounted when it reaches the quota."""
    served_at: Mapped[datetime | None] = mapped_column(Moment)
    """When one of its jobs was last started; null before the first."""
    created_at: Mapped[datetime] = mapped_column(Moment)


class KeyRow(Table):
    """An API key: an id and the digest of its secret. The secret itself is not stored."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the secret, in hex."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    """Time of the last use, with a precision of a minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_keys_workspace", "workspace_id", "id"),)


class BrowserSessionRow(Table):
    """Temporary credentials for a key: a browser session, or the ticket of a sign-in link."""

    __tablename__ = "passes"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("keys.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the secret, in hex."""
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
