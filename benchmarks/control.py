"""The latency of pausing, resuming, cancelling and extending a run in the middle of a long epoch."""

import argparse
import tempfile
from pathlib import Path

from benchmarks.report import Sample, header, table
from benchmarks.served import service
from tests.servers.wishes import wishes

PACKAGES = ("torch", "celery", "redis", "sqlalchemy", "fastapi", "uvicorn")
COLUMNS = ("request", "median (smallest – greatest), ms", "within a second", "n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    notes = ["one worker, one slot, one thread, SQLite, Valkey; 64-1536-1536-1536-10, batch 1, seen by GET every 5 ms"]
    print(header("Control", PACKAGES, notes))
    with tempfile.TemporaryDirectory(prefix="gradus-control-") as name, service(Path(name), 1) as client:
        found = [wishes(client) for _ in range(times)]
    print(table(COLUMNS, [_row(wish, Sample(tuple(one[wish] for one in found))) for wish in found[0]]))


def _row(wish: str, seconds: Sample) -> list[object]:
    soon = sum(value < 1 for value in seconds.values)
    return [wish, Sample(tuple(1e3 * value for value in seconds.values)).in_words(), soon, seconds.n]


if __name__ == "__main__":
    main()
