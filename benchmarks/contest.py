"""Rivals that train the same network in turns, so that other load on the machine affects all of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.report import Sample
from benchmarks.rivals.setting import Setting

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Row:
    """One rival in a table of results."""

    name: str
    rival: str
    members: int = 1
    processes: int = 1
    """Number of processes that share the networks and threads, like the slots of a worker that trains a sweep."""


Process = subprocess.Popen[str]


class Rival:
    """The processes of one rival, which train on command."""

    def __init__(self, row: Row, processes: Sequence[Process]) -> None:
        self.row, self._processes = row, processes

    def prepare(self, setting: Setting) -> None:
        own = replace(setting, members=self.row.members // self.row.processes)
        document = own.experiment.model_dump(mode="json")
        self._ask(json.dumps({"experiment": document, "examples": own.examples, "members": own.members}))

    def seconds(self) -> float:
        """Seconds of one epoch of one network, while all processes train; the slowest process counts."""
        return max(map(float, self._ask(""))) / len(self._processes)

    def _ask(self, line: str) -> list[str]:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        return [self._answer(process) for process in self._processes]

    def _answer(self, process: Process) -> str:
        assert process.stdout is not None
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(f"'{self.row.name}' ended; its error stands above")
        return answer


@contextmanager
def rivals(rows: Sequence[Row], threads: int) -> Iterator[list[Rival]]:
    """The processes of each row, which share the given number of threads."""
    with ExitStack() as stack:
        yield [
            Rival(row, [_running(row, threads // row.processes, stack) for _ in range(row.processes)]) for row in rows
        ]


def _running(row: Row, threads: int, stack: ExitStack) -> Process:
    command = [sys.executable, "-m", "benchmarks.rivals", row.rival, str(threads)]
    env = {**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    pipe = subprocess.PIPE
    process = stack.enter_context(subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdin=pipe, stdout=pipe))
    stack.callback(process.kill)
    return process


def contest(field: Sequence[Rival], setting: Setting, rounds: int) -> list[Sample]:
    """Seconds per epoch of each rival, one value per round, after a warm-up round."""
    for rival in field:
        rival.prepare(setting)
    turns = [[rival.seconds() for rival in field] for _ in range(rounds)]
    return [Sample(tuple(column)) for column in zip(*turns, strict=True)]


def ratio(reference: Sample, other: Sample) -> float:
    """The speed-up of the other rival: the median of the rounds' ratios."""
    return median(theirs / its for theirs, its in zip(reference.values, other.values, strict=True))
