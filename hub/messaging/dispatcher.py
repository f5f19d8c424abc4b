"""Rings and hints go out on a thread of their own: a Redis that hangs holds up no request, and no worker's epoch."""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.messaging.outbox import Outbox
from hub.messaging.pubsub import CONTROL, EVENTS, PubSub
from hub.messaging.queue import Queue

MOST = 20_000
"""Rings, and hints, that wait. More are lost: streams look by themselves, and the reconciler hints again."""
JOBS_AT_ONCE = 100
"""Between two looks for rings, which are more urgent: a sweep has a thousand hints."""
CLOSING_SECONDS = 4.0
"""For what waits still when the process ends."""
logger = logging.getLogger(__name__)


@dataclass
class _Waiting:
    """What is to go out, each once, in the order in which it came."""

    controls: dict[str, None] = field(default_factory=dict)
    events: dict[str, None] = field(default_factory=dict)
    jobs: dict[tuple[str, str], None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.controls or self.events or self.jobs)


class Dispatcher:
    """Sends at most once: what fails is lost. Its thread begins with the first thing to send."""

    def __init__(self, pubsub: PubSub, queue: Queue) -> None:
        self._pubsub = pubsub
        self._queue = queue
        self._changed = threading.Condition()
        self._waiting = _Waiting()
        self._sending = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def send(self, box: Outbox) -> None:
        """Send what a transaction gave rise to, soon. Returns at once."""
        if not (box.events or box.controls or box.jobs):
            return
        with self._changed:
            if self._closed:
                return
            for waiting, new in (
                (self._waiting.controls, sorted(box.controls)),
                (self._waiting.events, sorted(box.events)),
                (self._waiting.jobs, box.jobs),
            ):
                _add(waiting, new)  # type: ignore[arg-type]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until everything has gone out, or is lost; whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._sending, seconds)

    def close(self) -> None:
        """Send what waits, if Redis takes it, and end."""
        if not self.flush(CLOSING_SECONDS):
            logger.warning("the queue does not answer: what waits for it is sent again later")
        with self._changed:
            self._closed = True
            self._waiting = _Waiting()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._sending = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                part = self._take()
                self._sending = True
            try:
                self._send(part)
            except Exception:  # this thread must outlive whatever the libraries between here and Redis may raise
                logger.exception("something was not sent")

    def _take(self) -> _Waiting:
        """All rings, and the first hints."""
        part = _Waiting(self._waiting.controls, self._waiting.events)
        self._waiting.controls, self._waiting.events = {}, {}
        for job in list(self._waiting.jobs)[:JOBS_AT_ONCE]:
            part.jobs[job] = self._waiting.jobs.pop(job)
        return part

    def _send(self, part: _Waiting) -> None:
        if part.controls:
            self._pubsub.publish(CONTROL, part.controls)
        if part.events:
            self._pubsub.publish(EVENTS, part.events)
        for job_id, device in part.jobs:
            if not self._queue.send_job(job_id, device):
                return self._give_up()
        return None

    def _give_up(self) -> None:
        """A Redis that hangs would hold up each hint after this one as long, and what waits would only grow."""
        with self._changed:
            self._waiting.jobs.clear()


def _add(waiting: dict[object, None], new: Iterable[object]) -> None:
    for one in new:
        if len(waiting) >= MOST:
            logger.warning("more than %s rings or hints wait for Redis: some are lost", MOST)
            return
        waiting[one] = None
