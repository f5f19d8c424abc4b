"""Roles of columns that replace other settings of the spec: its target and its split."""

from collections.abc import Sequence

from gradus.encoding import Misfit
from gradus.facts import TableFacts
from gradus.roles import columns_with, target_columns
from gradus.spec.column import Role
from gradus.spec.dataset import Dataset


def refuse_other_targets(dataset: Dataset) -> None:
    """Check that no column with the role `target` contradicts `target`, which `dataset` already has.

    Raises:
        Misfit: a column does.
    """
    targets = target_columns(dataset.target)
    for name, setting in (dataset.columns or {}).items():
        if setting.role == "target" and name not in targets:
            message = f"'{name}' has the role target, but `target` is {_list(targets)}: choose one of the two"
            raise Misfit(("columns", name), message)


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
    """The names as a list in a sentence, at most ten."""
    shown = [f"'{name}'" for name in names[:10]]
    return " and ".join(shown) if len(shown) == 2 else ", ".join(shown)
