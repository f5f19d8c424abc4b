"""What was found about an experiment"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("experiments", sa.Column("findings", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("experiments", "findings")
