"""The catalogue: every kind that a spec can name."""

from typing import Any

from gradus.wire.message import Message


class CatalogEntry(Message):
    """One kind."""

    kind: str
    title: str
    formula: str
    """What it computes, with source where there is one."""
    json_schema: dict[str, Any]
    """JSON Schema of its object; a bare string for kinds that have no fields."""


class Catalog(Message):
    """The answer of `GET /v1/catalog`: every family of kinds, and the schema of the whole spec."""

    families: dict[str, tuple[CatalogEntry, ...]]
    """By family: layers, activations, initializers, normalizations, penalties, optimizers, schedules, losses,
    early_stopping, checkpoints."""
    spec: dict[str, Any]
    """JSON Schema of the experiment spec, shorthands included."""
    examples: dict[str, dict[str, Any]]
    """Specs that can be posted as they are."""
