"""Which columns are inputs, and how many inputs each makes."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from pydantic import TypeAdapter

from gradus.encoding import Misfit, blocks
from gradus.facts import ColumnFacts, TableFacts
from gradus.roles import columns_with, default_settings
from gradus.spec.calendar import DateEncoding
from gradus.spec.categories import CategoryEncoding, Embedding, Hashed, OneHot, Ordinal
from gradus.spec.column import ROLES, Column, ColumnSetting
from gradus.spec.missing import AnyMissing, Median, Refuse
from gradus.spec.numbers import NumberEncoding, Robust
from gradus.spec.split import AnySplit, GroupedSplit, TimeSplit
from gradus.spec.target import Tags, Target


@dataclass(frozen=True)
class Words:
    target: Target | None = "y"
    columns: Mapping[str, ColumnSetting] | None = None
    numbers: NumberEncoding | None = None
    categories: CategoryEncoding | None = None
    dates: DateEncoding | None = None
    missing: AnyMissing | None = None
    split: AnySplit | None = None


SETTINGS: TypeAdapter[dict[str, ColumnSetting]] = TypeAdapter(dict[str, Column])


def facts(*columns: ColumnFacts, rows: int = 1000) -> TableFacts:
    target = ColumnFacts(name="y", type="integer", distinct=2)
    return TableFacts(name="t", version=1, digest="sha256:0", rows=rows, columns=(*columns, target))


def text(name: str = "city", distinct: int = 7, missing: int = 0) -> ColumnFacts:
    return ColumnFacts(name=name, type="text", distinct=distinct, missing=missing)


def roles(column: ColumnFacts, words: Words, table: TableFacts) -> list[str]:
    return [role for role in ROLES if column in columns_with(role, words, table)]


def shape(words: Words, table: TableFacts) -> list[tuple[str, str, int, int]]:
    return [(one.column, one.kind, one.start, one.width) for one in blocks(words, table)]


def test_columns_come_in_the_order_of_the_file_each_with_its_flag_last() -> None:
    table = facts(
        ColumnFacts(name="age", type="number", missing=3),
        text(missing=1),
        ColumnFacts(name="yes", type="boolean", distinct=2),
        ColumnFacts(name="day", type="date", missing=2),
        ColumnFacts(name="at", type="datetime"),
        ColumnFacts(name="photo", type="image", shape=(4, 5, 3), storage="uint8"),
        ColumnFacts(name="signal", type="array", shape=(6,), storage="float64"),
    )
    assert shape(Words(missing=Median(flag=True)), table) == [
        ("age", "number", 0, 1),
        ("age", "flag", 1, 1),
        ("city", "category", 2, 8),
        ("yes", "number", 10, 1),
        ("day", "date", 11, 5),
        ("day", "flag", 16, 1),
        ("at", "date", 17, 7),
        ("photo", "pixels", 24, 60),
        ("signal", "array", 84, 6),
    ]


@pytest.mark.parametrize(
    ("encoding", "distinct", "missing", "width"),
    [
        (OneHot(), 7, 0, 7),
        (OneHot(), 7, 2, 8),
        (OneHot(), 50, 0, 50),
        (OneHot(), 51, 0, 51),
        (OneHot(most=3), 51, 1, 5),
        (OneHot(most=3, rare="zeros"), 51, 1, 4),
        (Embedding(most=10), 51, 1, 12),
        (Ordinal(), 51, 1, 1),
        (Hashed(buckets=16), 51, 1, 16),
    ],
)
def test_a_category_has_inputs_of_its_own(encoding: CategoryEncoding, distinct: int, missing: int, width: int) -> None:
    (block,) = blocks(Words(categories=encoding), facts(text(distinct=distinct, missing=missing)))
    assert block.width == width
    assert block.size == (8 if isinstance(encoding, Embedding) else None)


def test_a_median_without_flag_adds_no_input() -> None:
    assert shape(Words(), facts(ColumnFacts(name="age", type="number", missing=3))) == [("age", "number", 0, 1)]


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (Words(), "input"),
        (Words(target="city"), "target"),
        (Words(target=("city", "y")), "target"),
        (Words(target=Tags(column="city")), "target"),
        (Words(columns=SETTINGS.validate_python({"city": "ignore"})), "ignore"),
        (Words(split=GroupedSplit(column="city")), "group"),
        (Words(split=TimeSplit(column="city")), "time"),
        (Words(split=GroupedSplit(column="other")), "input"),
        (Words(split=GroupedSplit(column="city"), columns={"city": ColumnSetting()}), "input"),
    ],
)
def test_a_column_serves_what_the_words_need_it_for(words: Words, role: str) -> None:
    assert roles(text(), words, facts(text())) == [role]


@pytest.mark.parametrize(
    ("column", "rows", "role"),
    [
        (text(distinct=901), 1000, "ignore"),
        (text(distinct=900), 1000, "input"),
        (text(distinct=99), 99, "input"),
        (text(distinct=100, missing=895), 1000, "ignore"),
        (ColumnFacts(name="city", type="integer", distinct=1000), 1000, "input"),
        (ColumnFacts(name="city", type="integer", distinct=1000, role="ignore"), 1000, "ignore"),
    ],
)
def test_a_text_that_looks_like_an_identifier_is_ignored(column: ColumnFacts, rows: int, role: str) -> None:
    table = facts(column, rows=rows)
    assert roles(column, Words(), table) == [role]
    assert default_settings(Words(), table) == ({} if role == "input" else {"city": ColumnSetting(role="ignore")})


def test_written_out_settings_give_the_same_inputs() -> None:
    table = facts(text("id", 1000), text(), text("ward", 5))
    words = Words(split=GroupedSplit(column="ward"))
    written = Words(split=words.split, columns=default_settings(words, table))
    assert blocks(written, table) == blocks(words, table)
    assert default_settings(written, table) == {}


@pytest.mark.parametrize(
    ("column", "words", "place", "says"),
    [
        (text(), {"columns": {"city": {"encode": "robust"}}}, ("columns", "city", "encode"), "has the type text"),
        (
            ColumnFacts(name="day", type="date"),
            {"columns": {"day": {"encode": "one_hot"}}},
            ("columns", "day", "encode"),
            "`one_hot` encodes texts, integers and booleans, but 'day' has the type date",
        ),
        (
            ColumnFacts(name="age", type="number", missing=3),
            {"columns": {"age": {"missing": "refuse"}}},
            ("columns", "age", "missing"),
            "'age' is missing in 3 of the rows",
        ),
    ],
)
def test_a_word_that_does_not_fit_its_column_is_refused(
    column: ColumnFacts, words: dict[str, object], place: tuple[str, ...], says: str
) -> None:
    with pytest.raises(Misfit, match=says) as refusal:
        blocks(Words(columns=SETTINGS.validate_python(words["columns"])), facts(column))
    assert refusal.value.place == place


def test_refuse_for_all_columns_names_the_first_that_misses_values() -> None:
    with pytest.raises(Misfit) as refusal:
        blocks(Words(missing=Refuse()), facts(text(missing=2)))
    assert refusal.value.place == ("missing",)


def test_an_integer_may_be_a_category_and_a_column_may_have_its_own_scaling() -> None:
    columns = SETTINGS.validate_python({"n": {"encode": {"kind": "one_hot", "most": 5}}, "x": {"encode": "robust"}})
    table = facts(ColumnFacts(name="n", type="integer", distinct=9), ColumnFacts(name="x", type="number"))
    assert shape(Words(columns=columns), table) == [("n", "category", 0, 6), ("x", "number", 6, 1)]
    assert columns["x"].encode == Robust()
