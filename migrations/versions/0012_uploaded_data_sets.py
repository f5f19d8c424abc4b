"""Uploaded data sets; the built-in ones become rows"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hub.database.columns import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BUILT_IN = ("diabetes", "breast_cancer", "wine", "digits", "fashion_mnist", "mnist")
"""The built-in data sets. Their ids sort before those of all other data sets, and in this order."""
_MAX_ID, _SHA256 = sa.String(length=40), sa.String(length=64)


def upgrade() -> None:
    _create_uploads()
    _create_datasets()
    _create_versions()
    with op.batch_alter_table("idempotency") as table:
        table.add_column(sa.Column("dataset_id", _MAX_ID, nullable=True))
        table.create_foreign_key("fk_idempotency_dataset", "datasets", ["dataset_id"], ["id"], ondelete="CASCADE")
        table.create_index("ix_idempotency_dataset_id", ["dataset_id"])


def downgrade() -> None:
    op.execute("DELETE FROM idempotency WHERE dataset_id IS NOT NULL")
    with op.batch_alter_table("idempotency") as table:
        table.drop_index("ix_idempotency_dataset_id")
        table.drop_constraint("fk_idempotency_dataset", type_="foreignkey")
        table.drop_column("dataset_id")
    tables = "dataset_events", "dataset_files", "dataset_versions", "datasets", "upload_parts", "uploads", "objects"
    for name in tables:
        op.drop_table(name)


def _create_uploads() -> None:
    op.create_table(
        "objects",
        sa.Column("sha256", _SHA256, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("digest", _SHA256, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "uploads",
        sa.Column("id", _MAX_ID, nullable=False),
        sa.Column("workspace_id", _MAX_ID, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", _SHA256, nullable=True),
        sa.Column("part_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_uploads_workspace_id", "uploads", ["workspace_id"])
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", _MAX_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", _SHA256, nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sha256"], ["objects.sha256"]),
        sa.PrimaryKeyConstraint("upload_id", "number"),
    )
    op.create_index("ix_upload_parts_sha256", "upload_parts", ["sha256"])


def _create_datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", _MAX_ID, nullable=False),
        sa.Column("workspace_id", _MAX_ID, nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_datasets_name", "datasets", ["workspace_id", "name"], unique=True)
    op.create_index("ix_datasets_workspace", "datasets", ["workspace_id", "id"])
    op.create_table(
        "dataset_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dataset_id", _MAX_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ux_dataset_events_seq", "dataset_events", ["dataset_id", "seq"], unique=True)
    _add_built_in()


def _create_versions() -> None:
    op.create_table(
        "dataset_versions",
        sa.Column("id", _MAX_ID, nullable=False),
        sa.Column("dataset_id", _MAX_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("parse", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("facts", "statistics", "findings")),
        sa.Column("digest", sa.String(length=80), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("artifact", sa.String(length=120), nullable=True),
        sa.Column("artifact_digest", _SHA256, nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("owner", _MAX_ID, nullable=True),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("message_sent_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_dataset_versions_number", "dataset_versions", ["dataset_id", "number"], unique=True)
    op.create_index("ix_dataset_versions_open", "dataset_versions", ["status", "message_sent_at"])
    op.create_index("ix_dataset_versions_digest", "dataset_versions", ["digest"])
    op.create_table(
        "dataset_files",
        sa.Column("version_id", _MAX_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("upload_id", _MAX_ID, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("split", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["dataset_versions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"]),
        sa.PrimaryKeyConstraint("version_id", "position"),
    )
    op.create_index("ix_dataset_files_upload_id", "dataset_files", ["upload_id"])


def _add_built_in() -> None:
    add = sa.text(
        """INSERT INTO datasets (id, workspace_id, name, tags, notes, target, status, newest, events, created_at)
           VALUES (:id, NULL, :name, '[]', '', 'null', 'ready', 0, 0, :at)"""
    ).bindparams(sa.bindparam("at", datetime.now(UTC), type_=Moment()))
    for number, name in enumerate(_BUILT_IN, 1):
        op.get_bind().execute(add, {"id": f"dst_{number:026}", "name": name})
