"""What workers use of their machines, and the most memory that runs took"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workers", sa.Column("sample", sa.Text()))
    op.add_column("experiments", sa.Column("peak_memory_bytes", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("experiments", "peak_memory_bytes")
    op.drop_column("workers", "sample")
