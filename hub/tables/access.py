"""Who may come in: workspaces, keys, and passes made from keys."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table

DEFAULT_WORKSPACE = "default"
"""The workspace that every database has."""


class WorkspaceRow(Table):
    """Whose experiments and keys are kept apart from everybody else's. Its id is the name that people gave it."""

    __tablename__ = "workspaces"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    """Number of the newest row in its event log."""
    queued_at_most: Mapped[int | None] = mapped_column(BigInteger)
    """So many experiments wait or train at most; null until somebody counts. Counted anew once it meets the quota."""
    created_at: Mapped[datetime] = mapped_column(Moment)


class KeyRow(Table):
    """What a program shows to be let in: known by its id, proven by a secret of which only the digest is here."""

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
    """When it last let somebody in, to the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_keys_workspace", "workspace_id", "id"),)


class BrowserSessionRow(Table):
    """The right to act as a key for a while: a browser's session, or a link that makes one."""

    __tablename__ = "passes"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("keys.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the secret, in hex."""
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
