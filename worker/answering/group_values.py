"""The values of a column by which examples are grouped."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Integers
from gradus.errors import BadRequest
from gradus.facts import ColumnType
from gradus.nearest import nearest
from hub.questions.question import TrainedNetwork
from worker.answering.protocol import Ask
from worker.answering.truth import opened_table

MOST_NUMBERS = 20
"""A column with more distinct numbers, dates or times than this is divided into ranges."""
CUTS = 5


def group_values(ask: Ask, network: TrainedNetwork, name: str, rows: Integers) -> list[str | None]:
    """The column's value of each row as text, or the range that it lies in; None where it is missing.

    Raises:
        BadRequest: the data set has no such column, or its values cannot be compared.
        DataError: the data set was deleted or is damaged.
    """
    if network.spec.dataset.digest is None:
        raise BadRequest(f"by: the built-in data set {network.spec.dataset.name} has no columns to group by")
    from preprocessing.texts import as_text  # noqa: PLC0415 (needed with uploaded data only)

    with opened_table(ask, network) as table:
        type_ = _checked(name, {one.name: one.type for one in table.read.columns})
        whole = table.column(name)
        column = whole.at(rows)
        text = as_text(column, type_)
    values: list[str | None] = [text.categories[code] if code >= 0 else None for code in text.values]
    if type_ in {"text", "boolean"} or len(text.categories) <= MOST_NUMBERS:
        return values
    return _ranges(column.values, column.missing, values)


def _checked(name: str, types: Mapping[str, ColumnType]) -> ColumnType:
    if name not in types:
        near = nearest(name, list(types))
        message = f"by: no column '{name}'" + (f": did you mean '{near}'?" if near else "")
        raise BadRequest(message, code="unknown_column")
    if types[name] in {"image", "array"}:
        raise BadRequest(f"by: '{name}' has the type {types[name]}, whose values cannot be grouped")
    return types[name]


def _ranges(numbers: NDArray[np.generic], missing: NDArray[np.bool_], texts: list[str | None]) -> list[str | None]:
    """Ranges that hold about equally many of the numbers, named by their smallest and largest value."""
    known = np.flatnonzero(~missing)
    order = known[np.argsort(numbers[known], kind="stable")]
    cuts = np.searchsorted(numbers[order], [numbers[part[0]] for part in np.array_split(order, CUTS)])
    found: list[str | None] = [None] * len(texts)
    for places in np.split(order, np.unique(cuts)[1:]):
        for place in places:
            found[place] = f"{texts[places[0]]} … {texts[places[-1]]}"
    return found
