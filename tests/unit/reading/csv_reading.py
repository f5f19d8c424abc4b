"""Helpers of the tests of CSV files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradus.parse.text import CsvParse
from gradus.wire.table import ReadTable
from preprocessing.stored_names import by_file
from preprocessing.table import Table
from reading.delimited.read import read_csv
from reading.source import SourceFile
from tests.duck import cursor


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
        table = Table(self.folder)
        found: list[list[Any]] = []
        for file in by_file(range(len(table.read.columns))).values():
            names = ", ".join(f"c{i}" for i in file)
            query = f"SELECT {names} FROM {table.stored.relation(file[0])} ORDER BY file_row_number"  # noqa: S608
            with cursor() as connection:
                rows = connection.execute(query).fetchall()
            found += [list(column) for column in zip(*rows, strict=True)]
        return found

    @property
    def lines(self) -> list[int]:
        return [int(line) for line in Table(self.folder).lines()]

    @property
    def findings(self) -> set[str]:
        return {finding.id.removeprefix("data_") for finding in self.read.findings}


def read_text(folder: Path, content: str | bytes, **parse: Any) -> Stored:
    """Read the content as one CSV file, in a new folder below `folder`."""
    source = folder / "table.csv"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_files([SourceFile(source, source.name)], folder, **parse)


def read_files(sources: list[SourceFile], folder: Path, **parse: Any) -> Stored:
    out = folder / f"stored-{len(list(folder.iterdir()))}"
    out.mkdir()
    return Stored(read_csv(sources, CsvParse.model_validate(parse), out), out)
