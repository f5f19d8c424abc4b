"""Results of training: metrics, events, checkpoints."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment, Real
from hub.tables.base import Table


class MetricRow(Table):
    """The metrics of one epoch."""

    __tablename__ = "metrics"

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    step: Mapped[int] = mapped_column(BigInteger)
    train_loss: Mapped[float] = mapped_column(Real)
    train_accuracy: Mapped[float | None] = mapped_column(Real)
    validation_loss: Mapped[float] = mapped_column(Real)
    validation_accuracy: Mapped[float | None] = mapped_column(Real)
    test_loss: Mapped[float] = mapped_column(Real)
    test_accuracy: Mapped[float | None] = mapped_column(Real)
    penalty: Mapped[float] = mapped_column(Real)
    learning_rate: Mapped[float] = mapped_column(Real)
    gradient_norm: Mapped[float] = mapped_column(Real)
    seconds: Mapped[float] = mapped_column(Real)
    samples_per_second: Mapped[float] = mapped_column(Real)
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = ({"sqlite_with_rowid": False},)


class LayerReportRow(Table):
    """The statistics of the layers after one epoch. A run with short epochs has them for some epochs only."""

    __tablename__ = "layer_reports"

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    report: Mapped[str] = mapped_column(Text)
    """JSON, as sent to clients."""
    histograms: Mapped[str | None] = mapped_column(Text)
    """JSON: the histograms of every layer."""

    __table_args__ = ({"sqlite_with_rowid": False},)


class EventRow(Table):
    """A row of the event log. Ids increase in commit order."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … within the experiment; pruning leaves gaps."""
    workspace_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(BigInteger)
    """Number within the workspace. Separate numbers reveal nothing about the activity of other workspaces."""
    kind: Mapped[str] = mapped_column(String(10))
    data: Mapped[str] = mapped_column(Text)
    """JSON, as sent to clients."""
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ux_events_seq", "experiment_id", "seq", unique=True),
        Index("ux_events_number", "workspace_id", "number", unique=True),
        {"sqlite_autoincrement": True},
    )


class CheckpointRow(Table):
    """A complete checkpoint in the artifact store. The greatest id is the newest."""

    __tablename__ = "checkpoints"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(BigInteger)
    """The fencing token of the lease that wrote it; 0 for a fork's copy."""
    epoch: Mapped[int] = mapped_column(Integer)
    """Epochs done."""
    step: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[bool] = mapped_column(Boolean)
    """Whether the checkpoint was taken between two epochs."""
    key: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the checkpoint's manifest."""
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_checkpoints_experiment", "experiment_id", "id"),
        Index("ux_checkpoints_key", "experiment_id", "key", unique=True),
    )
