"""Tags by workspace, pending deletions, and the bound on queued experiments"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _set_aside()
    op.create_table(
        "experiment_tags",
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("experiment_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "tag", "experiment_id"),
    )
    op.execute(
        """INSERT INTO experiment_tags (workspace_id, tag, experiment_id)
           SELECT experiments.workspace_id, old.tag, old.experiment_id
           FROM old_experiment_tags AS old JOIN experiments ON experiments.id = old.experiment_id"""
    )
    _bring_back_the_index()
    op.create_table(
        "removals",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_removals_at", "removals", ["at"])
    op.add_column("workspaces", sa.Column("queued_at_most", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("workspaces", "queued_at_most")
    op.drop_table("removals")
    _set_aside()
    op.create_table(
        "experiment_tags",
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("experiment_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tag", "experiment_id"),
    )
    op.execute("INSERT INTO experiment_tags (tag, experiment_id) SELECT tag, experiment_id FROM old_experiment_tags")
    _bring_back_the_index()


def _set_aside() -> None:
    """Rename the table: a primary key cannot be changed in place on every database."""
    op.drop_index("ix_experiment_tags_experiment", "experiment_tags")
    op.rename_table("experiment_tags", "old_experiment_tags")


def _bring_back_the_index() -> None:
    op.drop_table("old_experiment_tags")
    op.create_index("ix_experiment_tags_experiment", "experiment_tags", ["experiment_id"])
