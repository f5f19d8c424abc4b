"""Statistics of a data set's columns, over all of its rows."""

from pydantic import Field

from gradus.facts import ColumnType, ValueCount
from gradus.wire.message import Finite, Message
from gradus.wire.tolerant import Open

BINS = 20
QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
FREQUENT = 50
"""Maximum number of most frequent texts in the statistics of a column."""
MAX_CLASSES = 50
"""Maximum number of classes, the most frequent ones, whose rows have separate statistics."""
MAX_BY_CLASS = 20_000
"""Maximum of columns times classes with separate statistics: wide tables have them for fewer classes."""


class Histogram(Message):
    """Counts of values in bins of equal width; a bin includes its lower edge, the last one both."""

    edges: tuple[Finite | str, ...]
    """Edges of the bins: one more than there are bins; for dates and times in ISO 8601."""
    counts: tuple[int, ...]


class Lengths(Message):
    """Lengths of texts, in characters."""

    min: int
    mean: Finite
    max: int


class ColumnStatistics(Message):
    """The statistics of one column. Those that its type does not have are null."""

    rows: int
    missing: int
    distinct: int | None = None
    """Number of distinct values, the missing one not counted; null within a class."""
    distinct_exact: bool = True
    """Whether `distinct` is exact; else within 1 %."""
    min: Finite | None = None
    max: Finite | None = None
    mean: Finite | None = None
    deviation: Finite | None = None
    """Standard deviation, with 1/n."""
    quantiles: dict[str, Finite] | None = None
    """Quantiles by level, interpolated linearly between order statistics."""
    zeros: Finite | None = None
    """Share of the values that are 0."""
    histogram: Histogram | None = None
    """Histogram of numbers, dates and times; within a class, with the same edges as for all rows."""
    frequent: tuple[ValueCount, ...] | None = None
    """The most frequent texts or truth values, by decreasing count."""
    lengths: Lengths | None = None
    first: str | None = None
    """Earliest date or time, in ISO 8601."""
    last: str | None = None
    shape: tuple[int, ...] | None = None
    """Shape of one image (height, width, channels) or array."""
    mean_image: str | None = None
    """The mean of all images as a PNG, in base64."""


class NamedStatistics(ColumnStatistics):
    """The statistics of a column with its name."""

    name: str
    type: Open[ColumnType]
    by_class: dict[str, ColumnStatistics] = Field(default={})
    """The statistics of the rows of each class of the target, for at most the 50 most frequent classes, and at most 20
    000 pairs of a column and a class. Empty without a target that has classes."""


class Statistics(Message):
    """The statistics of all columns."""

    rows: int
    target: str | None = None
    """The column whose values are the classes of `by_class`."""
    columns: tuple[NamedStatistics, ...]

    def column(self, name: str) -> NamedStatistics:
        """The statistics of the column with this name.

        Raises:
            KeyError: no column has this name.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
