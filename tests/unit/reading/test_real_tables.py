"""Real files: columns have the expected types, and every cell equals the text that pandas reads."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from preprocessing.table import Table
from reading.source import SourceFile
from tests.unit.reading.csv_reading import read_files

TABLES = Path(os.environ.get("GRADUS_DATASETS_DIR", "")) / "tables"
TYPES = {  # integer, number, text, datetime
    "abalone.csv": "tnnnnnnni",
    "adult-test.csv": "itititttttiiitt",
    "adult-train.csv": "itititttttiiitt",
    "auto_imports.csv": "iitttttttnnnnittitnnniiiii",
    "california_housing.csv": "nnnnnnnnnt",
    "diamonds.csv": "ntttnninnn",
    "german.csv": "tittittittitittititti",
    "horse-colic.csv": "iiiniiiiiiiiiiiniinniniittti",
    "mammography.csv": "nnnnnni",
    "oecd_bli.csv": "ttttttttttitttntt",
    "penguins.csv": "ttnniit",
    "taxis.csv": "ddinnnnntttttt",
    "titanic-test.csv": "iittniitntt",
    "titanic-train.csv": "iiittniitntt",
    "winequality-red.csv": "nnnnnnnnnnni",
    "winequality-white.csv": "nnnnnnnnnnni",
}
WITH_NAMES = {"california_housing", "diamonds", "oecd_bli", "penguins", "taxis", "titanic-test", "titanic-train"}


@pytest.mark.skipif(not TABLES.is_dir(), reason="the real tables are not in GRADUS_DATASETS_DIR")
@pytest.mark.parametrize("name", TYPES)
def test_a_real_table_is_read_with_the_expected_types_and_every_value(name: str, tmp_path: Path) -> None:
    table = read_files([SourceFile(TABLES / name, name)], tmp_path)
    assert "".join(kind[0] for kind in table.types) == TYPES[name]
    header = 0 if name.removesuffix(".csv") in WITH_NAMES else None
    quote = "'" if name == "mammography.csv" else '"'
    expected = pd.read_csv(
        TABLES / name, header=header, dtype=str, keep_default_na=False, skipinitialspace=True, quotechar=quote
    )
    assert table.read.rows == len(expected)
    if header is not None:
        assert table.names == list(expected.columns)
    stored = Table(table.folder).stored
    query = f"SELECT * FROM {stored.relation()} ORDER BY file_row_number"  # noqa: S608 (our own path)
    found = stored.connection.execute(query).fetchnumpy()
    for i, column in enumerate(table.read.columns):
        cells = expected.iloc[:, i].str.strip()
        missing = cells.isin(["", "?"] if column.type in ("integer", "number") else [""]).to_numpy()
        values = found[f"c{i}"]
        assert (np.ma.getmaskarray(values) == missing).all() or (pd.isna(values) == missing).all()
        assert column.missing == missing.sum()
        kept = np.ma.getdata(values)[~missing]
        if column.type in ("integer", "number"):
            assert (kept == cells[~missing].map(float).to_numpy()).all()
            assert (column.minimum, column.maximum) == (kept.min(), kept.max())
        elif column.type == "datetime":
            assert (pd.to_datetime(cells).to_numpy() == kept).all()
        else:
            assert kept.tolist() == cells[~missing].tolist()
            assert sum(value.count for value in column.values) == len(kept) or column.distinct > 1000
        assert column.distinct == len(set(kept.tolist()))
