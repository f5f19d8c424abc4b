"""Turns that end: the time at which a job gives its slot to others, and its place in the queue after that"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ON_SQLITE, _ON_POSTGRES = sa.text("done = 0 AND owner IS NULL"), sa.text("NOT done AND owner IS NULL")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("turn_until", Moment()))
    op.add_column("jobs", sa.Column("queue_key", sa.String(length=40), nullable=False, server_default=""))
    op.execute("UPDATE jobs SET queue_key = id")
    _order_by("queue_key")


def downgrade() -> None:
    _order_by("id")
    op.drop_column("jobs", "queue_key")
    op.drop_column("jobs", "turn_until")


def _order_by(column: str) -> None:
    op.drop_index("ix_jobs_waiting", "jobs")
    op.create_index(
        "ix_jobs_waiting",
        "jobs",
        ["workspace_id", "device", "priority", column],
        sqlite_where=_ON_SQLITE,
        postgresql_where=_ON_POSTGRES,
    )
