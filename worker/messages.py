"""The Celery worker: it takes hints and starts a thread for each; signals are its owner's business."""

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
"""How often Celery's loop turns at least: after a run it fetches the next hint only when it does."""
SOON_SECONDS = 0.002
"""How long after a call its thread is free for the next."""


class MessageConsumer(Worker):  # type: ignore[misc]
    """Celery's worker without its signal handlers."""

    def install_platform_tweaks(self, worker: object) -> None:
        """Celery's own would wait for running tasks, however long they run."""


def consume_jobs(app: Celery, name: str, queues: list[str], concurrency: int, take_up: Callable[[str], None]) -> int:
    """Call `take_up` with the job of each hint, on `concurrency` threads, until `stop`; the exit code."""

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def run(job_id: str) -> None:
        try:
            take_up(job_id)
        finally:
            worker.hub.call_soon(worker.hub.call_later, SOON_SECONDS, _turn)

    signals.setup_logging.connect(_leave_logging_alone)
    warnings.simplefilter("ignore", SecurityWarning)  # root in a container; a hint is an id and can do no harm
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
    worker.timer.call_repeatedly(TICK_SECONDS, _turn)
    worker.start()
    return int(worker.exitcode or 0)


def stop(code: int = 0) -> None:
    """Let `consume_jobs` return this exit code once the running calls have; safe in a signal handler."""
    state.should_stop = code


def _turn() -> None:
    """Let the loop turn."""


def _leave_logging_alone(**_: Any) -> None:
    """Celery configures logging unless somebody else does."""
