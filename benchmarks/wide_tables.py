"""What wide and long tables cost, step by step: `python -m benchmarks.wide_tables [--tables 20x1000000,785x5000 …]`.

Each table is a CSV file of numbers with one text, one date and a target of ten classes. Every step has its own process.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.report import header, table
from gradus.parse.text import CsvParse
from preprocessing.findings.ask import uploaded_question
from preprocessing.findings.find import findings
from preprocessing.statistics.columns import statistics
from preprocessing.table import Table
from reading.delimited.read import read_csv
from reading.request import MIB
from reading.source import SourceFile

BLOCK = 1000
"""Number of rows that are drawn. A longer file repeats them, but has other numbers in its first two columns."""


def csv_file(path: Path, columns: int, rows: int) -> None:
    """A file with pixels, measurements, a text, a date and a target."""
    random = np.random.default_rng(1)
    names = [f"x{i}" for i in range(columns - 3)] + ["colour", "day", "label"]
    pixels = np.where(random.random((BLOCK, columns - 3)) < 0.8, 0, random.integers(0, 256, (BLOCK, columns - 3)))
    tails = [",".join(map(str, row)) for row in pixels[:, 2:].tolist()]
    ends = [f"{('red', 'blue')[i % 2]},2025-01-{i % 28 + 1:02d},{i % 10}" for i in range(BLOCK)]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for start in range(0, rows, BLOCK):
            numbers = random.normal(size=(BLOCK, 2)).round(6).tolist()
            for i in range(min(BLOCK, rows - start)):
                file.write(f"{numbers[i][0]},{numbers[i][1]},{tails[i]},{ends[i]}\n")


def read(path: Path, folder: Path) -> None:
    """Read the file into a stored table."""
    read_csv([SourceFile(path, path.name)], CsvParse(), folder)


def computed_statistics(_: Path, folder: Path) -> None:
    """Compute all statistics, also by class."""
    statistics(Table(folder), "label")


def found(_: Path, folder: Path) -> None:
    """Compute all findings."""
    stored = Table(folder)
    findings(stored, uploaded_question(stored.facts("", 1).model_copy(update={"target": "label"})))


STEPS: tuple[tuple[str, Callable[[Path, Path], None]], ...] = (
    ("read", read),
    ("statistics", computed_statistics),
    ("findings", found),
)


def measured(act: Callable[[Path, Path], None], path: Path, folder: Path) -> tuple[float, float]:
    """Run a step in this process; returns its processor seconds and its peak memory in MiB."""
    begun = time.process_time()
    act(path, folder)
    return time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.wide_tables", description=__doc__)
    options.add_argument("--tables", default="20x1000000,785x5000,20000x200", help="columns x rows of each")
    sizes = [tuple(map(int, size.split("x"))) for size in options.parse_args().tables.split(",")]
    print(header("Wide and long tables", ("duckdb", "numpy")))
    rows = []
    for columns, count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / "table.csv", Path(folder) / "table"
            out.mkdir()
            csv_file(path, columns, count)
            for name, act in STEPS:
                with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                    seconds, peak = pool.submit(measured, act, path, out).result()
                cells = columns * count / seconds / 1e6
                size = f"{path.stat().st_size / MIB:.0f}"
                rows.append([f"{columns} × {count}", size, name, f"{seconds:.1f}", f"{cells:.2f}", f"{peak:.0f}"])
                print(rows[-1], flush=True)
    print(table(["columns × rows", "MiB", "step", "processor s", "million cells a second", "peak MiB"], rows))


if __name__ == "__main__":
    main()
