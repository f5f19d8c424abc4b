"""The `parse` document of a version."""

from typing import Annotated

from gradus.parse.files import ArraysParse, ExcelParse, IdxParse, ImagesParse, ParquetParse
from gradus.parse.text import CsvParse, JsonlParse
from gradus.spec.spec_model import tagged

Parse = Annotated[
    CsvParse | JsonlParse | ParquetParse | ExcelParse | ArraysParse | IdxParse | ImagesParse,
    tagged(),
]
"""One document for each kind of file; `kind` tells which."""
