"""Statistics and findings of a former target; responses about uploads"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dataset_versions", sa.Column("stale", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_dataset_versions_stale", "dataset_versions", ["stale", "message_sent_at"])
    with op.batch_alter_table("idempotency") as table:
        table.add_column(sa.Column("upload_id", sa.String(length=40), nullable=True))
        table.create_foreign_key("fk_idempotency_upload", "uploads", ["upload_id"], ["id"], ondelete="CASCADE")
        table.create_index("ix_idempotency_upload_id", ["upload_id"])


def downgrade() -> None:
    op.execute("DELETE FROM idempotency WHERE upload_id IS NOT NULL")
    with op.batch_alter_table("idempotency") as table:
        table.drop_index("ix_idempotency_upload_id")
        table.drop_constraint("fk_idempotency_upload", type_="foreignkey")
        table.drop_column("upload_id")
    op.drop_index("ix_dataset_versions_stale", "dataset_versions")
    op.drop_column("dataset_versions", "stale")
