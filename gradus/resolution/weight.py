"""The column with the weights of the rows."""

from collections.abc import Sequence

from gradus.encoding import Misfit
from gradus.facts import ColumnFacts, TableFacts
from gradus.roles import columns_with
from gradus.spec.dataset import Dataset


def refuse_unfit_weights(dataset: Dataset, facts: TableFacts) -> None:
    """Refuse a weight that is not a number ≥ 0 in every row.

    Raises:
        Misfit: it is not, or several columns have the role `weight`.
    """
    columns = columns_with("weight", dataset, facts)
    _refuse_several(columns)
    for column in columns:
        place = ("columns", column.name)
        if column.type not in {"integer", "number", "boolean"}:
            raise Misfit(place, f"the weight '{column.name}' has the type {column.type}: it must be a number")
        if column.missing:
            raise Misfit(place, f"the weight '{column.name}' is missing in {column.missing:,} rows: fill them in")
        if column.minimum is not None and column.minimum < 0:
            raise Misfit(place, f"the weight '{column.name}' is {column.minimum:g} in some row: it must be at least 0")
        if column.maximum is not None and column.maximum <= 0:
            raise Misfit(place, f"the weight '{column.name}' is 0 in every row: at least one must be more than 0")


def _refuse_several(columns: Sequence[ColumnFacts]) -> None:
    if len(columns) > 1:
        names = ", ".join(f"'{column.name}'" for column in columns)
        raise Misfit(("columns", columns[-1].name), f"only one column can be the weight, but {names} are")
