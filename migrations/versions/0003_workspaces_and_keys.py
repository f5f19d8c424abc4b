"""Workspaces and keys: existing data belongs to the workspace `default`"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ANSWER = "key, body, answer, experiment_id, created_at"


def upgrade() -> None:
    _create_tables()
    default = f"INSERT INTO workspaces (id, events, created_at) VALUES ('default', ({_newest_event()}), :at)"  # noqa: S608
    op.execute(sa.text(default).bindparams(sa.bindparam("at", datetime.now(UTC), Moment())))
    _give_experiments_a_workspace()
    _number_events()
    _scope_idempotency()


def _newest_event() -> str:
    """The greatest id that any event has had, including deleted events: a client may remember it."""
    if op.get_bind().dialect.name == "sqlite":
        return "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
    return "nextval(pg_get_serial_sequence('events', 'id'))"


def _create_tables() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_keys_workspace", "keys", ["workspace_id", "id"])
    op.create_table(
        "passes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_passes_key_id", "passes", ["key_id"])
    op.create_index("ix_passes_expires_at", "passes", ["expires_at"])


def _give_experiments_a_workspace() -> None:
    with op.batch_alter_table("experiments") as table:
        table.add_column(sa.Column("workspace_id", sa.String(length=40), nullable=False, server_default="default"))
    with op.batch_alter_table("experiments") as table:
        table.alter_column("workspace_id", server_default=None)
        table.create_foreign_key("fk_experiments_workspace", "workspaces", ["workspace_id"], ["id"])
        table.drop_index("ix_experiments_status")
        table.drop_index("ix_experiments_dataset")
        table.create_index("ix_experiments_workspace", ["workspace_id", "id"])
        table.create_index("ix_experiments_status", ["workspace_id", "status", "id"])
        table.create_index("ix_experiments_dataset", ["workspace_id", "dataset", "id"])


def _number_events() -> None:
    """Number events so that the last ids that clients remember stay valid.

    On SQLite the columns keep an unused default, because dropping it would copy the whole log.
    """
    with op.batch_alter_table("events") as table:
        table.add_column(sa.Column("workspace_id", sa.String(length=40), nullable=False, server_default="default"))
        table.add_column(sa.Column("number", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE events SET number = id")
    op.create_index("ux_events_number", "events", ["workspace_id", "number"], unique=True)
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("events", "workspace_id", server_default=None)
        op.alter_column("events", "number", server_default=None)


def _scope_idempotency() -> None:
    """Existing responses stay valid in the default workspace."""
    scope: sa.Column[str] = sa.Column("workspace_id", sa.String(length=40), nullable=False)
    _remake_idempotency(f"SELECT 'default', {ANSWER} FROM idempotency", "pk_idempotency", scope)  # noqa: S608


def _remake_idempotency(rows: str, name: str, *scope: sa.Column[str]) -> None:
    """Replace the table by one with a different primary key."""
    op.create_table(
        "new_idempotency",
        *scope,
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("experiment_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(*(column.name for column in scope), "key", name=name),
    )
    columns = ", ".join([*(column.name for column in scope), ANSWER])
    op.execute(f"INSERT INTO new_idempotency ({columns}) {rows}")
    op.drop_table("idempotency")
    op.rename_table("new_idempotency", "idempotency")
    op.create_index("ix_idempotency_experiment_id", "idempotency", ["experiment_id"])


def downgrade() -> None:
    """Data of other workspaces is merged into the shared data. If several workspaces have a stored response for the
    same key, only one is kept."""
    one = "SELECT min(workspace_id) FROM idempotency AS other WHERE other.key = idempotency.key"
    _remake_idempotency(f"SELECT {ANSWER} FROM idempotency WHERE workspace_id = ({one})", "idempotency_pkey")  # noqa: S608
    op.drop_index("ux_events_number", "events")
    for column in ("number", "workspace_id"):
        op.drop_column("events", column)
    with op.batch_alter_table("experiments") as table:
        table.drop_constraint("fk_experiments_workspace", type_="foreignkey")
        for index in ("workspace", "status", "dataset"):
            table.drop_index(f"ix_experiments_{index}")
        table.create_index("ix_experiments_status", ["status", "id"])
        table.create_index("ix_experiments_dataset", ["dataset", "id"])
        table.drop_column("workspace_id")
    for name in ("passes", "keys", "workspaces"):
        op.drop_table(name)
