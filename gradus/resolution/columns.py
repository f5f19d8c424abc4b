"""The names of columns in a spec, and the inputs that the columns make."""

from collections.abc import Iterator, Sequence

from gradus.dataset_plan import InputBlock
from gradus.encoding import Misfit, blocks
from gradus.facts import TableFacts
from gradus.nearest import nearest
from gradus.resolution.target import NUMBERS
from gradus.roles import columns_with, target_columns
from gradus.spec.column import Role
from gradus.spec.dataset import Dataset
from gradus.spec.split import ColumnSplit, GroupedSplit, HashSplit, TimeSplit
from gradus.wire.problem import Mistake


def unknown_columns(dataset: Dataset, facts: TableFacts) -> tuple[Mistake, ...]:
    """The names that no column has, each with the nearest one."""
    known = [column.name for column in facts.columns]
    return tuple(
        Mistake(path=f"dataset/{place}", message=unknown_column(name, known), input=name)
        for place, name in _named(dataset)
        if name not in known
    )


def unknown_column(name: str, known: list[str]) -> str:
    """What to say of a name that no column has."""
    close = nearest(name, known)
    if close is not None:
        return f"no column '{name}': did you mean '{close}'?"
    listed = ", ".join(f"'{one}'" for one in known[:10]) + ("" if len(known) <= 10 else f" and {len(known) - 10} more")
    return f"no column '{name}': the columns are {listed}"


def _named(dataset: Dataset) -> Iterator[tuple[str, str]]:
    names = target_columns(dataset.target)
    for i, name in enumerate(names):
        yield f"target/{i}" if isinstance(dataset.target, tuple) else "target", name
    for name in dataset.columns or ():
        yield f"columns/{name}", name
    match dataset.split:
        case GroupedSplit(column=column) | TimeSplit(column=column) | ColumnSplit(column=column):
            yield "split/column", column
        case HashSplit(columns=columns):
            yield from ((f"split/columns/{i}", name) for i, name in enumerate(columns))
        case _:
            pass


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


def inputs(dataset: Dataset, facts: TableFacts) -> tuple[InputBlock, ...]:
    """The inputs of the network.

    Raises:
        Misfit: an encoding does not fit its column, or no column is left that tells anything.
    """
    columns = columns_with("input", dataset, facts)
    if not columns:
        raise Misfit(("columns",), "no column is left to learn from: give one the role input")
    if all(column.distinct <= 1 and not column.missing and column.shape is None for column in columns):
        names = ", ".join(f"'{column.name}'" for column in columns[:10])
        raise Misfit(("columns",), f"every input column is constant: {names}: there is nothing to learn from")
    return blocks(dataset, facts)
