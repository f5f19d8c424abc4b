"""What trainings prove about the patches of findings"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifications",
        sa.Column(
            "experiment_id",
            sa.String(length=40),
            sa.ForeignKey("experiments.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("finding", sa.String(length=400), primary_key=True),
        sa.Column("patch", sa.Text(), nullable=False),
        sa.Column("sweep_id", sa.String(length=40), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("created_at", Moment(), nullable=False),
    )
    op.create_index("ix_verifications_sweep_id", "verifications", ["sweep_id"])


def downgrade() -> None:
    op.drop_table("verifications")
