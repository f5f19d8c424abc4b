"""Some of the mutants of `python -m benchmarks.fuzz_reading`: each is read or refused, and none crashes the process."""

import os
import subprocess
import sys
from pathlib import Path

COUNT = 216
"""Twelve mutants of each format."""


def test_a_mutated_file_is_read_or_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.reading_loop", "2026", "0", str(COUNT)],
        cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"the reader ended at {done.stdout.splitlines()[-1]}: {done.stderr[-2000:]}"
    outcomes = [words[2] for line in done.stdout.splitlines() if len(words := line.split(" ", 3)) > 2]
    assert len(outcomes) == COUNT
    assert not {"reader_fault", "machine_error"} & set(outcomes), done.stderr[-4000:]
    assert {"read", "data_error"} <= set(outcomes)
    assert int(done.stdout.split()[-1]) <= 300  # MiB
