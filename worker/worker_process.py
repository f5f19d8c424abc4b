"""Builds a worker: hub, slot pool, background threads, and the Celery worker that consumes job messages."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import cast

from gradus import __version__
from gradus.spec.device import DeviceChoice, DeviceKind
from gradus.wire.system import WorkerRecord
from hub.database.database import DATABASE_AWAY
from hub.hub import Hub
from hub.jobs import workers
from hub.messaging.celery_app import queue_name
from hub.messaging.queue import FILES, IMPORTANCES, QUESTIONS
from hub.settings import Settings
from worker import background, messages
from worker.question_slot import QuestionSlot
from worker.reading_slot import ReadingSlot
from worker.shutdown import Shutdown
from worker.slot_pool import SlotPool
from worker.watchdog import Watchdog

SLOTS_OF_LANES = (QUESTIONS, QUESTIONS, FILES, IMPORTANCES)
"""The queue of each question slot. Files with predictions, which may take an hour, and the importance of columns, which
takes seconds, leave two slots for short questions."""

logger = logging.getLogger(__name__)


class WorkerProcess:
    """Runs jobs until a signal, then hands running jobs back to the queue. A second signal ends it immediately."""

    def __init__(
        self,
        settings: Settings,
        pool: Callable[[Hub, Shutdown], SlotPool],
        memory: float | None = None,
        *,
        on_request: bool = False,
    ) -> None:
        """`memory` is the memory limit of a slot in GiB. With `on_request`, the worker trains only jobs that ask for
        its kind of device, not jobs that leave the choice open."""
        self._memory = memory
        self._hub = Hub(settings)
        self._shutdown = Shutdown(settings.stop_seconds)
        self._pool = pool(self._hub, self._shutdown)
        self._on_request = on_request
        self._consuming = False

    def work(self) -> int:
        """Run until the shutdown; returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            self._pool.open()
            record = self._record(self._pool.device)
            kind = cast("DeviceKind", record.device.partition(":")[0])
            devices: list[DeviceChoice] = [kind] if self._on_request else ["auto", kind]
            watchdog = Watchdog(self._hub.queue, devices, self._pool, self._end)
            reading = ReadingSlot(self._hub, self._pool.id, self._shutdown)
            questions = [
                QuestionSlot(self._hub, self._pool.id, self._shutdown, self._memory, lane) for lane in SLOTS_OF_LANES
            ]
            threads = background.start(self._hub, record, self._pool, watchdog, self._shutdown, reading, questions)
            code = self._consume_jobs(record, devices)
            for thread in threads:
                thread.join(1.0)
            self._leave()
        finally:
            self._pool.close()
            self._hub.close()
        logger.info("worker %s ended", self._pool.id)
        return code

    def _consume_jobs(self, record: WorkerRecord, devices: Sequence[DeviceChoice]) -> int:
        logger.info("worker %s is ready: %d slots on %s", record.id, record.slots, record.device)
        self._consuming = True
        run_job = partial(self._pool.run_job, kinds=devices)
        queues = list(map(queue_name, devices))
        code = messages.consume_jobs(self._hub.queue.app, record.id, queues, self._pool.size, run_job)
        self._shutdown.begin()  # also when Celery gave up by itself
        return code

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self._shutdown.begun:
            os._exit(128 + number)  # closes the trainers' pipes, so they exit too
        self._shutdown.begin()
        logger.info("worker %s is shutting down", self._pool.id)
        if not self._consuming:
            sys.exit(0)
        messages.stop()

    def _end(self) -> None:
        """End a worker that is stuck; its supervisor restarts it."""
        self._shutdown.begin()
        messages.stop(1)

    def _record(self, device: str) -> WorkerRecord:
        at = datetime.now(UTC)
        return WorkerRecord(
            id=self._pool.id,
            host=socket.gethostname(),
            pid=os.getpid(),
            device=device,
            slots=self._pool.size,
            cores=self._pool.cores,
            running=0,
            version=__version__,
            started_at=at,
            seen_at=at,
        )

    def _leave(self) -> None:
        try:
            with self._hub.write() as session:
                workers.leave(session, self._pool.id)
        except DATABASE_AWAY:
            logger.warning("the database is unavailable: this worker stays listed until its heartbeat expires")
