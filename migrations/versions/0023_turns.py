"""Turns in the queue: the workspace and the priority of a job, and when a workspace was last served"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_WAITING_ON_SQLITE, _WAITING_ON_POSTGRES = sa.text("done = 0 AND owner IS NULL"), sa.text("NOT done AND owner IS NULL")
_TAKEN = sa.text("owner IS NOT NULL")


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("served_at", Moment()))
    op.add_column("experiments", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("workspace_id", sa.String(length=40)))
    op.execute(
        "UPDATE jobs SET workspace_id = "
        "(SELECT workspace_id FROM experiments WHERE experiments.job_id = jobs.id ORDER BY id LIMIT 1)"
    )
    op.create_index(
        "ix_jobs_waiting",
        "jobs",
        ["workspace_id", "device", "priority", "id"],
        sqlite_where=_WAITING_ON_SQLITE,
        postgresql_where=_WAITING_ON_POSTGRES,
    )
    op.create_index("ix_jobs_taken", "jobs", ["owner", "workspace_id"], sqlite_where=_TAKEN, postgresql_where=_TAKEN)


def downgrade() -> None:
    op.drop_index("ix_jobs_taken", "jobs")
    op.drop_index("ix_jobs_waiting", "jobs")
    op.drop_column("jobs", "workspace_id")
    op.drop_column("jobs", "priority")
    op.drop_column("experiments", "priority")
    op.drop_column("workspaces", "served_at")
