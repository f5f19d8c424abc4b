"""Short questions to the workers, and their answers."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table


class QuestionRow(Table):
    """A question of a workspace. While its status is `open`, it is a job with a lease."""

    __tablename__ = "questions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"))
    experiment_id: Mapped[str | None] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), index=True)
    """The experiment that the question is about, and with which the question is deleted."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what is asked: identical questions of a workspace share one row."""
    request: Mapped[str] = mapped_column(Text, deferred=True)
    """JSON of the question, with everything that is needed to answer it."""
    status: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(Text, deferred=True)
    """JSON; null until it is answered."""
    artifact: Mapped[str | None] = mapped_column(String(120))
    """Key of the files of the answer; null if it has none."""
    artifact_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the artifact's manifest."""
    problem: Mapped[str | None] = mapped_column(Text)
    """JSON of the problem document; null unless the question has failed."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    """When the question is deleted, whether or not it was answered."""
    owner: Mapped[str | None] = mapped_column(String(40))
    """The worker that holds the lease."""
    token: Mapped[int] = mapped_column(BigInteger)
    """The fencing token, which increases with each lease."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    losses: Mapped[int] = mapped_column(Integer)
    """Number of lost leases and lost processes."""
    bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Size of the answer and its files."""
    again_at: Mapped[datetime | None] = mapped_column(Moment)
    """When a failed question may be asked again."""
    message_sent_at: Mapped[datetime] = mapped_column(Moment)
    """When a message was last sent for the question."""

    __table_args__ = (
        Index("ux_questions_digest", "workspace_id", "digest", unique=True),
        Index("ix_questions_open", "status", "message_sent_at"),
    )
