"""Builds the question that is asked of a stored table, after an upload or for an experiment."""

from typing import cast

import numpy as np

from gradus.facts import ColumnFacts, TableFacts
from gradus.resolution.target import MAX_INTEGER_CLASSES
from gradus.roles import TableWords, columns_with, looks_like_id, target_columns
from gradus.spec.loss import Task
from gradus.spec.numbers import NumberEncoding
from preprocessing.findings.question import Question
from preprocessing.parts import Rows


def uploaded_question(facts: TableFacts) -> Question:
    """The question after an upload, before there is an experiment: the stored target, and the columns that are used by
    default."""
    names = {column.name for column in facts.columns}
    target = facts.target if isinstance(facts.target, str) and facts.target in names else None
    ignored = {column.name for column in facts.columns if column.role == "ignore" or looks_like_id(column, facts.rows)}
    return Question(
        target=target,
        task=None if target is None else default_task(facts.column(target)),
        ignored=frozenset(ignored),
    )


def experiment_question(words: TableWords, task: Task, facts: TableFacts, rows: Rows) -> Question:
    """The question of an experiment. `words` is the data set of its resolved spec, `rows` the rows of its parts."""
    targets = target_columns(words.target)
    parts = np.full(facts.rows, -1, dtype=np.int8)
    for part, chosen in enumerate((rows.train, rows.validation, rows.test)):
        parts[chosen] = part
    return Question(
        target=targets[0] if len(targets) == 1 and isinstance(words.target, str) else None,
        task=task,
        ignored=frozenset(column.name for column in columns_with("ignore", words, facts)),
        group=_one(columns_with("group", words, facts)),
        time=_one(columns_with("time", words, facts)),
        split=None if words.split is None else words.split.kind,
        split_column=_one(columns_with("split", words, facts)),
        numbers=_encodings(words, facts),
        parts=parts,
    )


def default_task(column: ColumnFacts) -> Task | None:
    """The default task for a target column: classification for texts, booleans and integers with few values."""
    match column.type:
        case "text" | "boolean":
            return "classification"
        case "integer":
            return "classification" if column.distinct <= MAX_INTEGER_CLASSES else "regression"
        case "number":
            return "regression"
        case _:
            return None


def _one(columns: tuple[ColumnFacts, ...]) -> str | None:
    return columns[0].name if columns else None


def _encodings(words: TableWords, facts: TableFacts) -> dict[str, str]:
    settings = words.columns or {}
    usual = words.numbers.kind if words.numbers is not None else "min_max"
    found: dict[str, str] = {}
    for column in facts.columns:
        own = settings[column.name].encode if column.name in settings else None
        found[column.name] = usual if own is None else cast(NumberEncoding, own).kind
    return found
