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


_STORED: Mapping[str, Role] = {role: role for role in ROLES}
"""The roles that this version knows: a newer one may have stored others."""


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


def default_settings(words: TableWords, facts: TableFacts) -> dict[str, ColumnSetting]:
    """The settings that the resolved spec adds to `columns`: for columns that are not inputs, are not the target, and
    are not named there."""
    given = _given(words, facts)
    roles = {column.name: _role(column, given, facts.rows) for column in facts.columns}
    return {
        name: ColumnSetting(role=role)
        for name, role in roles.items()
        if role not in {"input", "target"} and name not in (words.columns or {})
    }


def columns_with(role: Role, words: TableWords, facts: TableFacts) -> tuple[ColumnFacts, ...]:
    """The columns with this role, in the order of the file."""
    given = _given(words, facts)
    return tuple(column for column in facts.columns if _role(column, given, facts.rows) == role)


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


def _given(words: TableWords, facts: TableFacts) -> Mapping[str, Role]:
    """The roles that the words give to columns, by name. The first that applies: `target` for a target column, its role
    in `columns`, its role in the split."""
    roles = _of_split(words.split)
    roles.update((name, setting.role) for name, setting in (words.columns or {}).items())
    roles.update(dict.fromkeys(target_columns(words.target if words.target is not None else facts.target), "target"))
    return roles


def _role(column: ColumnFacts, given: Mapping[str, Role], rows: int) -> Role:
    """The first that applies: the role that the words give, the role stored with the data set, `ignore` for a text that
    looks like an identifier, `input`."""
    stored = None if column.role is None else _STORED.get(column.role)
    return given.get(column.name) or stored or _default_role(column, rows)


def _default_role(column: ColumnFacts, rows: int) -> Role:
    return "ignore" if looks_like_id(column, rows) else "input"


def _of_split(split: AutoSplit | AnySplit | None) -> dict[str, Role]:
    """The role of the column that the split uses, by its name."""
    match split:
        case GroupedSplit(column=column):
            return {column: "group"}
        case TimeSplit(column=column):
            return {column: "time"}
        case ColumnSplit(column=column):
            return {column: "split"}
        case _:
            return {}
