"""A database with data is migrated through all versions of the schema, and nothing is lost."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from gradus.status import Status
from hub import idempotency
from hub.database.database import Database, now
from hub.experiments import events, experiments, metrics
from hub.experiments.mapping import record, spec_of
from hub.idempotency import Repeatable
from hub.jobs import checkpoints, control
from hub.migrate import downgrade, upgrade
from hub.tables import (
    DatasetVersionRow,
    EventRow,
    ExperimentRow,
    IdempotencyRow,
    JobRow,
    MetricRow,
    SweepRow,
    TagRow,
)

AT = "2026-01-02T03:04:05.000000+00:00"

NEXT_EVENT = """INSERT INTO events (experiment_id, seq, kind, data, at)
                SELECT 'exp_1', count(*) + 1, 'log', '{}', :at FROM events"""

FIRST_DATA = (
    "INSERT INTO jobs (id, device, done, token, losses, hinted_at) VALUES ('job_1', 'auto', false, 3, 0, :at)",
    """INSERT INTO experiments (id, job_id, name, tags, notes, status, spec, fingerprint, dataset, parameters, epoch,
       epochs, seconds, attempts, created_at, events, version) VALUES ('exp_1', 'job_1', 'first', '["a"]', '', 'queued',
       '{"dataset": "wine", "layers": [3]}', 'f', 'wine', 57, 1, 5, 0.5, 1, :at, 3, 4)""",
    "INSERT INTO experiment_tags (tag, experiment_id) VALUES ('a', 'exp_1')",
    """INSERT INTO idempotency (key, body, answer, experiment_id, created_at)
       VALUES ('again', 'digest', '{}', 'exp_1', :at)""",
    """INSERT INTO metrics (experiment_id, epoch, step, train_loss, validation_loss, test_loss, penalty, learning_rate,
       gradient_norm, seconds, samples_per_second, at) VALUES ('exp_1', 1, 9, 1, 2, 3, 4, 5, 6, 7, 8, :at)""",
    *[NEXT_EVENT] * 4,
    "DELETE FROM events WHERE seq = 4",
)
"""Statements that fill a database of the first schema; the newest event is deleted."""


def fill(database: Database) -> None:
    with database.engine.begin() as connection:
        moment = AT if connection.dialect.name == "sqlite" else datetime.fromisoformat(AT)
        for statement in FIRST_DATA:
            connection.execute(text(statement), {"at": moment} if ":at" in statement else {})


@pytest.fixture
def upgraded(database_url: str) -> Database:
    """A database of the newest schema that was filled in the first schema."""
    upgrade(database_url, "0001")
    database = Database(database_url)
    fill(database)
    database.close()
    upgrade(database_url)
    return Database(database_url)


def test_old_rows_are_all_there_and_belong_to_the_default_workspace(upgraded: Database) -> None:
    with upgraded.read() as session:
        row = experiments.get(session, "exp_1")
        assert row is not None
        assert (row.workspace_id, row.version, row.job_id) == ("default", 4, "job_1")
        assert record(row).created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert [one.validation_loss for one in metrics.read(session, "exp_1")] == [2.0]
        assert [(one.id, one.seq, one.workspace_id, one.number) for one in session.query(EventRow)] == [
            (number, number, "default", number) for number in (1, 2, 3)
        ]
        assert [(one.workspace_id, one.key) for one in session.query(IdempotencyRow)] == [("default", "again")]
        assert [(one.workspace_id, one.tag) for one in session.query(TagRow)] == [("default", "a")]
        assert [one.token for one in session.query(JobRow)] == [3]
    upgraded.close()


def test_the_log_goes_on_after_every_number_that_a_client_can_have_seen(upgraded: Database) -> None:
    with upgraded.write() as session:
        events.append(session, [events.log("exp_1", "upgraded")], now(session))
    with upgraded.read() as session:
        (row,) = events.of_workspace(session, "default", 4, 10)
        assert (row.seq, row.id > 4) == (4, True)
    upgraded.close()


def test_an_old_experiment_can_be_worked_with(upgraded: Database) -> None:
    with upgraded.write() as session:
        row = experiments.lock(session, "exp_1")
        assert row is not None
        control.cancel(session, row)
        assert row.status == Status.CANCELLED
    with upgraded.write() as session:
        row = experiments.lock(session, "exp_1")
        assert row is not None
        experiments.remove(session, row)
    with upgraded.read() as session:
        assert [session.query(kind).count() for kind in (EventRow, MetricRow, TagRow, IdempotencyRow)] == [0] * 4
    upgraded.close()


def test_an_upgrade_can_be_taken_back_with_its_data(upgraded: Database) -> None:
    upgraded.close()
    downgrade(upgraded.url, "0001")
    with upgraded.engine.begin() as connection:
        assert [count(connection, table) for table in FILLED] == [
            1,
            3,
            1,
            1,
            1,
        ]
    upgraded.close()


def test_an_experiment_of_no_workspace_is_refused(upgraded: Database) -> None:
    with pytest.raises(IntegrityError), upgraded.engine.begin() as connection:
        connection.execute(text("UPDATE experiments SET workspace_id = 'nowhere'"))
    upgraded.close()


FILLED = ("experiments", "events", "metrics", "idempotency", "experiment_tags")


def count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


SWEEP = """INSERT INTO sweeps (id, workspace_id, name, request, created_at, key, body, answer)
           VALUES ('swp_1', 'default', '', '{}', :at, 'monday', 'digest', '{"id": "swp_1"}')"""


def test_the_first_answer_about_a_sweep_stays_good(database_url: str) -> None:
    upgrade(database_url, "0005")
    database = Database(database_url)
    with database.engine.begin() as connection:
        connection.execute(
            text(SWEEP), {"at": AT if connection.dialect.name == "sqlite" else datetime.fromisoformat(AT)}
        )
    upgrade(database_url)
    with database.read() as session:
        found = idempotency.first(session, Repeatable("default", "monday", "digest"))
        assert found is not None
        assert (idempotency.subject(found), found.answer) == ("swp_1", '{"id": "swp_1"}')
    downgrade(database_url, "0005")
    with database.engine.connect() as connection:
        there = connection.execute(text("SELECT id, key, body, answer FROM sweeps")).all()
        assert [tuple(row) for row in there] == [("swp_1", "monday", "digest", '{"id": "swp_1"}')]
        assert count(connection, "idempotency") == 0
    database.close()


OLD: dict[str, object] = {"dataset": "wine", "layers": [3]}
ADAMW: dict[str, object] = {"kind": "adamw", "lr": 0.001, "weight_decay": 0.01}
OLD_SWEEP: dict[str, Any] = {
    "base": {**OLD, "optimizer": ADAMW},
    "variants": {"short": {"optimizer": "adamw"}, "other": {"l2": 0.1}},
}
NEW_SWEEP = {
    "base": {**OLD, "loss": {"kind": "squared"}, "optimizer": "sgd"},
    "variants": {"a": {"optimizer": "adamw"}},
}


def test_an_unfinished_run_with_adamw_goes_on_with_the_rule_it_began_with(database_url: str) -> None:
    upgrade(database_url, "0001")
    database = Database(database_url)
    fill(database)
    upgrade(database_url, "0013")
    specs = {"exp_1": {**OLD, "optimizer": ADAMW}, "exp_2": {**OLD, "optimizer": {**ADAMW, "decay": "weights"}}}
    with database.engine.begin() as connection:
        moment = AT if connection.dialect.name == "sqlite" else datetime.fromisoformat(AT)
        columns = "id, workspace_id, name, request, created_at"
        for key, request in (("swp_1", OLD_SWEEP), ("swp_2", NEW_SWEEP)):
            add = text(f"INSERT INTO sweeps ({columns}) VALUES (:key, 'default', '', :request, :at)")  # noqa: S608
            connection.execute(add, {"key": key, "request": json.dumps(request), "at": moment})
        for key, spec in specs.items():
            change = text("UPDATE experiments SET id = :key, spec = :spec WHERE id = 'exp_1'")
            connection.execute(change if key == "exp_1" else _COPY, {"key": key, "spec": json.dumps(spec)})
    upgrade(database_url)
    with database.read() as session:
        optimizers = {row.id: spec_of(row).optimizer.model_dump() for row in session.query(ExperimentRow)}
        assert {key: found["decay"] for key, found in optimizers.items()} == {"exp_1": "all", "exp_2": "weights"}
        assert optimizers["exp_1"]["weight_decay"] == 0.01
        old, new = (json.loads(row.request) for row in session.query(SweepRow).order_by(SweepRow.id))
    assert old["base"]["optimizer"] == {**ADAMW, "decay": "all"}
    assert old["variants"] == {"short": {"optimizer": {"kind": "adamw", "decay": "all"}}, "other": {"l2": 0.1}}
    assert new == NEW_SWEEP
    database.close()


def test_versions_of_before_are_counted(database_url: str) -> None:
    upgrade(database_url, "0013")
    database = Database(database_url)
    with database.engine.begin() as connection:
        moment = AT if connection.dialect.name == "sqlite" else datetime.fromisoformat(AT)
        for number, facts in ((1, '{"columns": [{"name": "a"}, {"name": "b"}]}'), (2, None)):
            values = {"number": number, "facts": facts, "findings": facts and '[{"id": "x"}]', "at": moment}
            connection.execute(text(VERSION), values)
    upgrade(database_url)
    with database.read() as session:
        counts = select(DatasetVersionRow.column_count, DatasetVersionRow.finding_count)
        assert session.execute(counts.order_by(DatasetVersionRow.number)).all() == [(2, 1), (None, None)]
    database.close()


VERSION = """INSERT INTO dataset_versions (id, dataset_id, number, status, parse, facts, findings, bytes, created_at,
             token, losses, message_sent_at) SELECT 'ver_' || :number, id, :number, 'ready', '{}', :facts, :findings,
             0, :at, 1, 0, :at FROM datasets WHERE name = 'wine'"""
_COPY = text(
    """INSERT INTO experiments (id, job_id, name, tags, notes, status, spec, fingerprint, dataset, parameters, epoch,
       epochs, seconds, attempts, created_at, events, version, workspace_id) SELECT :key, job_id, name, tags, notes,
       status, :spec, fingerprint, dataset, parameters, epoch, epochs, seconds, attempts, created_at, events, version,
       workspace_id FROM experiments WHERE id = 'exp_1'"""
)

CHECKPOINT = """INSERT INTO checkpoints (experiment_id, token, epoch, step, whole, key, digest, size, created_at)
                VALUES ('exp_1', 3, :epoch, 9, true, :key, 'd', 1, :at)"""


def test_a_checkpoint_that_was_named_twice_has_one_row(database_url: str) -> None:
    upgrade(database_url, "0001")
    database = Database(database_url)
    fill(database)
    upgrade(database_url, "0007")
    with database.engine.begin() as connection:
        moment = AT if connection.dialect.name == "sqlite" else datetime.fromisoformat(AT)
        for epoch in (1, 2, 2, 3):
            connection.execute(text(CHECKPOINT), {"epoch": epoch, "key": f"exp_1/3-{epoch}-9", "at": moment})
    upgrade(database_url)
    with database.read() as session:
        assert [row.epoch for row in checkpoints.newest_first(session, "exp_1")] == [3, 2, 1]
    database.close()
