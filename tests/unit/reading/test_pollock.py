"""The Pollock benchmark: broken CSV files with their clean twins (Vitagliano et al., VLDB 2023)."""

import csv
import json
import os
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from gradus.parse.text import CsvParse
from reading.delimited.csv_cells import CsvCells
from reading.delimited.read import findings_of_text
from reading.failure import ReadingFailed
from reading.source import SourceFile

ARCHIVE = Path(os.environ.get("GRADUS_DATASETS_DIR", "")) / "pollock.tar.xz"
pytestmark = pytest.mark.skipif(not ARCHIVE.is_file(), reason="pollock.tar.xz is not in GRADUS_DATASETS_DIR")

UNUSUAL = (
    "file_double_trailing_newline",
    "file_escape_char_0x5C",
    "file_field_delimiter_0x2C_0x20",
    "file_field_delimiter_0x9",
    "file_one_data_row",
    "file_quotation_char_0x27",
    "file_record_delimiter_0xD",
)
"""Files that are valid in their own dialect."""


@pytest.fixture(scope="module")
def pollock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pollock")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


def clean(pollock: Path, name: str) -> list[list[str]]:
    with (pollock / "clean" / name).open(newline="") as stream:
        return list(csv.reader(stream))


def rows_of(cells: CsvCells) -> list[list[str | None]]:
    rows: list[list[str | None]] = [list(cells.names)]
    for batch in cells.batches():
        rows += map(list, zip(*batch.columns, strict=True))
    return rows


def failure(source: SourceFile) -> ReadingFailed | None:
    try:
        rows_of(CsvCells.of(source, CsvParse()))
    except ReadingFailed as failed:
        return failed
    return None


def test_no_file_is_read_differently_without_a_word(pollock: Path) -> None:
    outcomes: Counter[str] = Counter()
    for path in sorted((pollock / "csv").iterdir()):
        source = SourceFile(path, path.name)
        refused = failure(source)
        if refused is not None:
            assert refused.line is not None, path.name
            assert f"line {refused.line}" in refused.message or refused.code == "no_rows"
            outcomes["refused"] += 1
            continue
        cells = CsvCells.of(source, CsvParse())
        rows = rows_of(cells)
        if rows == clean(pollock, path.name):
            outcomes["the same"] += 1
        else:
            assert findings_of_text([cells]), path.name
            outcomes["different and marked"] += 1
    assert outcomes == {"refused": 1139, "the same": 5, "different and marked": 1}


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_dialect_is_read_once_it_is_told(name: str, pollock: Path) -> None:
    path = pollock / "csv" / f"{name}.csv"
    told = json.loads((pollock / "parameters" / f"{name}.csv_parameters.json").read_text())
    parse = CsvParse(
        delimiter=told["delimiter"],
        quote=told["quotechar"],
        escape=told["escapechar"],
        encoding=told["encoding"],
        skip_rows=told["preamble_lines"],
    )
    assert rows_of(CsvCells.of(SourceFile(path, path.name), parse)) == clean(pollock, path.name)
