"""A verification belongs to a finding regardless of its layer, because the layer may change later"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

VERIFICATIONS = sa.table(
    "verifications", *(sa.column(name) for name in ("experiment_id", "finding", "created_at", "sweep_id"))
)


def upgrade() -> None:
    """`dead_relu:layers/1` becomes `dead_relu`; if several layers have one, the newest verification stays. Findings
    about data keep their column."""
    table, session = VERIFICATIONS, op.get_bind()
    of_layers = table.c.finding.like("%:%") & ~table.c.finding.like("data!_%", escape="!")
    for row in session.execute(sa.select(table).where(of_layers).order_by(table.c.created_at, table.c.finding)).all():
        name = row.finding.partition(":")[0]
        mine = table.c.experiment_id == row.experiment_id
        session.execute(sa.delete(table).where(mine, table.c.finding == name))
        session.execute(sa.update(table).where(mine, table.c.finding == row.finding).values(finding=name))


def downgrade() -> None:
    """The layer is not known any more, so a verification of a finding with a layer is no longer shown."""
