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
from worker.shutdown import Stopping
from worker.slot_pool import Team
from worker.watchdog import LOOK_SECONDS, Watchdog

BEAT_SECONDS = 3.0
RECONCILE_SECONDS = 2.0
TIDY_SECONDS = 600.0
RECONNECT_SECONDS = 1.0

logger = logging.getLogger(__name__)


def every(seconds: float, duty: Callable[[], object], stopping: Stopping) -> threading.Thread:
    """Do the duty again and again until the worker stops, whatever happens: nobody would miss a thread that ended."""

    def serve() -> None:
        while not stopping.begun:
            try:
                duty()
            except (*DATABASE_AWAY, ProgrammingError) as error:
                logger.warning("the database does not serve: %s", str(error).splitlines()[0])
            except Exception:
                logger.exception("a duty failed, and is done again in %g s", seconds)
            stopping.wait(seconds)

    thread = threading.Thread(target=serve, name=getattr(duty, "__name__", "duty"), daemon=True)
    thread.start()
    return thread


def beat(hub: Hub, worker: WorkerRecord, running: int) -> None:
    """Show that the worker lives."""
    with hub.write() as session:
        if not workers.beat(session, worker.id, running):
            workers.register(session, worker)
            workers.beat(session, worker.id, running)


def start(hub: Hub, worker: WorkerRecord, team: Team, watchdog: Watchdog, stopping: Stopping) -> list[threading.Thread]:
    """Take up every duty."""
    return [
        every(BEAT_SECONDS, lambda: beat(hub, worker, team.running), stopping),
        every(RECONCILE_SECONDS, lambda: reconcile(hub, worker.id), stopping),
        every(TIDY_SECONDS, lambda: tidy(hub, worker.id), stopping),
        every(RECONNECT_SECONDS, lambda: hub.bell.listen(CONTROL, team.wake, lambda: stopping.begun), stopping),
        every(LOOK_SECONDS, watchdog.look, stopping),
    ]
