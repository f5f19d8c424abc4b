"""Provenance of a run: extensions, forks, changes of device"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_LISTS = ("extended_at", "extended_from", "moved_from")


def upgrade() -> None:
    for name in _LISTS:
        op.add_column("experiments", sa.Column(name, sa.Text(), nullable=False, server_default="[]"))
    op.add_column("experiments", sa.Column("history", sa.String(length=64), nullable=True))
    _tell_apart()


def downgrade() -> None:
    op.drop_column("experiments", "history")
    for name in _LISTS:
        op.drop_column("experiments", name)


def _tell_apart() -> None:
    """Give each run that was extended or forked earlier a history of its own, because the details were not recorded."""
    connection = op.get_bind()
    query = "SELECT id, fingerprint, spec, forked_epoch FROM experiments WHERE forked_epoch > 0 OR extensions > 0"
    for one, fingerprint, spec, forked_epoch in connection.execute(sa.text(query)).all():
        document = json.loads(spec)
        cosine = (document.get("schedule") or {}).get("kind") == "cosine"
        if forked_epoch or cosine or document.get("early_stopping"):
            history = hashlib.sha256(one.encode()).hexdigest()
            run = hashlib.sha256(json.dumps(["run", fingerprint, history]).encode()).hexdigest()
            change = "UPDATE experiments SET history = :history, fingerprint = :run WHERE id = :one"
            connection.execute(sa.text(change), {"history": history, "run": run, "one": one})
