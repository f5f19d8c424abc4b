"""Every combination of encodings on random rows, in ONNX and in training: `python -m benchmarks.export_words`.

The rows have missing, rare, unseen, infinite and extreme values; a third of them are for training. Exits with 1 if a
bit of an input differs.
"""

import argparse
import sys
import tempfile
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.report import header
from export.feeds import feeds
from gradus.spec.column import ColumnSetting
from preprocessing.encode import transform
from preprocessing.fit import fit
from tests.tables import facts_of, store
from tests.unit.export.preprocessed import encoded_by, session_of
from tests.unit.export.test_preprocessing import CATEGORIES, DATES, MISSING, NUMBERS, extreme_columns
from tests.unit.preprocessing.words import Words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    print(header("Encodings in ONNX", ("onnx", "onnxruntime", "numpy")))
    values = different = combinations = 0
    with tempfile.TemporaryDirectory(prefix="gradus-words-") as folder:
        table = store(Path(folder), extreme_columns(rows, seed=11))
        for number, category, missing, dates in product(NUMBERS, CATEGORIES, MISSING, DATES):
            own = {"code": ColumnSetting(encode=category), "yes": ColumnSetting(encode=category)}
            words = Words(numbers=number, categories=category, missing=missing, dates=dates, columns=own)
            fitted = fit(words, facts_of(table), table, np.arange(0, rows, 3))
            columns = table.chunk(fitted.names, 0, rows)
            columns["huge"].values[::7], columns["huge"].values[1::7] = np.inf, -np.inf
            found = encoded_by(session_of(fitted), feeds(fitted, columns))
            wrong = int(np.count_nonzero(found != transform(fitted, columns)))
            if wrong:
                print(f"{number.kind} {category.kind} {missing.kind} {dates.kind}: {wrong} of {found.size} differ")
            values, different, combinations = values + found.size, different + wrong, combinations + 1
    print(f"{combinations} combinations of {rows:,} rows: {different} of {values:,} inputs differ")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
