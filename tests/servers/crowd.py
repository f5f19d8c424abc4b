"""A crowd of tiny experiments, and workers that are killed and stopped at random times until all experiments have
ended.
"""

import signal
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from gradus.spec.experiment import Spec
from gradus.status import FINAL, EventKind
from hub.database.database import now
from hub.experiments import experiments
from hub.experiments.events import Event, append
from hub.experiments.experiments import Origin
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.ids import new_id
from hub.messaging.outbox import outbox
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.built_in import prepared
from tests.servers.processes import Program

TINY = Spec(dataset={"name": "wine", "limit": 32}, layers=[4], batch_size="full", epochs=1)
AT_ONCE = 50
"""Number of experiments that one transaction adds."""


def enqueue(hub: Hub, count: int) -> None:
    """Put this number of experiments into the queue, each as a separate job."""
    for first in range(0, count, AT_ONCE):
        wanted = [TINY.model_copy(update={"seed": seed}) for seed in range(first, min(count, first + AT_ONCE))]
        new = [(prepared(one), Origin(new_id("exp"))) for one in wanted]  # takes seconds on a busy machine
        with hub.write() as session:
            at = now(session)
            rows = experiments.add_all(session, DEFAULT_WORKSPACE, new, [[n] for n in range(len(new))], at)
            append(session, [Event(row.id, EventKind.STATUS, record(row)) for row in rows], at)
            outbox(session).jobs.extend((row.job_id, "auto") for row in rows)


def waiting(hub: Hub) -> int:
    """Number of experiments that have not ended."""
    with hub.read() as session:
        return session.scalar(select(func.count()).where(ExperimentRow.status.not_in(FINAL))) or 0


@dataclass
class Blows:
    """The numbers of workers that were killed and stopped."""

    killed: int = 0
    stopped: int = 0
    codes: list[int] = field(default_factory=list)
    """Exit codes of the workers that were stopped."""


class Crowd:
    """Workers that are killed or stopped, and replaced by others."""

    def __init__(self, folder: Path, env: Mapping[str, str], workers: int, seed: int) -> None:
        self._folder = folder
        self._env = env
        self._random = Random(seed)
        self._stack = ExitStack()
        self._started = 0
        self._leaving: list[Program] = []
        self._workers = [self._start() for _ in range(workers)]
        self.blows = Blows()

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rage(self, hub: Hub, blows: int, seconds: float) -> None:
        """Wait until all experiments have ended. Meanwhile, kill or stop this number of workers, at random times before
        three quarters of the experiments have ended."""
        deadline = time.monotonic() + seconds
        count = waiting(hub)
        due = sorted(self._random.randint(count // 4, count) for _ in range(blows))
        while left := waiting(hub):
            assert time.monotonic() < deadline, f"{left} experiments still wait after {seconds:.0f} s"
            ready = [worker for worker in self._workers if "is ready" in worker.log.read_text()]
            if ready and due and left <= due[-1]:
                self._strike(self._random.choice(ready))
                due.pop()
            time.sleep(0.02)
        self.blows.codes += [worker.process.wait(60) for worker in self._leaving]

    def _strike(self, worker: Program) -> None:
        """Kill or stop this worker, and start another one."""
        if self._random.random() < 0.5:
            worker.kill()
            self.blows.killed += 1
        else:
            worker.process.send_signal(signal.SIGTERM)
            self._leaving.append(worker)
            self.blows.stopped += 1
        self._workers[self._workers.index(worker)] = self._start()

    def _start(self) -> Program:
        self._started += 1
        log = self._folder / f"worker-{self._started}.log"
        return self._stack.enter_context(Program(log, "worker", "--slots", 1, "--threads", 1, env=self._env))
