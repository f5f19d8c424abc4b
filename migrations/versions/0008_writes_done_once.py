"""Idempotent writes: ids of writes, and a unique row for each checkpoint"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("last_write", sa.String(length=40), nullable=True))
    op.execute(
        """DELETE FROM checkpoints WHERE EXISTS (
             SELECT 1 FROM checkpoints AS first
             WHERE first.experiment_id = checkpoints.experiment_id AND first.key = checkpoints.key
             AND first.id < checkpoints.id)"""
    )
    op.create_index("ux_checkpoints_key", "checkpoints", ["experiment_id", "key"], unique=True)


def downgrade() -> None:
    op.drop_index("ux_checkpoints_key", "checkpoints")
    op.drop_column("jobs", "last_write")
