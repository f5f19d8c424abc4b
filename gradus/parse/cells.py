"""How the text of a cell becomes a value, for all kinds of files whose cells are text."""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.spec_model import SpecModel
from gradus.spec.target import ColumnName

CellType = Literal["integer", "number", "boolean", "text", "date", "datetime"]
DateOrder = Literal["iso", "dmy", "mdy"]

MAX_COLUMNS = 20_000
MAX_NAME = 200
MAX_CELL = 1 << 20
"""Maximum size of a cell in bytes, as UTF-8."""

Word = Annotated[str, Field(max_length=100)]


class CellOptions(SpecModel):
    """Options for cells. Null: decided from all cells."""

    decimal: Literal[".", ","] | None = None
    """The decimal mark of numbers."""
    thousands: Literal[",", ".", " ", "'", "\u00a0", "\u202f", ""] | None = None
    """The mark between groups of three digits; the empty string if there is none."""
    missing: tuple[Word, ...] | None = Field(default=None, strict=False, max_length=100)
    """Texts that stand for a missing value. An empty cell is always missing."""
    missing_in: Literal["all", "values"] | None = None
    """Where those texts stand for a missing value: in `all` columns, or only in columns whose other cells are `values`
    (numbers, dates or booleans). Null means `all` if `missing` is given."""
    dates: DateOrder | None = None
    """The order of a date's parts where the year is not first: `dmy` is 31/12/2025, `mdy` 12/31/2025; `iso` accepts
    neither. A date with the year first is always accepted."""
    columns: dict[ColumnName, CellType] | None = Field(default=None, max_length=MAX_COLUMNS)
    """Types of columns, by column name. Every cell must fit the type."""
