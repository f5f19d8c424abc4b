"""Verifications: trainings that prove a finding's patch."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment
from hub.tables.base import Table


class VerificationRow(Table):
    """The newest verification of a finding about an experiment."""

    __tablename__ = "verifications"

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    finding: Mapped[str] = mapped_column(String(400), primary_key=True)
    """The finding's name: its id, and its layer or column."""
    patch: Mapped[str] = mapped_column(Text)
    """JSON of the merge patch."""
    sweep_id: Mapped[str] = mapped_column(String(40), index=True)
    """The sweep that trains; it may be deleted."""
    result: Mapped[str | None] = mapped_column(Text)
    """JSON of the result; null while the sweep trains."""
    created_at: Mapped[datetime] = mapped_column(Moment)
