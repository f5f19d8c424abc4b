"""Deletion of old events"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("experiments", sa.Column("events_pruned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("experiments", sa.Column("log_closed_at", Moment(), nullable=True))
    op.execute("UPDATE experiments SET log_closed_at = finished_at")
    op.create_index("ix_experiments_log_closed_at", "experiments", ["log_closed_at"])


def downgrade() -> None:
    op.drop_index("ix_experiments_log_closed_at", "experiments")
    op.drop_column("experiments", "log_closed_at")
    op.drop_column("experiments", "events_pruned")
