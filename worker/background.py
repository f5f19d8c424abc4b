"""The background threads of a worker: heartbeat, reconciliation of lost messages, cleanup, the control channel, the
watchdog, the reading of data sets and the answers to questions."""

import logging
import threading
from collections.abc import Callable, Sequence

from sqlalchemy.exc import ProgrammingError

from gradus.wire.system import Usage, WorkerRecord
from hub.database.database import DATABASE_AWAY
from hub.hub import Hub
from hub.jobs import workers
from hub.jobs.reconciler import clean_up, reconcile
from hub.messaging.pubsub import CONTROL
from hub.webhooks.deliverer import Deliverer
from worker.gpu_usage import gpu_reader
from worker.question_slot import QuestionSlot
from worker.reading_slot import ReadingSlot
from worker.shutdown import Shutdown
from worker.slot_pool import SlotPool
from worker.usage import SAMPLE_SECONDS, UsageSampler
from worker.watchdog import CHECK_SECONDS, Watchdog

HEARTBEAT_SECONDS = 3.0
RECONCILE_SECONDS = 2.0
CLEANUP_SECONDS = 600.0
RECONNECT_SECONDS = 1.0
WEBHOOK_SECONDS = 1.0
REST_CHECK_SECONDS = 10.0
LOAD_SECONDS = 2.0
QUEUE_PAUSE_SECONDS = 0.01
"""Pause between two polls of the queue of readings or of questions. Each poll waits for a message, too."""

logger = logging.getLogger(__name__)


def every(seconds: float, task: Callable[[], object], shutdown: Shutdown) -> threading.Thread:
    """Run a task periodically on its own thread until the shutdown. Errors are logged and never end the thread,
    because nothing else would notice its end."""

    def serve() -> None:
        while not shutdown.begun:
            try:
                task()
            except (*DATABASE_AWAY, ProgrammingError) as error:
                logger.warning("the database is unavailable: %s", str(error).splitlines()[0])
            except Exception:
                logger.exception("a background task failed; next attempt in %g s", seconds)
            shutdown.wait(seconds)

    thread = threading.Thread(target=serve, name=getattr(task, "__name__", "background"), daemon=True)
    thread.start()
    return thread


def heartbeat(hub: Hub, worker: WorkerRecord, slots: SlotPool, usage: Usage | None = None) -> None:
    """Record that the worker is alive; registers the worker if it is not listed."""
    running, device = slots.running, slots.device
    with hub.write() as session:
        if not workers.beat(session, worker.id, running, device, usage):
            workers.register(session, worker)
            workers.beat(session, worker.id, running, device, usage)


def start(
    hub: Hub,
    worker: WorkerRecord,
    slots: SlotPool,
    watchdog: Watchdog,
    shutdown: Shutdown,
    reading: ReadingSlot,
    questions: Sequence[QuestionSlot],
) -> list[threading.Thread]:
    """Start all background threads."""
    usage = UsageSampler(lambda: slots.pids, gpu_reader(worker.device))
    deliverer = Deliverer(hub, stopped=lambda: shutdown.begun)
    return [
        every(HEARTBEAT_SECONDS, lambda: heartbeat(hub, worker, slots, usage.latest), shutdown),
        every(SAMPLE_SECONDS, usage.sample, shutdown),
        every(RECONCILE_SECONDS, lambda: reconcile(hub, worker.id), shutdown),
        every(CLEANUP_SECONDS, lambda: clean_up(hub, worker.id), shutdown),
        every(RECONNECT_SECONDS, lambda: hub.pubsub.subscribe(CONTROL, slots.wake, lambda: shutdown.begun), shutdown),
        every(CHECK_SECONDS, watchdog.check, shutdown),
        every(REST_CHECK_SECONDS, slots.rest, shutdown),
        every(LOAD_SECONDS, slots.sample_load, shutdown),
        every(WEBHOOK_SECONDS, deliverer.look, shutdown),
        every(QUEUE_PAUSE_SECONDS, reading.serve, shutdown),
        *(every(QUEUE_PAUSE_SECONDS, one.serve, shutdown) for one in questions),
    ]
