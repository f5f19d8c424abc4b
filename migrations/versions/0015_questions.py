"""Short questions to the workers"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=40), primary_key=True),
        sa.Column("workspace_id", sa.String(length=40), sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("experiment_id", sa.String(length=40), sa.ForeignKey("experiments.id", ondelete="CASCADE")),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("artifact", sa.String(length=120)),
        sa.Column("artifact_digest", sa.String(length=64)),
        sa.Column("problem", sa.Text()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment()),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("owner", sa.String(length=40)),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", Moment()),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("message_sent_at", Moment(), nullable=False),
    )
    op.create_index("ux_questions_digest", "questions", ["workspace_id", "digest"], unique=True)
    op.create_index("ix_questions_open", "questions", ["status", "message_sent_at"])
    op.create_index("ix_questions_experiment_id", "questions", ["experiment_id"])
    op.create_index("ix_questions_expires_at", "questions", ["expires_at"])


def downgrade() -> None:
    op.drop_table("questions")
