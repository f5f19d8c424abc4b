"""Reads files that were damaged at random, of every format: each must be read or refused, and nothing be left behind.

Two questions: do readers ever fail otherwise than by a refusal (many mutants in one confined process, which is started
again where one ends it), and does the parent always get its answer (some mutants in a process each).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.report import header, table
from reading.child import read
from reading.failure import ReadingFailed
from reading.request import ReadRequest
from reading.source import SourceFile
from tests.mutants import mutant

PACKAGES = ("duckdb", "pillow", "python-calamine", "numpy")
BATCH = 500
"""Mutants that one process reads at most."""


@dataclass
class Tally:
    """How the readings of the mutants ended."""

    outcomes: Counter[str] = field(default_factory=Counter)
    ended: list[str] = field(default_factory=list)
    """Mutants that ended their process, and how the process ended."""
    faults: list[str] = field(default_factory=list)
    peak_mib: int = 0
    slowest_ms: int = 0


def in_one_process(seed: int, count: int) -> Tally:
    """Read mutants in confined processes of `BATCH` each."""
    tally = Tally()
    number = 0
    while number < count:
        with tempfile.TemporaryDirectory() as folder:
            number = _batch(Path(folder), seed, number, min(BATCH, count - number), tally)
        said = ", ".join(f"{share:,} {code}" for code, share in tally.outcomes.items())
        print(f"{number:,} of {count:,}: {said}; {len(tally.ended)} ended it; {tally.peak_mib} MiB", file=sys.stderr)
    return tally


def _batch(folder: Path, seed: int, first: int, count: int, tally: Tally) -> int:
    """Read a batch; returns the number of the next mutant."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.reading_loop", str(seed), str(first), str(count)],
        cwd=folder,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    last = first
    for line in done.stdout.splitlines():
        number, *rest = line.split(" ", 3)
        if number == "peak":
            tally.peak_mib = max(tally.peak_mib, int(rest[0]))
            continue
        last = int(number)
        if len(rest) > 1:
            tally.slowest_ms = max(tally.slowest_ms, int(rest[0]))
            tally.outcomes[rest[1]] += 1
            if rest[1] == "reader_fault":
                tally.faults.append(f"{number}: {rest[2]}")
    if done.returncode:
        tally.ended.append(f"{last} ({mutant(seed, last)[0]}): {done.returncode}")
    return last + 1


def in_processes(seed: int, count: int) -> Tally:
    """Read mutants in a process each, as the service does."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            name, content = mutant(seed, number)
            file, out = Path(folder) / "sent", Path(folder) / "out"
            file.write_bytes(content)
            try:
                read(ReadRequest(files=(SourceFile(file, name),), out=out))
                tally.outcomes["read"] += 1
            except ReadingFailed as failed:
                tally.outcomes[failed.code] += 1
                assert not out.exists()
            shutil.rmtree(out, ignore_errors=True)
    with_children = Path(f"/proc/self/task/{os.getpid()}/children")
    assert not with_children.exists() or not with_children.read_text(), "a child was left behind"
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000, help="read in one process after the other")
    parser.add_argument("--alone", type=int, default=200, help="read in a process each")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(header("Damaged files", PACKAGES))
    rows = []
    for what, tally in (
        ("many in a process", in_one_process(given.seed, given.mutants)),
        ("one in a process", in_processes(given.seed + 1, given.alone)),
    ):
        rows.append(
            (
                what,
                tally.outcomes.total() + len(tally.ended),
                tally.outcomes["read"],
                tally.outcomes.total() - tally.outcomes["read"] - tally.outcomes["reader_fault"],
                tally.outcomes["reader_fault"],
                len(tally.ended),
                tally.peak_mib or "–",
                tally.slowest_ms or "–",
            )
        )
        for line in (*tally.faults, *tally.ended):
            print(f"- {line}")
    columns = ("mutants", "n", "read", "refused", "faults of ours", "ended the process", "peak, MiB", "slowest, ms")
    print(table(columns, rows))


if __name__ == "__main__":
    main()
