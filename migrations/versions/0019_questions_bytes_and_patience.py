"""The size of a question's answer, and when a failed question may be asked again"""

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("again_at", Moment()))


def downgrade() -> None:
    op.drop_column("questions", "again_at")
    op.drop_column("questions", "bytes")
