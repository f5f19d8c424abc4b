"""All faults that can be planted."""

from collections.abc import Callable

from numpy.random import Generator

from benchmarks.planted import columns, rows
from benchmarks.planted.bases import Base, Case

Plant = Callable[[Base, Generator, int], Case | None]
"""Plants a fault with the variant's strength; None if the base cannot have it."""

PLANTS: tuple[Plant, ...] = (
    columns.leak,
    columns.missing_by_class,
    rows.sorted_file,
    rows.copies_across_parts,
    rows.copies,
    rows.contradictions,
    rows.groups,
    columns.spelling,
    columns.misprint,
    columns.ids,
    columns.constant,
    columns.time_travel,
    columns.units,
    columns.mojibake,
    columns.unseen,
    columns.tails,
    columns.skewed,
    rows.imbalance,
    rows.rare,
    columns.file_names,
)
VARIANTS = 4
