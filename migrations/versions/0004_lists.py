"""Lists: an index on a sweep's experiments, and a separate table of search texts"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 10_000


def upgrade() -> None:
    op.drop_index("ix_experiments_sweep", "experiments")
    op.create_index("ix_experiments_sweep", "experiments", ["workspace_id", "sweep_id", "id"])
    words = op.create_table(
        "experiment_words",
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("experiment_id", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "experiment_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_experiment_words_experiment", "experiment_words", ["experiment_id"])
    for rows in _words():
        op.bulk_insert(words, rows)


def _words() -> Iterator[list[dict[str, str]]]:
    """The search texts of existing experiments. Python lowers the case, because SQLite's lower() handles only ASCII."""
    after = ""
    query = sa.text("SELECT id, workspace_id, name, notes FROM experiments WHERE id > :after ORDER BY id LIMIT :batch")
    while found := op.get_bind().execute(query, {"after": after, "batch": BATCH}).all():
        after = found[-1].id
        yield [
            {"experiment_id": one.id, "workspace_id": one.workspace_id, "words": _text(one.name, one.notes, one.id)}
            for one in found
        ]


def _text(*fields: str) -> str:
    return "\n".join(fields).lower()


def downgrade() -> None:
    op.drop_table("experiment_words")
    op.drop_index("ix_experiments_sweep", "experiments")
    op.create_index("ix_experiments_sweep", "experiments", ["sweep_id", "id"])
