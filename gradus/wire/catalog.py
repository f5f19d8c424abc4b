"""The catalogue: every kind that a spec can name, and every metric of an epoch."""

from typing import Any, Literal

from gradus.spec.loss import Task
from gradus.wire.message import Message
from gradus.wire.tolerant import Open

Direction = Literal["min", "max", "none"]
"""Which values of a metric are better: small ones, large ones, or neither."""
Split = Literal["train", "validation", "test"]
"""The examples that a metric is measured on."""


class CatalogEntry(Message):
    """One kind."""

    kind: str
    title: str
    formula: str
    """What it computes, with the source if there is one."""
    json_schema: dict[str, Any]
    """JSON Schema of its object; a bare string for kinds that have no fields."""


class MetricEntry(Message):
    """One metric: a key of the metrics row, and what tables and charts need to know about it."""

    key: str
    label: str
    """Display name."""
    unit: str | None
    """`fraction` (from 0 to 1, often shown in percent), `s` or `1/s`; null for a plain number."""
    direction: Open[Direction]
    """Which values are better."""
    panel: str
    """The chart that it belongs to: metrics of one panel share an axis."""
    split: Open[Split] | None
    """The examples that it is measured on; null if on none."""
    tasks: tuple[Open[Task], ...]
    """The tasks that have it; in the rows of other tasks it is null."""
    objective: bool
    """Whether it can be the objective of a sweep."""


class Catalog(Message):
    """The answer of `GET /v1/catalog`: every family of kinds, the metrics, and the schema of the whole spec."""

    families: dict[str, tuple[CatalogEntry, ...]]
    """Kinds by family: layers, number_embeddings, activations, initializers, normalizations, penalties, optimizers,
    schedules, losses, early_stopping, devices, checkpoints."""
    metrics: tuple[MetricEntry, ...] = ()
    """Every metric of a metrics row, in its order."""
    spec: dict[str, Any]
    """JSON Schema of the experiment spec, shorthands included."""
    examples: dict[str, dict[str, Any]]
    """Specs that can be posted as they are."""
