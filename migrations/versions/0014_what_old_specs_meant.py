"""What the optimizer of old specs meant; counts of columns and findings"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BATCH = 500


def upgrade() -> None:
    """Specs without `decay` were stored when AdamW's weight decay applied to every parameter. An unfinished run, or a
    new seed of a sweep, must continue with that rule. The labels of a grid are derived from its values, so the values
    stay as they are."""
    _rewrite("experiments", "spec", _spec_as_meant)
    _rewrite("sweeps", "request", _sweep_as_meant)
    for name in ("column_count", "finding_count"):
        op.add_column("dataset_versions", sa.Column(name, sa.Integer(), nullable=True))
    _count()


def downgrade() -> None:
    for name in ("column_count", "finding_count"):
        op.drop_column("dataset_versions", name)


def _rewrite(table: str, column: str, as_meant: Callable[[Any], Any]) -> None:
    """Rewrite the documents that name AdamW."""
    rows = sa.table(table, sa.column("id"), sa.column(column))
    document, last = rows.c[column], ""
    while True:
        query = sa.select(rows.c.id, document).where(rows.c.id > last, document.contains('"adamw"'))
        found = op.get_bind().execute(query.order_by(rows.c.id).limit(_BATCH)).all()
        if not found:
            return
        for row_id, text in found:
            meant = json.dumps(as_meant(json.loads(text)))
            op.get_bind().execute(rows.update().where(rows.c.id == row_id).values({column: meant}))
        last = found[-1][0]


def _sweep_as_meant(request: dict[str, Any]) -> dict[str, Any]:
    """Bases are stored with all fields, variants as they were sent. So only the base shows the version in which both
    were stored."""
    variants = None if "loss" in request["base"] else request.get("variants")
    if not variants:
        return {**request, "base": _spec_as_meant(request["base"])}
    return {
        **request,
        "base": _spec_as_meant(request["base"]),
        "variants": {label: _spec_as_meant(patch) for label, patch in variants.items()},
    }


def _spec_as_meant(spec: dict[str, Any]) -> dict[str, Any]:
    return {**spec, "optimizer": _optimizer_as_meant(spec["optimizer"])} if "optimizer" in spec else spec


def _optimizer_as_meant(optimizer: Any) -> Any:
    named = {"kind": optimizer} if isinstance(optimizer, str) else optimizer
    is_adamw = isinstance(named, dict) and named.get("kind") == "adamw"
    return {**named, "decay": named.get("decay", "all")} if is_adamw else optimizer


def _count() -> None:
    names = "id", "facts", "findings", "column_count", "finding_count"
    rows = sa.table("dataset_versions", *map(sa.column, names))
    for (row_id,) in op.get_bind().execute(sa.select(rows.c.id).where(rows.c.facts.is_not(None))).all():
        query = sa.select(rows.c.facts, rows.c.findings).where(rows.c.id == row_id)
        facts, findings = op.get_bind().execute(query).one()
        counts = {"column_count": len(json.loads(facts)["columns"]), "finding_count": len(json.loads(findings or "[]"))}
        op.get_bind().execute(rows.update().where(rows.c.id == row_id).values(counts))
