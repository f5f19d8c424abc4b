"""The cores that a worker's runs share"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workers", sa.Column("cores", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("workers", "cores")
