"""The target of a table: its columns, the task, and the names of classes or labels."""

from dataclasses import dataclass

from gradus.encoding import Misfit
from gradus.facts import ColumnFacts, TableFacts
from gradus.resolution.columns import unknown_column
from gradus.resolution.stored_rows import StoredRows
from gradus.roles import target_columns
from gradus.spec.dataset import Dataset
from gradus.spec.loss import Task
from gradus.spec.target import Tags, Target

MAX_INTEGER_CLASSES = 20
"""An integer column with more distinct values is a number by default."""
MAX_CLASSES = 1000
NUMBERS = ("integer", "number", "boolean")


@dataclass(frozen=True)
class TargetPlan:
    """What the network learns to predict."""

    target: Target
    task: Task
    classes: tuple[str, ...]
    """Names of the classes or labels; empty for regression."""


def target_of(dataset: Dataset, facts: TableFacts) -> Target:
    """The target that the spec or the data set names. All its columns exist.

    Raises:
        Misfit: neither names one, or the data set names a column that this version does not have.
    """
    by_role = tuple(name for name, setting in (dataset.columns or {}).items() if setting.role == "target")
    target = dataset.target or (by_role[0] if len(by_role) == 1 else by_role) or facts.target
    if not target:
        names = ", ".join(f"'{column.name}'" for column in facts.columns[:10])
        raise Misfit(("target",), f"'{facts.name}' has no target: name the column to predict, such as {names}")
    if len(set(target_columns(target))) < len(target_columns(target)):
        raise Misfit(("target",), "names a column twice")
    known = [column.name for column in facts.columns]
    for name in set(target_columns(target)) - set(known):  # only the data set's target: a spec's was checked before
        raise Misfit(("target",), f"the data set's target does not exist: {unknown_column(name, known)}")
    return target


def target_plan(dataset: Dataset, target: Target, facts: TableFacts, rows: StoredRows | None) -> TargetPlan:
    """The task and the classes of a target.

    Raises:
        Misfit: the columns' types or values do not fit the task.
    """
    columns = [facts.column(name) for name in target_columns(target)]
    for column in columns:
        if column.type in {"date", "datetime", "image", "array"}:
            raise Misfit(("target",), f"'{column.name}' has the type {column.type}, which cannot be predicted")
        if column.missing == facts.rows:
            raise Misfit(("target",), f"'{column.name}' has no value in any row")
    if isinstance(target, Tags):
        return _labelled(dataset, target, facts, rows)
    return (
        _several(dataset, target, columns)
        if isinstance(target, tuple)
        else _single(dataset, target, columns[0], facts.rows)
    )


def _labelled(dataset: Dataset, target: Tags, facts: TableFacts, rows: StoredRows | None) -> TargetPlan:
    _refuse_task(dataset, "multi_label", "a column of tags")
    column = facts.column(target.column)
    if column.type != "text":
        raise Misfit(("target", "column"), f"'{column.name}' has the type {column.type}: only a text can hold tags")
    if column.distinct <= len(column.values):
        parts = (part.strip() for cell in column.values for part in cell.value.split(target.separator))
        labels = tuple(sorted({part for part in parts if part}))
    else:
        assert rows is not None, "the facts do not contain all cells"
        labels = rows.labels(facts, target)
    _refuse_number_of_classes(labels, column)
    return TargetPlan(target, "multi_label", labels)


def _several(dataset: Dataset, target: tuple[str, ...], columns: list[ColumnFacts]) -> TargetPlan:
    booleans = all(column.type == "boolean" for column in columns)
    task = dataset.task or ("multi_label" if booleans else "regression")
    if task == "multi_label" and booleans:
        return TargetPlan(target, task, target)
    if task == "regression":
        for column in columns:
            _refuse_text(column)
        return TargetPlan(target, task, ())
    raise Misfit(
        ("task",),
        "several targets must all be numbers (regression) or all be booleans (multi_label); else choose one target",
    )


def _single(dataset: Dataset, target: str, column: ColumnFacts, rows: int) -> TargetPlan:
    task = dataset.task or _task(column)
    if task == "multi_label":
        raise Misfit(("task",), 'multi_label needs several booleans, or {"column", "separator"} for tags in one cell')
    if task == "regression":
        _refuse_text(column)
        return TargetPlan(target, task, ())
    if column.type == "number":
        raise Misfit(("task",), f"'{column.name}' has numbers with fractions: choose regression")
    if column.distinct > MAX_CLASSES or column.distinct > len(column.values):
        message = f"'{column.name}' has {column.distinct:,} values in {rows:,} rows: an id, or a regression?"
        raise Misfit(("target",), message)
    names = tuple(one.value for one in column.values)
    _refuse_number_of_classes(names, column)
    return TargetPlan(target, task, tuple(sorted(names, key=int)) if column.type == "integer" else tuple(sorted(names)))


def _task(column: ColumnFacts) -> Task:
    if column.type in {"text", "boolean"}:
        return "classification"
    few = column.type == "integer" and column.distinct <= MAX_INTEGER_CLASSES
    return "classification" if few else "regression"


def _refuse_task(dataset: Dataset, task: Task, what: str) -> None:
    if dataset.task not in {None, task}:
        raise Misfit(("task",), f"{what} is {task}, not {dataset.task}")


def _refuse_text(column: ColumnFacts) -> None:
    if column.type not in NUMBERS:
        message = f"'{column.name}' has text{_example(column)}: regression needs numbers; choose classification"
        raise Misfit(("task",), message)


def _example(column: ColumnFacts) -> str:
    if column.first_text is not None:
        return f", first '{column.first_text.text}' in line {column.first_text.line}"
    return f", such as '{column.values[0].value[:80]}'" if column.values else ""


def _refuse_number_of_classes(names: tuple[str, ...], column: ColumnFacts) -> None:
    if len(names) > MAX_CLASSES:
        raise Misfit(("target",), f"'{column.name}' has {len(names):,} labels, but the limit is {MAX_CLASSES:,}")
    if len(names) < 2:
        only = f"only '{names[0]}'" if names else "no value"
        raise Misfit(("target",), f"'{column.name}' has {only}: there is nothing to tell apart")
