"""The columns of a table that are neither inputs nor ignored: the target, the weight, those that serve the split."""

from collections.abc import Sequence

from gradus.encoding import Misfit
from gradus.facts import TableFacts
from gradus.resolution.target import NUMBERS
from gradus.roles import columns_with, target_columns
from gradus.spec.column import Role
from gradus.spec.dataset import Dataset


def check_roles(dataset: Dataset, facts: TableFacts) -> None:
    """Check the columns that are neither inputs nor of use to the split. `dataset` has its target.

    Raises:
        Misfit: a second column is the target or the weight, or the weight is no number.
    """
    targets = target_columns(dataset.target)
    for name, setting in (dataset.columns or {}).items():
        if setting.role == "target" and name not in targets:
            message = f"'{name}' has the role target, but `target` is {_list(targets)}: choose one of the two"
            raise Misfit(("columns", name), message)
    weights = columns_with("weight", dataset, facts)
    if len(weights) > 1:
        names = _list([column.name for column in weights])
        raise Misfit(("columns", weights[1].name), f"{names} have the role weight: a row has one weight")
    for column in weights:
        if column.type not in NUMBERS:
            message = f"'{column.name}' has the type {column.type}: a weight is a number, at least 0"
            raise Misfit(("columns", column.name), message)


def column_for_split(role: Role, dataset: Dataset, facts: TableFacts) -> str | None:
    """The column with this role, by which the rows are split unless the spec names a split; None if there is none.

    Raises:
        Misfit: several have it.
    """
    names = [column.name for column in columns_with(role, dataset, facts)]
    if len(names) > 1:
        raise Misfit(("split",), f"{_list(names)} have the role {role}: name the one to split by")
    return names[0] if names else None


def _list(names: Sequence[str]) -> str:
    """The names in a sentence, at most ten."""
    shown = [f"'{name}'" for name in names[:10]]
    return " and ".join(shown) if len(shown) == 2 else ", ".join(shown)
