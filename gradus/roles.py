"""What each column of a table is for: an input, the target, a weight, or of use to the split."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
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
    named = words.columns or {}
    return {
        column.name: ColumnSetting(role=role)
        for column, role in _roles(given, facts)
        if role not in {"input", "target"} and column.name not in named
    }


def columns_with(role: Role, words: TableWords, facts: TableFacts) -> tuple[ColumnFacts, ...]:
    """The columns with this role, in the order of the file."""
    given = _given(words, facts)
    return tuple(column for column, its in _roles(given, facts) if its == role)


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


def _roles(given: Mapping[str, Role], facts: TableFacts) -> Iterator[tuple[ColumnFacts, Role]]:
    """Each column with its role: the one that the words give, else its role without them."""
    for column, role in zip(facts.columns, _without_words(_Same(facts)), strict=True):
        yield column, given.get(column.name, role)


class _Same:
    """Facts as a dictionary key that equals only itself: comparing facts would cost more than what is looked up."""

    def __init__(self, facts: TableFacts) -> None:
        self.facts = facts

    def __hash__(self) -> int:
        return id(self.facts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.facts is self.facts


@lru_cache(maxsize=2)  # facts of many columns with their values may be large
def _without_words(same: _Same) -> tuple[Role, ...]:
    """The roles of columns that no words name. The first that applies: the role stored with the data set, `ignore` for
    a text that looks like an identifier, `input`. A sweep asks several times for each of its thousand experiments."""
    facts = same.facts
    return tuple(_STORED.get(column.role or "") or _default_role(column, facts.rows) for column in facts.columns)


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
