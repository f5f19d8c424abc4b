"""Tables for filtering lists of experiments."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Table


class TagRow(Table):
    """A tag of an experiment."""

    __tablename__ = "experiment_tags"

    workspace_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    tag: Mapped[str] = mapped_column(String(100), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_experiment_tags_experiment", "experiment_id"),)


class SearchTextRow(Table):
    """The search text of an experiment, for the filter `q`. A separate table is faster: an experiment's own row is
    fifty times as long."""

    __tablename__ = "experiment_words"

    workspace_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    """Name, notes and id in lower case, one per line."""

    __table_args__ = (Index("ix_experiment_words_experiment", "experiment_id"), {"sqlite_with_rowid": False})
