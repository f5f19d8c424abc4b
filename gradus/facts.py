"""The facts about a data set that are known without its data. They are needed to resolve a spec that names it."""

from typing import Literal

from gradus.built_in_facts import BuiltInFacts
from gradus.wire.message import Finite, Message

ColumnType = Literal["integer", "number", "boolean", "text", "date", "datetime", "image", "array"]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")

MAX_VALUES = 1000
"""Maximum number of most frequent values in a column's facts."""


class ValueCount(Message):
    """A value and the number of rows that have it."""

    value: str
    """The text; an integer in decimal; `true` or `false`; a date in ISO 8601."""
    count: int


class FirstText(Message):
    """A cell of the file as it was sent."""

    line: int
    """Line number, from 1."""
    text: str
    """At most 80 characters of the cell."""


class ColumnFacts(Message):
    """The facts of one column, over all rows."""

    name: str
    type: ColumnType
    missing: int = 0
    """Number of rows without a value."""
    distinct: int = 0
    """Number of distinct values, the missing one not counted."""
    distinct_exact: bool = True
    """Whether `distinct` is exact; else within 1 %."""
    values: tuple[ValueCount, ...] = ()
    """The most frequent values, at most `MAX_VALUES`, by decreasing count, then by value; all of them if `distinct`
    is no larger. In tables of more than 400 columns, the limit is 400 000 divided by the number of columns, but at
    least 20; a column with more distinct values has only its five most frequent ones. Long texts are limited to about 1
    MB, but at least five values. Empty for numbers, images and arrays."""
    minimum: Finite | None = None
    """Least number; null for other types."""
    maximum: Finite | None = None
    shape: tuple[int, ...] | None = None
    """Shape of one image (height, width, channels) or array; null for other types."""
    storage: Literal["uint8", "float32", "float64", "int64"] | None = None
    """How one element of an image or array is stored; null for other types."""
    first_text: FirstText | None = None
    """For a text column: the first cell that is not a number. Null where the file has no lines."""
    role: str | None = None
    """The role that the column has unless a spec gives it another; null for input."""


class FileFacts(Message):
    """One of the files that a version was read from."""

    name: str
    rows: int
    split: Part | None = None
    """The part that its rows belong to; null if the upload did not say."""


class TableFacts(Message):
    """The facts of one version of an uploaded data set."""

    name: str
    version: int
    digest: str
    """`sha256:` and the digest of the parsed content."""
    rows: int
    columns: tuple[ColumnFacts, ...]
    files: tuple[FileFacts, ...] = ()
    target: str | tuple[str, ...] | None = None
    """The default target, for specs without a `target`."""

    def column(self, name: str) -> ColumnFacts:
        """The column with this name.

        Raises:
            KeyError: no column has this name.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


Facts = BuiltInFacts | TableFacts
"""The facts of a built-in data set, or of a version of an uploaded one."""
