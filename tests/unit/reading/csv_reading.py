"""What the tests of CSV files share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradus.parse.text import CsvParse
from gradus.wire.table import ReadTable
from preprocessing.table import PARQUET, open_parquet
from reading.delimited.read import read_csv
from reading.source import SourceFile


@dataclass(frozen=True)
class Stored:
    """A table that was read, and its values."""

    read: ReadTable
    folder: Path

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.read.columns]

    @property
    def types(self) -> list[str]:
        return [column.type for column in self.read.columns]

    @property
    def columns(self) -> list[list[Any]]:
        """The values of each column."""
        rows = self._rows("SELECT * EXCLUDE (_file, _line, file_row_number) FROM t ORDER BY file_row_number")
        return [list(column) for column in zip(*rows, strict=True)]

    @property
    def lines(self) -> list[int]:
        return [line for (line,) in self._rows("SELECT _line FROM t ORDER BY file_row_number")]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return open_parquet(self.folder / PARQUET).execute(query).fetchall()

    @property
    def findings(self) -> set[str]:
        return {finding.id.removeprefix("data_") for finding in self.read.findings}


def read_text(folder: Path, content: str | bytes, **parse: Any) -> Stored:
    """The content as one CSV file, read into a new folder below `folder`."""
    source = folder / "table.csv"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_files([SourceFile(source, source.name)], folder, **parse)


def read_files(sources: list[SourceFile], folder: Path, **parse: Any) -> Stored:
    out = folder / f"stored-{len(list(folder.iterdir()))}"
    out.mkdir()
    return Stored(read_csv(sources, CsvParse.model_validate(parse), out), out)
