"""Stored responses of all idempotent requests in one table"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OF_SWEEPS = """INSERT INTO idempotency (workspace_id, key, body, answer, sweep_id, created_at)
                SELECT workspace_id, key, body, answer, id, created_at FROM sweeps WHERE key IS NOT NULL"""
_TO_SWEEPS = """UPDATE sweeps SET key = kept.key, body = kept.body, answer = kept.answer
                FROM (SELECT sweep_id, min(key) AS key, min(body) AS body, min(answer) AS answer
                      FROM idempotency WHERE sweep_id IS NOT NULL GROUP BY sweep_id HAVING count(*) = 1) AS kept
                WHERE kept.sweep_id = sweeps.id"""
"""A sweep's row can hold only one response: if there are several, none is kept."""


def upgrade() -> None:
    with op.batch_alter_table("idempotency") as table:
        table.alter_column("experiment_id", existing_type=sa.String(length=40), nullable=True)
        table.add_column(sa.Column("sweep_id", sa.String(length=40), nullable=True))
        table.create_foreign_key("fk_idempotency_sweep", "sweeps", ["sweep_id"], ["id"], ondelete="CASCADE")
        table.create_index("ix_idempotency_sweep_id", ["sweep_id"])
        table.create_index("ix_idempotency_created_at", ["created_at"])
    op.execute(_OF_SWEEPS)
    op.drop_index("ux_sweeps_key", "sweeps")
    for column in ("key", "body", "answer"):
        op.drop_column("sweeps", column)


def downgrade() -> None:
    for name, kind in (("key", sa.String(length=255)), ("body", sa.String(length=64)), ("answer", sa.Text())):
        op.add_column("sweeps", sa.Column(name, kind, nullable=True))
    op.create_index("ux_sweeps_key", "sweeps", ["workspace_id", "key"], unique=True)
    op.execute(_TO_SWEEPS)
    op.execute("DELETE FROM idempotency WHERE experiment_id IS NULL")
    with op.batch_alter_table("idempotency") as table:
        table.drop_index("ix_idempotency_created_at")
        table.drop_index("ix_idempotency_sweep_id")
        table.drop_constraint("fk_idempotency_sweep", type_="foreignkey")
        table.drop_column("sweep_id")
        table.alter_column("experiment_id", existing_type=sa.String(length=40), nullable=False)
