"""The Celery worker: it consumes job messages, each on a thread. `worker.worker_process` handles signals."""

import logging
import socket
import warnings
from collections.abc import Callable
from typing import Any

from celery import Celery, signals
from celery.apps.worker import Worker
from celery.platforms import SecurityWarning
from celery.worker import state

from hub.messaging.message import TASK

TICK_SECONDS = 0.05
"""Maximum time between iterations of Celery's event loop, in which it fetches the next message after a run."""
WAKE_DELAY_SECONDS = 0.002
"""Delay after a run before the event loop is woken: then the run's thread is free for the next message."""


class MessageConsumer(Worker):  # type: ignore[misc]
    """Celery's worker without its signal handlers."""

    def install_platform_tweaks(self, worker: object) -> None:
        """Install nothing: Celery's signal handlers would wait for running tasks, however long they run."""


def consume_jobs(app: Celery, name: str, queues: list[str], concurrency: int, run_job: Callable[[str], None]) -> int:
    """Call `run_job` with the job id of each message, on `concurrency` threads, until `stop`; returns the exit code."""

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def run(job_id: str) -> None:
        try:
            run_job(job_id)
        finally:
            worker.hub.call_soon(worker.hub.call_later, WAKE_DELAY_SECONDS, _wake_loop)

    signals.setup_logging.connect(_leave_logging_alone)
    warnings.simplefilter("ignore", SecurityWarning)  # about root in a container: safe, as a message is only an id
    worker = MessageConsumer(
        app=app,
        hostname=f"{name}@{socket.gethostname()}",
        queues=queues,
        pool="threads",
        concurrency=concurrency,
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
        loglevel=logging.INFO,
        quiet=True,
    )
    worker.timer.call_repeatedly(TICK_SECONDS, _wake_loop)
    worker.start()
    return int(worker.exitcode or 0)


def stop(code: int = 0) -> None:
    """Make `consume_jobs` return this exit code once the running calls have returned; safe in a signal handler."""
    state.should_stop = code


def _wake_loop() -> None:
    """Do nothing: the timer that calls this makes the event loop iterate."""


def _leave_logging_alone(**_: Any) -> None:
    """Do nothing: Celery configures logging only if no receiver is connected."""
