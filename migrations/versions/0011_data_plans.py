"""The shape of an experiment's data"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("experiments", sa.Column("data", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("experiments", "data")
