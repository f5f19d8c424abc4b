"""Which columns of a table are inputs, how each is encoded, and how many inputs of the network that makes.

The number of inputs depends only on the data set's facts and the spec's settings, so that it changes neither with the
split nor with what the training rows happen to contain.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import assert_never

from gradus.dataset_plan import BlockKind, InputBlock
from gradus.facts import ColumnFacts, TableFacts
from gradus.roles import TableWords, columns_with
from gradus.spec.calendar import Calendar, DateEncoding, Elapsed
from gradus.spec.categories import CategoryEncoding, Embedding, Hashed, OneHot, Ordinal
from gradus.spec.column import ColumnSetting, Encoding
from gradus.spec.missing import AnyMissing, Median, Refuse
from gradus.spec.numbers import MinMax, NoScaling, NumberEncoding, Quantile, Robust, SignedLog, Standard

PREPROCESSING_FILE = "preprocessing.json"
"""Name of the file with the fitted encoding of all columns, next to the weights that were trained with it."""

_PLAIN = ColumnSetting()
"""The setting of a column that the spec does not name."""


class Misfit(ValueError):
    """A setting of `dataset` does not fit the table. The message is a sentence that says what to do."""

    def __init__(self, place: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.place = place
        """The path below `dataset`, such as ("columns", "age", "encode")."""


@dataclass(frozen=True)
class InputColumn:
    """A column that the network learns from."""

    facts: ColumnFacts
    encoding: Encoding | None
    """Encoding of the column; None for images and arrays of bytes, whose elements are divided by 255."""
    scaling: NumberEncoding
    """Scaling of the days of a date."""
    missing: AnyMissing
    """How a missing number or boolean is replaced."""

    @property
    def has_flag(self) -> bool:
        """Whether the last input of the column is 1 where its value is missing."""
        if self.facts.missing == 0 or isinstance(self.encoding, CategoryEncoding):
            return False
        return isinstance(self.encoding, DateEncoding) or (not isinstance(self.missing, Refuse) and self.missing.flag)

    @property
    def own_categories(self) -> int:
        """Number of inputs for single categories, of a one-hot encoding or an embedding."""
        assert isinstance(self.encoding, OneHot | Embedding)
        return min(self.encoding.most, self.facts.distinct)

    @property
    def has_other(self) -> bool:
        """Whether rare and unseen categories share an input."""
        assert isinstance(self.encoding, OneHot | Embedding)
        rare = self.encoding.rare if isinstance(self.encoding, OneHot) else "other"
        return rare == "other" and self.facts.distinct > self.encoding.most


def blocks(words: TableWords, facts: TableFacts) -> tuple[InputBlock, ...]:
    """The inputs of the network, in the order of the columns in the file; a column's missing flag follows its other
    inputs.

    Raises:
        Misfit: an encoding does not fit its column's type, or a value is missing in a column that does not allow this.
    """
    found: list[InputBlock] = []
    start = 0
    for column in input_columns(words, facts):
        for kind, width, size in _blocks(column):
            found.append(_block(column.facts.name, kind, start, width, size))
            start += width
    return tuple(found)


@lru_cache(maxsize=1 << 14)
def _block(column: str, kind: BlockKind, start: int, width: int, size: int | None) -> InputBlock:
    """A block. Sweeps that leave out columns have a million blocks, but only a few thousand different ones."""
    return InputBlock(column=column, kind=kind, start=start, width=width, size=size)


def input_columns(words: TableWords, facts: TableFacts) -> tuple[InputColumn, ...]:
    """The columns that the network learns from, in the order of the file, with the encoding of each.

    Raises:
        Misfit: as for `blocks`.
    """
    return tuple(_input(column, words) for column in columns_with("input", words, facts))


def _input(column: ColumnFacts, words: TableWords) -> InputColumn:
    setting = (words.columns or {}).get(column.name, _PLAIN)
    missing = setting.missing or words.missing or Median()
    if isinstance(missing, Refuse) and column.missing:
        place = ("columns", column.name, "missing") if setting.missing else ("missing",)
        raise Misfit(
            place,
            f"'{column.name}' is missing in {column.missing} of the rows: choose `median`, `mean` or `constant`, "
            "or ignore the column",
        )
    encoding = _checked(column, setting.encode) if setting.encode else _default(column, words)
    return InputColumn(column, encoding, words.numbers or MinMax(), missing)


def _default(column: ColumnFacts, words: TableWords) -> Encoding | None:
    match column.type:
        case "integer" | "number":
            return words.numbers or MinMax()
        case "boolean":
            return NoScaling()
        case "text":
            return words.categories or OneHot()
        case "date" | "datetime":
            return words.dates or Calendar()
        case "image":
            return None
        case "array":
            return None if column.storage == "uint8" else words.numbers or MinMax()
        case _:
            assert_never(column.type)


def _checked(column: ColumnFacts, encoding: Encoding) -> Encoding:
    match encoding:
        case Calendar() | Elapsed():
            types, what = {"date", "datetime"}, "dates and times"
        case OneHot() | Ordinal() | Hashed() | Embedding():
            types, what = {"text", "integer", "boolean"}, "texts, integers and booleans"
        case _:
            types, what = {"integer", "number", "boolean", "array"}, "numbers, booleans and arrays"
    if column.type not in types:
        raise Misfit(
            ("columns", column.name, "encode"),
            f"`{encoding.kind}` encodes {what}, but '{column.name}' has the type {column.type}",
        )
    return encoding


def _blocks(column: InputColumn) -> Iterator[tuple[BlockKind, int, int | None]]:
    """Kind, width and vector size of each block of a column."""
    facts, encoding = column.facts, column.encoding
    elements = prod(facts.shape or ())
    match encoding:
        case None:
            yield "pixels" if facts.type == "image" else "array", elements, None
        case OneHot() | Embedding():
            width = column.own_categories + column.has_other + (facts.missing > 0)
            size = encoding.size if isinstance(encoding, Embedding) else None
            yield "category" if size is None else "embedding", width, size
        case Ordinal():
            yield "category", 1, None
        case Hashed():
            yield "category", encoding.buckets, None
        case Calendar():
            yield "date", 7 if facts.type == "datetime" else 5, None
        case Elapsed():
            yield "date", 1, None
        case MinMax() | Standard() | Robust() | Quantile() | SignedLog() | NoScaling():
            yield ("array" if facts.type == "array" else "number"), elements, None
        case _:
            assert_never(encoding)
    if column.has_flag:
        yield "flag", 1, None
