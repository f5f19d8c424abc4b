"""The numbers of an undisturbed run of each spec."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow
from tests.servers.once import made_once
from tests.servers.processes import ROOT
from worker.trainer.libraries import PASSIVE_WAIT

TIMED = frozenset({"seconds", "samples_per_second", "at"})
"""Fields of a metrics row that may differ between two runs of one spec."""

Numbers = list[list[str]]
"""The `numbers` of each epoch of each member of an array, as texts."""
Undisturbed = Callable[[Sequence[Sequence[Spec]]], list[Numbers]]
"""Trains arrays without a service; each uses one thread, as in the service."""


def numbers(row: MetricsRow) -> str:
    """The numbers, including NaN, that must be equal bit for bit in every run of one spec."""
    return row.model_dump_json(exclude=set(TIMED))


def on_all_cores(arrays: Sequence[Sequence[Spec]]) -> list[Numbers]:
    """Train the arrays in as many processes as there are cores."""
    lines = list(map(_line, arrays))
    shares = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(shares) as pool:
        trained = list(pool.map(_train, (lines[share::shares] for share in range(shares))))
    return [trained[place % shares][place // shares] for place in range(len(lines))]


def once(factory: pytest.TempPathFactory) -> Undisturbed:
    """A function that trains arrays in this process, and each array only once for all processes of a test run."""
    from tests.servers.chaos.peace import trained  # noqa: PLC0415 (imports torch)

    def undisturbed(arrays: Sequence[Sequence[Spec]]) -> list[Numbers]:
        return [json.loads(made_once(factory, _name(line), _made(line)).read_text()) for line in map(_line, arrays)]

    def _made(line: str) -> Callable[[Path], object]:
        return lambda file: file.write_text(trained(line))

    return undisturbed


def _line(array: Sequence[Spec]) -> str:
    return json.dumps([json.loads(one.model_dump_json()) for one in array])


def _name(line: str) -> str:
    return f"undisturbed-{sha256(line.encode()).hexdigest()[:16]}"


def _train(lines: Sequence[str]) -> list[Numbers]:
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
