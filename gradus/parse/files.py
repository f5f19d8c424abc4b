"""How files with columns of their own are read: Parquet, spreadsheets, arrays, images."""

from typing import Annotated, Literal

from pydantic import Field

from gradus.parse.cells import MAX_COLUMNS, CellOptions, CellType
from gradus.spec.spec_model import SpecModel
from gradus.spec.target import ColumnName

MemberName = Annotated[str, Field(min_length=1, max_length=255)]


Side = Annotated[int, Field(ge=1, le=1024)]


class ParquetParse(SpecModel, title="Parquet"):
    """A Parquet file. Columns keep the types of the file."""

    kind: Literal["parquet"] = "parquet"
    columns: dict[ColumnName, CellType] | None = Field(default=None, max_length=MAX_COLUMNS)
    """Other types for columns, by column name. Every value must fit the type."""


class ExcelParse(CellOptions, title="Sheet"):
    """A sheet of an Excel or OpenDocument file. Formulas are read as their stored values."""

    kind: Literal["excel"] = "excel"
    sheet: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """Name of the sheet; null for the first visible one that has cells."""
    range: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z]{1,3}[0-9]{1,7}:[A-Za-z]{1,3}[0-9]{1,7}$")] | None = (
        None
    )
    """The range of cells with the table, such as `B3:F200`; null for all cells in use."""
    header: bool | None = None
    """Whether the first row contains the names of the columns."""


class ArraysParse(SpecModel, title="Arrays"):
    """NumPy arrays in an NPY or NPZ file. The first axis is that of the examples."""

    kind: Literal["arrays"] = "arrays"
    arrays: dict[MemberName, ColumnName] | None = Field(default=None, max_length=1000)
    """The arrays to read, each with the name of its column; null for all arrays of the same length, under their own
    names."""
    matrix: Literal["columns", "array"] | None = None
    """How an array of numbers with two axes is read: as a table with a column for each of its columns, or as one column
    of arrays; null for a table if it is the only array."""


class IdxParse(SpecModel, title="IDX"):
    """Arrays in the IDX format of MNIST."""

    kind: Literal["idx"] = "idx"


class ImagesParse(SpecModel, title="Images"):
    """Images in a folder or ZIP file."""

    kind: Literal["images"] = "images"
    size: Side | Annotated[tuple[Side, Side], Field(strict=False)] | None = None
    """Height and width in pixels, or one number if they are equal; null for the most frequent size."""
    resize: Literal["pad", "crop", "squash"] | None = None
    """How an image of another shape is fitted."""
    channels: Literal[1, 3] | None = None
    """1 for grey images, 3 for color."""
    labels: Literal["folder", "column", "csv"] | None = None
    """Where the labels are: in the names of folders, or in a table that names the images."""
