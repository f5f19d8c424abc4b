"""The same specs in peace: what an undisturbed run of each gives."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow
from tests.servers.processes import ROOT
from worker.trainer.libraries import PASSIVE_WAIT

TIMED = frozenset({"seconds", "samples_per_second", "at"})
"""What differs between two runs of one spec."""


def numbers(row: MetricsRow) -> str:
    """What must be equal bit for bit in every run of one spec, NaN included."""
    return row.model_dump_json(exclude=set(TIMED))


def undisturbed(arrays: Sequence[Sequence[Spec]], processes: int | None = None) -> list[list[list[str]]]:
    """The `numbers` of each epoch of each member of each array; each trains on one thread, as in the service. As many
    processes as there are cores, unless said otherwise, share the arrays."""
    lines = [json.dumps([json.loads(one.model_dump_json()) for one in array]) for array in arrays]
    shares = processes or len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(shares) as pool:
        trained = list(pool.map(_train, (lines[share::shares] for share in range(shares))))
    return [trained[place % shares][place // shares] for place in range(len(lines))]


def _train(lines: Sequence[str]) -> list[list[list[str]]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.servers.chaos.peace"],
        input="\n".join(lines),
        env={**os.environ, **PASSIVE_WAIT, "OMP_NUM_THREADS": "1"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
