"""Several processes that write concurrently as fast as they can."""

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
"""Writes once; returns the number of metrics rows."""
Turn = tuple[int, float, list[float]]
"""One writer's round: number of rows, duration in seconds, and seconds of each write."""


class Target(Protocol):
    """The target of the writes; pickled and sent to the writers."""

    def open(self) -> Write:
        """Connect, in the writer's process; returns the write function."""


@dataclass(frozen=True)
class GradusTarget:
    """The hub, written to like a worker with a job of K experiments: one transaction per epoch."""

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
    """MLflow's server: one request for the metrics of one epoch."""

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
    """The results of the writers of one target."""

    rows_per_second: Sample
    """Rows per second of all writers together, one value per round."""
    milliseconds: Sample
    """Seconds of every single write."""


def race(target: Target, writers: int, rounds: int, seconds: float) -> Rates:
    """Run the writers concurrently, round by round; the first round is a warm-up."""
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
                raise RuntimeError("a writer failed; its error is printed above") from None


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
