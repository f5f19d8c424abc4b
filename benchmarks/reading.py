"""Speed and memory of reading tables of text: `python -m benchmarks.reading [--mb 256] [--rounds 3]`."""

import argparse
import json
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.report import Sample, header, table
from gradus.parse.text import CsvParse, JsonlParse
from reading.delimited.read import read_csv
from reading.json_lines.jsonl_cells import read_jsonl
from reading.source import SourceFile

COLUMNS = 20
BLOCK = 20_000
"""Number of rows that are drawn. A file repeats them."""
MB = 1_000_000


def numbers(draw: random.Random) -> list[object]:
    """Rows of mostly numbers, such as measurements."""
    fractions = [round(draw.random() * 1000, 4) for _ in range(8)]
    integers = [draw.randint(0, 10**6) for _ in range(6)]
    city, colour = draw.choice(["Chur", "Bern", "Zürich"]), draw.choice(["red", "blue"])
    day = f"20{draw.randint(10, 25)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    return [*fractions, *integers, city, colour, day, draw.random() < 0.5, f"id{draw.randint(0, 10**9)}", 1]


def words(draw: random.Random) -> list[object]:
    """Rows of mostly sentences in quotes, some of which contain delimiters."""
    sentences = [" ".join(draw.choices(["so,", "then", 'the "net"', "learns", "slowly"], k=6)) for _ in range(10)]
    return [*sentences, *(draw.randint(0, 100) for _ in range(10))]


def csv_file(path: Path, size: int, row: Callable[[random.Random], list[object]]) -> None:
    draw = random.Random(1)  # noqa: S311 - it draws a file
    names = ",".join(f"name{i}" for i in range(COLUMNS))
    lines = [",".join(map(_cell, row(draw))) for _ in range(BLOCK)]
    _repeat(path, f"{names}\n", "\n".join(lines) + "\n", size)


def jsonl_file(path: Path, size: int, row: Callable[[random.Random], list[object]]) -> None:
    draw = random.Random(1)  # noqa: S311 - it draws a file
    lines = [json.dumps({f"name{i}": value for i, value in enumerate(row(draw))}) for _ in range(BLOCK)]
    _repeat(path, "", "\n".join(lines) + "\n", size)


def _cell(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return '"' + text.replace('"', '""') + '"' if " " in text else text


def _repeat(path: Path, first: str, block: str, size: int) -> None:
    data = block.encode()
    with path.open("wb") as stream:
        stream.write(first.encode())
        for _ in range(max(1, size // len(data))):
            stream.write(data)


def measured(path: Path) -> tuple[float, float, float]:
    """Read the file in a new process; returns MB per second of processor time, seconds and MiB."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        source, begun, used = SourceFile(path, path.name), time.perf_counter(), time.process_time()
        if path.suffix == ".csv":
            read_csv([source], CsvParse(), Path(folder))
        else:
            read_jsonl([source], JsonlParse(), Path(folder))
        used, seconds = time.process_time() - used, time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return path.stat().st_size / MB / used, seconds, peak


def main() -> None:
    """Write the files, read each in a process of its own, and print the table."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    options.add_argument("--mb", type=int, default=256)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    print(header("Reading", ("duckdb", "numpy"), [f"`python -m benchmarks.reading --mb {given.mb}`, one thread"]))
    rows = []
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for name, write, row in (
            ("numbers.csv", csv_file, numbers),
            ("words.csv", csv_file, words),
            ("numbers.jsonl", jsonl_file, numbers),
        ):
            path = Path(folder) / name
            write(path, given.mb * MB, row)
            found = []
            for _ in range(given.rounds):
                with ProcessPoolExecutor(1, mp_context=spawn) as pool:
                    found.append(pool.submit(measured, path).result())
            speeds, seconds, peaks = (Sample(tuple(values)) for values in zip(*found, strict=True))
            size = path.stat().st_size / MB
            rows.append([name, f"{size:.0f}", speeds.in_words(1), seconds.in_words(0), peaks.in_words(0), given.rounds])
            path.unlink()
    print(table(["20 columns", "MB", "MB/s of processor time", "seconds", "peak MiB", "n"], rows), flush=True)


if __name__ == "__main__":
    main()
