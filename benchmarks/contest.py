"""Rivals that train the same network by turns, so that whatever else the machine does falls on all of them."""

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
    """One rival of a table."""

    name: str
    rival: str
    members: int = 1


class Rival:
    """A process that trains when it is told to."""

    def __init__(self, row: Row, process: "subprocess.Popen[str]") -> None:
        self.row, self._process = row, process

    def prepare(self, setting: Setting) -> None:
        own = replace(setting, members=self.row.members)
        document = own.experiment.model_dump(mode="json")
        self._ask(json.dumps({"experiment": document, "examples": own.examples, "members": own.members}))

    def seconds(self) -> float:
        """Of one epoch of one network."""
        return float(self._ask(""))

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"'{self.row.name}' ended; its error stands above")
        return answer


@contextmanager
def rivals(rows: Sequence[Row], threads: int) -> Iterator[list[Rival]]:
    """A process for each row, with so many threads."""
    env = {**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    with ExitStack() as stack:
        yield [stack.enter_context(_running(row, threads, env)) for row in rows]


@contextmanager
def _running(row: Row, threads: int, env: dict[str, str]) -> Iterator[Rival]:
    command = [sys.executable, "-m", "benchmarks.rivals", row.rival, str(threads)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=env, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Rival(row, process)
        finally:
            process.kill()


def contest(field: Sequence[Rival], setting: Setting, rounds: int) -> list[Sample]:
    """Seconds an epoch of each, one value a round; before that every rival has had a turn to warm up."""
    for rival in field:
        rival.prepare(setting)
    turns = [[rival.seconds() for rival in field] for _ in range(rounds)]
    return [Sample(tuple(column)) for column in zip(*turns, strict=True)]


def ratio(reference: Sample, other: Sample) -> float:
    """How many times faster the other is: the median of the rounds' ratios."""
    return median(theirs / its for theirs, its in zip(reference.values, other.values, strict=True))
