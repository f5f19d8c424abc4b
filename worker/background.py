"""What a worker does beside training, each duty on a thread of its own: it shows that it lives, sends hints again
that were lost, drops what nobody needs any more, listens for the bell, and watches itself."""

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import ProgrammingError

from gradus.wire.system import WorkerRecord
from hub.database.database import DATABASE_AWAY
from hub.hub import Hub
from hub.jobs import workers
from hub.jobs.reconciler import reconcile, tidy
from hub.messaging.pubsub import CONTROL
from worker.shutdown import Shutdown
from worker.slot_pool import SlotPool
from worker.watchdog import LOOK_SECONDS, Watchdog

BEAT_SECONDS = 3.0
RECONCILE_SECONDS = 2.0
TIDY_SECONDS = 600.0
RECONNECT_SECONDS = 1.0

logger = logging.getLogger(__name__)


def every(seconds: float, duty: Callable[[], object], shutdown: Shutdown) -> threading.Thread:
    """Do the duty again and again until the worker stops, whatever happens: nobody would miss a thread that ended."""

    def serve() -> None:
        while not shutdown.begun:
            try:
                duty()
            except (*DATABASE_AWAY, ProgrammingError) as error:
                logger.warning("the database does not serve: %s", str(error).splitlines()[0])
            except Exception:
                logger.exception("a duty failed, and is done again in %g s", seconds)
            shutdown.wait(seconds)

    thread = threading.Thread(target=serve, name=getattr(duty, "__name__", "duty"), daemon=True)
    thread.start()
    return thread


def beat(hub: Hub, worker: WorkerRecord, running: int) -> None:
    """Show that the worker lives."""
    with hub.write() as session:
        if not workers.beat(session, worker.id, running):
            workers.register(session, worker)
            workers.beat(session, worker.id, running)


def start(
    hub: Hub, worker: WorkerRecord, slots: SlotPool, watchdog: Watchdog, shutdown: Shutdown
) -> list[threading.Thread]:
    """Take up every duty."""
    return [
        every(BEAT_SECONDS, lambda: beat(hub, worker, slots.running), shutdown),
        every(RECONCILE_SECONDS, lambda: reconcile(hub, worker.id), shutdown),
        every(TIDY_SECONDS, lambda: tidy(hub, worker.id), shutdown),
        every(RECONNECT_SECONDS, lambda: hub.pubsub.subscribe(CONTROL, slots.wake, lambda: shutdown.begun), shutdown),
        every(LOOK_SECONDS, watchdog.look, shutdown),
    ]
