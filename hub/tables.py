"""The tables. They know no behaviour; `migrations/` makes them."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from hub.columns import Moment, Real


class Table(DeclarativeBase):
    """The root of every table."""


DEFAULT_WORKSPACE = "default"
"""The workspace that every database has."""


class WorkspaceRow(Table):
    """Whose experiments and keys are kept apart from everybody else's. Its id is the name that people gave it."""

    __tablename__ = "workspaces"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    """Number of the newest row in its event log."""
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


class PassRow(Table):
    """The right to act as a key for a while: a browser's session, or a link that makes one."""

    __tablename__ = "passes"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("keys.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the secret, in hex."""
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class JobRow(Table):
    """One unit of work for lease and resume: the experiments that train together, most often one."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    device: Mapped[str] = mapped_column(String(10))
    """The kind of device to wait for: auto, cpu, cuda."""
    done: Mapped[bool] = mapped_column(Boolean, default=False)
    owner: Mapped[str | None] = mapped_column(String(40))
    """The worker that holds the lease."""
    token: Mapped[int] = mapped_column(BigInteger, default=0)
    """The fencing number: grows with each lease."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    losses: Mapped[int] = mapped_column(Integer, default=0)
    """Leases lost in a row without a new epoch."""
    hinted_at: Mapped[datetime | None] = mapped_column(Moment)
    """When a worker was last told of it."""
    places: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """How many experiments it was made of: the size of the array that trains, whoever of them is left."""

    __table_args__ = (Index("ix_jobs_open", "done", "id"),)


class ExperimentRow(Table):
    """What was asked, how far it is, what came of it."""

    __tablename__ = "experiments"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    place: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """In its job's array: 0 is the first."""
    sweep_id: Mapped[str | None] = mapped_column(String(40))
    sweep_label: Mapped[str | None] = mapped_column(Text)
    """Which change of the sweep's base it is."""
    forked_from: Mapped[str | None] = mapped_column(String(40))
    forked_epoch: Mapped[int | None] = mapped_column(Integer)
    """The epoch of that one's checkpoint from which it goes on; null from the start."""
    extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How often it was given more epochs."""
    name: Mapped[str] = mapped_column(String(200))
    tags: Mapped[str] = mapped_column(Text)
    """JSON list."""
    notes: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12))
    request: Mapped[str | None] = mapped_column(String(12))
    """The status that a person wants of a running experiment."""
    spec: Mapped[str] = mapped_column(Text)
    """JSON, resolved, without name, tags and notes."""
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    dataset: Mapped[str] = mapped_column(String(100))
    parameters: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    epochs: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Real, default=0.0)
    """Of all epochs recorded."""
    latest: Mapped[str | None] = mapped_column(Text)
    """The newest metrics row as JSON, so that a list needs no join."""
    best: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    device: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    events: Mapped[int] = mapped_column(Integer, default=0)
    """Number of the newest row in its event log."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Grows with every change; the ETag."""

    __table_args__ = (
        Index("ix_experiments_workspace", "workspace_id", "id"),
        Index("ix_experiments_status", "workspace_id", "status", "id"),
        Index("ix_experiments_dataset", "workspace_id", "dataset", "id"),
        Index("ix_experiments_sweep", "workspace_id", "sweep_id", "id"),
    )


class SweepRow(Table):
    """What was asked to be tried out; its experiments name it."""

    __tablename__ = "sweeps"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str] = mapped_column(String(200))
    request: Mapped[str] = mapped_column(Text)
    """JSON, resolved, with all that was added later."""
    base_label: Mapped[str | None] = mapped_column(Text)
    """The label of the base, if it is among the changes."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    key: Mapped[str | None] = mapped_column(String(255))
    """The Idempotency-Key under which it was created."""
    body: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of that request's body."""
    answer: Mapped[str | None] = mapped_column(Text)
    """What that request was answered."""

    __table_args__ = (
        Index("ix_sweeps_workspace", "workspace_id", "id"),
        Index("ux_sweeps_key", "workspace_id", "key", unique=True),
    )


class TagRow(Table):
    """One tag of an experiment, for the filter."""

    __tablename__ = "experiment_tags"

    tag: Mapped[str] = mapped_column(String(100), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_experiment_tags_experiment", "experiment_id"),)


class WordsRow(Table):
    """What a list's `q` looks through: beside the experiments, whose rows are fifty times as long."""

    __tablename__ = "experiment_words"

    workspace_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    """Name, notes and id, a line each, in lower case."""

    __table_args__ = (Index("ix_experiment_words_experiment", "experiment_id"), {"sqlite_with_rowid": False})


class MetricRow(Table):
    """What one epoch gave."""

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


class EventRow(Table):
    """One thing that a client can be told; its id grows in the order of the commits."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … without gaps within the experiment."""
    workspace_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(BigInteger)
    """Grows within the workspace: one log tells nothing of how much goes on in another."""
    kind: Mapped[str] = mapped_column(String(10))
    data: Mapped[str] = mapped_column(Text)
    """JSON, as it goes to the client."""
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ux_events_seq", "experiment_id", "seq", unique=True),
        Index("ux_events_number", "workspace_id", "number", unique=True),
        {"sqlite_autoincrement": True},
    )


class CheckpointRow(Table):
    """A checkpoint that is in the artifact store, and good to go on from. The greatest id is the newest."""

    __tablename__ = "checkpoints"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(BigInteger)
    """The fencing number under which it was written."""
    epoch: Mapped[int] = mapped_column(Integer)
    """Epochs done."""
    step: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[bool] = mapped_column(Boolean)
    """Whether it was taken between two epochs."""
    key: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of its manifest."""
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_checkpoints_experiment", "experiment_id", "id"),)


class IdempotencyRow(Table):
    """The first answer to a request that may be repeated."""

    __tablename__ = "idempotency"

    workspace_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the request's body."""
    answer: Mapped[str] = mapped_column(Text)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


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
