"""The variants `"columns"`: the base without each of its input columns in turn, to see which columns help."""

from collections.abc import Mapping
from typing import Any

from gradus.errors import InvalidSpec
from gradus.facts import Facts, TableFacts
from gradus.roles import columns_with
from gradus.spec.dataset import Dataset
from gradus.sweep.labels import cut
from gradus.sweep.request import MAX_MEMBERS, MAX_VARIANT_LABEL
from gradus.wire.problem import Mistake


def without_each_column(dataset: Dataset, facts: Facts) -> dict[str, dict[str, Any]]:
    """The variants by label, in the order of the columns in the file. Each ignores one column from which the base
    learns.

    Raises:
        InvalidSpec: the data set has no columns or too many, or leaving out its only input column would leave nothing.
    """
    if not isinstance(facts, TableFacts):
        raise _refused(f"'{dataset.name}' is built in and has no columns to leave out: name the variants")
    names = [column.name for column in columns_with("input", dataset, facts)]
    if len(names) < 2:
        raise _refused(f"'{names[0]}' is the only input column, and without it there is nothing to learn from")
    if len(names) >= MAX_MEMBERS:
        raise _refused(
            f"'{dataset.name}' has {len(names):,} input columns, but with the base a sweep may have at most "
            f"{MAX_MEMBERS:,} experiments: name the variants"
        )
    return {cut(f"without {name}", MAX_VARIANT_LABEL): _without(name) for name in names}


def _without(name: str) -> dict[str, Mapping[str, Any]]:
    return {"dataset": {"columns": {name: "ignore"}}}


def _refused(message: str) -> InvalidSpec:
    return InvalidSpec(f"variants: {message}", errors=[Mistake(path="variants", message=message, input="columns")])
