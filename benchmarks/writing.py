"""Several processes that write as fast as they can, at the same time."""

import itertools
import multiprocessing
import os
import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Protocol

from benchmarks.mlflow_server import MlflowClient
from benchmarks.report import Sample
from benchmarks.stage import claimed_job, metrics_row
from hub.hub import Hub
from hub.jobs import runs
from hub.settings import Settings

Write = Callable[[], int]
"""Writes once; how many metric rows."""
Turn = tuple[int, float, list[float]]
"""Rows written by one writer in one round, seconds, and seconds of each write."""


class Target(Protocol):
    """Where rows are written to; it travels to the writers."""

    def open(self) -> Write:
        """In the writer's process: what writes there."""


@dataclass(frozen=True)
class GradusTarget:
    """The hub, as a worker with a job of K experiments writes to it: one transaction for one epoch."""

    settings: Settings
    members: int

    def open(self) -> Write:
        hub = Hub(self.settings)
        job = claimed_job(hub, self.members, f"writer-{os.getpid()}")
        epochs = itertools.count(1)

        def write() -> int:
            row = metrics_row(next(epochs))
            with hub.write() as session:
                runs.record_epochs(
                    session, job.lease, {one.id: runs.EpochResult(row, best=True) for one in job.members}
                )
            return self.members

        return write


@dataclass(frozen=True)
class MlflowTarget:
    """MLflow's server: one request for the numbers of one epoch."""

    url: str

    def open(self) -> Write:
        client = MlflowClient(self.url)
        run_id = client.create_run()
        epochs = itertools.count(1)

        def write() -> int:
            client.log(run_id, metrics_row(next(epochs)))
            return 1

        return write


@dataclass(frozen=True)
class Rates:
    """What the writers of one target reached."""

    rows_per_second: Sample
    """All writers together, one value a round."""
    milliseconds: Sample
    """Of every single write."""


def race(target: Target, writers: int, rounds: int, seconds: float) -> Rates:
    """Let the writers write at the same time, round by round; the first round only warms them up."""
    spawn = multiprocessing.get_context("spawn")
    start, turns = spawn.Barrier(writers), spawn.Queue()
    arguments = (target, rounds + 1, seconds, start, turns)
    processes = [spawn.Process(target=_writer, args=arguments, daemon=True) for _ in range(writers)]
    for process in processes:
        process.start()
    done = [[_next(turns, processes) for _ in range(writers)] for _ in range(rounds + 1)][1:]
    for process in processes:
        process.join()
    rates = tuple(sum(rows / elapsed for rows, elapsed, _ in turn) for turn in done)
    return Rates(Sample(rates), Sample(tuple(1e3 * one for turn in done for _, _, each in turn for one in each)))


def _next(turns: "Queue[Turn]", processes: Sequence[BaseProcess]) -> Turn:
    while True:
        try:
            return turns.get(timeout=1)
        except queue.Empty:
            if any(process.exitcode for process in processes):
                raise RuntimeError("a writer failed; its error stands above") from None


def _writer(target: Target, rounds: int, seconds: float, start: Barrier, turns: "Queue[Turn]") -> None:
    write = target.open()
    for _ in range(rounds):
        start.wait()
        turns.put(_turn(write, seconds))


def _turn(write: Write, seconds: float) -> Turn:
    rows, each = 0, []
    began = last = time.perf_counter()
    while last - began < seconds:
        rows += write()
        moment = time.perf_counter()
        each.append(moment - last)
        last = moment
    return rows, last - began, each
