"""The names of columns in a spec, and the inputs that the columns make."""

from collections.abc import Iterator

from gradus.dataset_plan import InputBlock
from gradus.encoding import Misfit, blocks
from gradus.facts import TableFacts
from gradus.nearest import nearest
from gradus.pointer import escaped
from gradus.roles import columns_with, target_columns
from gradus.spec.dataset import Dataset
from gradus.spec.split import ColumnSplit, GroupedSplit, HashSplit, TimeSplit
from gradus.wire.problem import Mistake


def unknown_columns(dataset: Dataset, facts: TableFacts) -> tuple[Mistake, ...]:
    """The mistakes for names that no column has, each with the most similar name."""
    known = dict.fromkeys(column.name for column in facts.columns)
    return tuple(
        Mistake(path=f"dataset/{place}", message=unknown_column(name, list(known)), input=name)
        for place, name in _named(dataset)
        if name not in known
    )


def unknown_column(name: str, known: list[str]) -> str:
    """The message for a name that no column has."""
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
        yield f"columns/{escaped(name)}", name
    match dataset.split:
        case GroupedSplit(column=column) | TimeSplit(column=column) | ColumnSplit(column=column):
            yield "split/column", column
        case HashSplit(columns=columns):
            yield from ((f"split/columns/{i}", name) for i, name in enumerate(columns))
        case _:
            pass


def inputs(dataset: Dataset, facts: TableFacts) -> tuple[InputBlock, ...]:
    """The inputs of the network.

    Raises:
        Misfit: an encoding does not fit its column, or no informative column is left.
    """
    columns = columns_with("input", dataset, facts)
    if not columns:
        raise Misfit(("columns",), "no column is left to learn from: give one the role input")
    if all(column.distinct <= 1 and not column.missing and column.shape is None for column in columns):
        names = ", ".join(f"'{column.name}'" for column in columns[:10])
        raise Misfit(("columns",), f"every input column is constant: {names}: there is nothing to learn from")
    return blocks(dataset, facts)
