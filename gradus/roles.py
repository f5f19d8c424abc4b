"""What each column of a table is for: an input, the target, a weight, or of use to the split."""

from collections.abc import Mapping
from typing import Protocol

from gradus.facts import ColumnFacts, TableFacts
from gradus.spec.calendar import DateEncoding
from gradus.spec.categories import CategoryEncoding
from gradus.spec.column import ROLES, ColumnSetting, Role
from gradus.spec.missing import AnyMissing
from gradus.spec.numbers import NumberEncoding
from gradus.spec.split import AnySplit, AutoSplit, ColumnSplit, GroupedSplit, TimeSplit
from gradus.spec.target import Tags, Target

ID_SHARE = 0.9
"""A text column with a larger share of distinct values is an identifier or free text, and ignored by default."""
ID_ROWS = 100
"""Minimum number of values for this rule."""


class TableWords(Protocol):
    """The fields of a spec's `dataset` that determine the inputs; null stands for the default."""

    @property
    def target(self) -> Target | None:
        """What the network learns to predict."""

    @property
    def columns(self) -> Mapping[str, ColumnSetting] | None:
        """Roles and encodings of single columns, by name."""

    @property
    def numbers(self) -> NumberEncoding | None:
        """Encoding of numbers."""

    @property
    def categories(self) -> CategoryEncoding | None:
        """Encoding of texts."""

    @property
    def dates(self) -> DateEncoding | None:
        """Encoding of dates and times."""

    @property
    def missing(self) -> AnyMissing | None:
        """How a missing number is replaced."""

    @property
    def split(self) -> AutoSplit | AnySplit | None:
        """How the rows are split."""


def role_of(column: ColumnFacts, words: TableWords, facts: TableFacts) -> Role:
    """The role of the column. The first that applies: `target` for a target column, its role in `columns`, its role in
    the split, the role stored with the data set, `ignore` for a text that looks like an identifier, `input`."""
    if column.name in target_columns(words.target if words.target is not None else facts.target):
        return "target"
    setting = (words.columns or {}).get(column.name)
    if setting is not None:
        return setting.role
    stored = next((role for role in ROLES if role == column.role), None)
    return _split_role(column.name, words.split) or stored or _default_role(column, facts.rows)


def default_settings(words: TableWords, facts: TableFacts) -> dict[str, ColumnSetting]:
    """The settings that the resolved spec adds to `columns`: for columns that are not inputs, are not the target, and
    are not named there."""
    roles = {column.name: role_of(column, words, facts) for column in facts.columns}
    return {
        name: ColumnSetting(role=role)
        for name, role in roles.items()
        if role not in {"input", "target"} and name not in (words.columns or {})
    }


def columns_with(role: Role, words: TableWords, facts: TableFacts) -> tuple[ColumnFacts, ...]:
    """The columns with this role, in the order of the file."""
    return tuple(column for column in facts.columns if role_of(column, words, facts) == role)


def target_columns(target: Target | None) -> tuple[str, ...]:
    """The names of the columns that the target is made of."""
    match target:
        case None:
            return ()
        case str():
            return (target,)
        case Tags():
            return (target.column,)
        case _:
            return target


def looks_like_id(column: ColumnFacts, rows: int) -> bool:
    """Whether a text column has so many distinct values that it is an identifier or free text."""
    values = rows - column.missing
    return column.type == "text" and values >= ID_ROWS and column.distinct > ID_SHARE * values


def _default_role(column: ColumnFacts, rows: int) -> Role:
    return "ignore" if looks_like_id(column, rows) else "input"


def _split_role(name: str, split: AutoSplit | AnySplit | None) -> Role | None:
    """The role of the column that the split uses."""
    match split:
        case GroupedSplit(column=column) if column == name:
            return "group"
        case TimeSplit(column=column) if column == name:
            return "time"
        case ColumnSplit(column=column) if column == name:
            return "split"
        case _:
            return None
