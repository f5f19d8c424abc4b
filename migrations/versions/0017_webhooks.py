"""Webhooks"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=40), primary_key=True),
        sa.Column(
            "workspace_id", sa.String(length=40), sa.ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("disabled_at", Moment()),
        sa.Column("delivered_at", Moment()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("owner", sa.String(length=40)),
        sa.Column("lease_until", Moment()),
    )
    op.create_index("ix_webhooks_workspace", "webhooks", ["workspace_id", "id"])


def downgrade() -> None:
    op.drop_table("webhooks")
