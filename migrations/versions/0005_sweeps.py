"""Sweeps"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("experiments", sa.Column("sweep_label", sa.Text(), nullable=True))
    op.add_column("experiments", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("places", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "sweeps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("base_label", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=True),
        sa.Column("body", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sweeps_workspace", "sweeps", ["workspace_id", "id"])
    op.create_index("ux_sweeps_key", "sweeps", ["workspace_id", "key"], unique=True)


def downgrade() -> None:
    op.drop_table("sweeps")
    op.drop_column("jobs", "places")
    op.drop_column("experiments", "place")
    op.drop_column("experiments", "sweep_label")
