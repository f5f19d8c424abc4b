"""A database as after years of use: many experiments, metrics rows and events, generated with SQL."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnDefault,
    Connection,
    Integer,
    MetaData,
    Select,
    TableClause,
    case,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from benchmarks.stage import metrics_row
from gradus.examples import ADAM_BATCH_NORM
from gradus.status import EventKind, Status
from gradus.sweep.expand import Member, expand
from gradus.sweep.request import SweepRequest
from hub.database.columns import Moment
from hub.database.database import Database
from hub.experiments.mapping import record, stored_data, stored_spec
from hub.ids import new_id
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow, Table
from tests.built_in import facts_of, resolved

LONG = 100
"""One in this many experiments …"""
LONG_EPOCHS = 1000
"""… has this many epochs."""
SWEEP = 1000
"""Members of a sweep; four of ten experiments belong to a sweep."""
NEEDLE = "needle"
"""A word in the names of three old experiments."""

_ASKED = SweepRequest.model_validate(
    {
        "base": ADAM_BATCH_NORM.document(),
        "grid": {"optimizer.lr": [k / SWEEP for k in range(1, SWEEP // 5 + 1)]},
        "seeds": [0, 1, 2, 3, 4],
    }
)
"""The request of each sweep."""
_STATUSES = [Status.SUCCEEDED] * 90 + [Status.FAILED] * 5 + [Status.CANCELLED] * 4 + [Status.PAUSED]
_DATASETS = ["mnist"] * 6 + ["fashion_mnist"] * 3 + ["digits"]
_NAMES = ["gradient descent", "momentum", "adagrad", "rmsprop", "adam", "adam + batch norm", "dropout 0.3"]


@dataclass(frozen=True)
class Size:
    """The amount of data."""

    experiments: int
    rows: int
    events: int

    @property
    def epochs(self) -> int:
        """Epochs of an ordinary experiment, so that the total number of rows is about right."""
        return max(1, (self.rows - self.experiments // LONG * LONG_EPOCHS) // self.experiments)

    def __str__(self) -> str:
        return f"{self.experiments:,} experiments, {self.rows:,} metric rows, {self.events:,} events"


def build(database: Database, size: Size) -> None:
    """Fill an empty, migrated database."""
    with database.engine.connect() as connection:
        _without_checks(connection)
        connection.commit()
        _experiments(connection, size)
        _metrics_and_events(connection, size)
        connection.commit()
        _tidy(connection)
    database.close()


def _without_checks(connection: Connection) -> None:
    """Disable foreign key checks, which hold by construction and would take minutes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
    else:
        for statement in (
            "COMMIT",
            "PRAGMA foreign_keys = OFF",
            "BEGIN IMMEDIATE",
        ):  # no effect within a transaction
            connection.exec_driver_sql(statement)


def _tidy(connection: Connection) -> None:
    """Analyze the tables, as Postgres would soon do automatically. SQLite has no statistics in the service either."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _experiments(connection: Connection, size: Size) -> None:
    at = datetime.now(UTC)
    per_experiment = max(1, size.events // size.experiments)
    sweeps = [new_id("swp") for _ in range(size.experiments // SWEEP + 1)]
    members = expand(_ASKED, facts_of).members
    shared = _shared_columns(at)
    rows = [
        {
            **shared,
            **_own_columns(n, size, sweeps),
            **_member_columns(members[n % SWEEP]),
            "events": per_experiment,
            "parameters": n,
        }
        for n in range(size.experiments)
    ]
    jobs = [
        {"id": row["job_id"], "device": "auto", "done": True, "token": 1, "losses": 0, "hinted_at": at} for row in rows
    ]
    tags = [
        {"workspace_id": row["workspace_id"], "tag": tag, "experiment_id": row["id"]}
        for row in rows
        for tag in json.loads(row["tags"])
    ]
    asked = {
        "workspace_id": DEFAULT_WORKSPACE,
        "name": "rates",
        "request": _ASKED.resolved("classification").model_dump_json(),
    }
    connection.execute(insert(_table("sweeps")), [{**asked, "id": one, "created_at": at} for one in sweeps])
    connection.execute(insert(_table("jobs")), jobs)
    connection.execute(insert(_table("experiments")), rows)
    words = [
        {"experiment_id": row["id"], "workspace_id": DEFAULT_WORKSPACE, "words": f"{row['name']}\n\n{row['id']}"}
        for row in rows
    ]
    connection.execute(insert(_table("experiment_tags")), tags)
    connection.execute(insert(_table("experiment_words")), words)
    whole = update(_table("workspaces")).where(_table("workspaces").c.id == DEFAULT_WORKSPACE)
    connection.execute(whole.values(events=per_experiment * size.experiments))


def _shared_columns(at: datetime) -> dict[str, Any]:
    newest = metrics_row(100).model_dump_json()
    return {
        "workspace_id": DEFAULT_WORKSPACE,
        "notes": "",
        "fingerprint": resolved(ADAM_BATCH_NORM).fingerprint,
        "seconds": 123.0,
        "latest": newest,
        "best": newest,
        "attempts": 1,
        "device": "cpu:2",
        "created_at": at,
        "started_at": at,
        "finished_at": at,
        "version": 1,
    }


def _own_columns(n: int, size: Size, sweeps: Sequence[str]) -> dict[str, Any]:
    epochs = LONG_EPOCHS if n % LONG == 0 else size.epochs
    needle = f" {NEEDLE}" if size.experiments // 10 <= n < size.experiments // 10 + 3 else ""
    rare = ["rare"] if n % 1000 == 7 else []
    common = ["baseline"] if n % 2 else []
    return {
        "id": new_id("exp"),
        "job_id": new_id("job"),
        "sweep_id": sweeps[n // SWEEP] if n // SWEEP % 10 < 4 else None,
        "name": f"{_NAMES[n % len(_NAMES)]} {n}{needle}",
        "tags": json.dumps([f"week-{n * 50 // size.experiments}", *rare, *common]),
        "status": _STATUSES[n * 7919 % len(_STATUSES)],
        "dataset": _DATASETS[n * 104729 % len(_DATASETS)],
        "epoch": epochs,
        "epochs": epochs,
    }


def _member_columns(member: Member) -> dict[str, Any]:
    return {"sweep_label": member.label, "spec": stored_spec(member.resolved), "data": stored_data(member.resolved)}


def _metrics_and_events(connection: Connection, size: Size) -> None:
    numbers = CoreTable("numbers", MetaData(), Column("n", Integer, primary_key=True), prefixes=["TEMPORARY"])
    numbers.create(connection)
    connection.execute(insert(numbers), [{"n": n} for n in range(1, LONG_EPOCHS + 1)])
    metrics, events = _table("metrics"), _table("events")
    connection.execute(insert(metrics).from_select([one.name for one in metrics.c], _metrics(numbers)))
    columns = ["experiment_id", "seq", "workspace_id", "number", "kind", "data", "at"]
    connection.execute(insert(events).from_select(columns, _events(numbers, max(1, size.events // size.experiments))))


def _metrics(numbers: TableClause) -> Select[Any]:
    """Noisy decreasing losses."""
    experiment, n = _table("experiments"), numbers.c.n
    loss = 1.0 / n + func.abs((n * 7919) % 1000 - 500) / 50000.0
    special = {"experiment_id": experiment.c.id, "epoch": n, "step": n * 1100}
    special["at"] = literal(datetime.now(UTC), Moment())
    columns = [special.get(one.name, loss) for one in _table("metrics").c]
    return select(*columns).select_from(experiment).join(numbers, n <= experiment.c.epoch)


def _events(numbers: TableClause, count: int) -> Select[Any]:
    """The events of an experiment: a status, the epochs and the end."""
    experiment, n = _table("experiments"), numbers.c.n
    return (
        select(
            experiment.c.id,
            n,
            experiment.c.workspace_id,
            experiment.c.parameters * count + n,
            case((n == 1, EventKind.STATUS), (n == count, EventKind.END), else_=EventKind.EPOCH),
            case((n.in_([1, count]), _told()), else_=metrics_row(7).model_dump_json()),
            literal(datetime.now(UTC), Moment()),
        )
        .select_from(experiment)
        .join(numbers, n <= count)
    )


def _told() -> str:
    """An experiment, as the data of events contain it."""
    own = _own_columns(1, Size(1, 1, 1), ["swp"])
    one = resolved(ADAM_BATCH_NORM)
    defaults = {one.name: one.default.arg for one in _table("experiments").c if isinstance(one.default, ColumnDefault)}
    columns = {**defaults, **_shared_columns(datetime.now(UTC)), **own}
    row = ExperimentRow(**columns, spec=stored_spec(one), parameters=one.network.parameters)
    return record(row).model_dump_json()


def ids(session: Session, *, long: bool = False) -> Sequence[str]:
    """Ids from the whole list; with `long`, of experiments with many epochs."""
    query = select(ExperimentRow.id).where(ExperimentRow.parameters % LONG == (0 if long else 1))
    return session.scalars(query.order_by(ExperimentRow.id)).all()


def _table(name: str) -> CoreTable:
    return Table.metadata.tables[name]
