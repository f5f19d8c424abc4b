"""How files of delimited text are read."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gradus.parse.cells import CellOptions

Delimiter = Annotated[str, Field(max_length=8, pattern=r"^[^\r\n\x00]*$")]
Mark = Annotated[str, Field(max_length=1, pattern=r"^[^\r\n\x00]?$")]


def _drop(value: Any) -> Any:
    return "leave_out" if value == "drop" else value


def _no_mark(value: Any) -> Any:
    """Null in a request means no quotes; if the option is omitted, it is guessed."""
    return "" if value is None else value


class CsvParse(CellOptions, title="CSV"):
    """Delimited text: CSV, TSV and similar formats. Options that are omitted or null are guessed from the first MiB,
    and listed in the answer; but a `quote` of null means no quotes."""

    kind: Literal["csv"] = "csv"
    delimiter: Delimiter | None = None
    """The character between cells; the empty string if a line is one cell."""
    quote: Annotated[Mark | None, BeforeValidator(_no_mark)] = Field(default=None, exclude_if=lambda one: one is None)
    """The character that encloses cells with a delimiter or a line break; it is doubled inside. The empty string or
    null for none."""
    escape: Mark | None = None
    """The character that makes a quote, a delimiter, a line end or itself literal, such as a backslash; the empty
    string for none."""
    bare_quotes: Literal["refuse", "keep"] | None = None
    """What a quote in the middle of a cell means: an error, or a plain character. Null means `keep` if `quote` is given
    and not `"`, because apostrophes occur in words."""
    header: bool | None = None
    """Whether the first row contains the names of the columns."""
    skip_rows: int | None = Field(default=None, ge=0, le=1_000_000)
    """Number of lines before the table."""
    comment: Mark | None = None
    """Lines that begin with this character are left out; the empty string for none."""
    encoding: Annotated[str, Field(max_length=40)] | None = None
    """The encoding, such as `utf-8`, `utf-16`, `cp1252` or `latin-1`."""
    ragged: Annotated[Literal["refuse", "pad", "leave_out"] | None, BeforeValidator(_drop)] = None
    """What happens to a row with too few or too many cells: `refuse` refuses the file, `pad` fills short rows with
    missing values and leaves out long ones, `leave_out` leaves out both. Rows that are left out are listed."""
    trim: bool | None = None
    """Whether blanks around unquoted cells are removed."""


class JsonlParse(CellOptions, title="JSON lines"):
    """A JSON object in each line, whose keys are columns. Numbers and booleans are those of JSON; a text column that
    has a date in every row becomes a date column."""

    kind: Literal["jsonl"] = "jsonl"
