"""Sends pub/sub and job messages on a background thread, so that a hanging Redis delays no request and no epoch."""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace

from hub.messaging.outbox import Outbox
from hub.messaging.pubsub import CONTROL, EVENTS, PubSub
from hub.messaging.queue import Queue

MAX_WAITING = 20_000
"""Limit on waiting messages of each kind. More are dropped: streams also poll, and the reconciler resends job
messages."""
JOBS_AT_ONCE = 100
"""Job messages sent between two checks for pub/sub messages, which are more urgent: a sweep has a thousand jobs."""
CLOSING_SECONDS = 4.0
"""Timeout for sending the remaining messages when the process ends."""
logger = logging.getLogger(__name__)


@dataclass
class _Waiting:
    """Messages to send, without duplicates, in the order in which they were added."""

    controls: dict[str, None] = field(default_factory=dict)
    events: dict[str, None] = field(default_factory=dict)
    jobs: dict[tuple[str, str], None] = field(default_factory=dict)
    readings: dict[str, None] = field(default_factory=dict)
    examinations: dict[str, None] = field(default_factory=dict)
    questions: dict[str, None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(getattr(self, kind.name) for kind in fields(self))


class Dispatcher:
    """Sends each message at most once: a failed message is lost. Its thread starts with the first message."""

    def __init__(self, pubsub: PubSub, queue: Queue) -> None:
        self._pubsub = pubsub
        self._queue = queue
        self._changed = threading.Condition()
        self._waiting = _Waiting()
        self._sending = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def send(self, outbox: Outbox) -> None:
        """Queue the messages of a transaction for sending. Returns at once."""
        if not any(getattr(outbox, kind.name) for kind in fields(_Waiting)):
            return
        with self._changed:
            if self._closed:
                return
            for waiting, new in (
                (self._waiting.controls, sorted(outbox.controls)),
                (self._waiting.events, sorted(outbox.events)),
                (self._waiting.jobs, outbox.jobs),
                (self._waiting.readings, outbox.readings),
                (self._waiting.examinations, outbox.examinations),
                (self._waiting.questions, outbox.questions),
            ):
                _add(waiting, new)  # type: ignore[arg-type]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until all messages are sent or lost. Returns False after a timeout."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._sending, seconds)

    def close(self) -> None:
        """Send the waiting messages, if Redis accepts them, and end the thread."""
        if not self.flush(CLOSING_SECONDS):
            logger.warning("Redis does not answer: the reconciler will resend the waiting job messages")
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
                batch = self._take()
                self._sending = True
            try:
                self._send(batch)
            except Exception:  # the thread must survive any error of the Redis libraries
                logger.exception("messages to Redis could not be sent")

    def _take(self) -> _Waiting:
        """Take all pub/sub messages and the first job messages."""
        waiting = self._waiting
        self._waiting = _Waiting(jobs=waiting.jobs)
        first = list(waiting.jobs)[:JOBS_AT_ONCE]
        return replace(waiting, jobs={job: waiting.jobs.pop(job) for job in first})

    def _send(self, batch: _Waiting) -> None:
        if batch.controls:
            self._pubsub.publish(CONTROL, batch.controls)
        if batch.events:
            self._pubsub.publish(EVENTS, batch.events)
        for send, ids in (
            (self._queue.send_question, batch.questions),
            (self._queue.send_reading, batch.readings),
            (self._queue.send_examination, batch.examinations),
        ):
            all(map(send, ids))  # until one fails
        for job_id, device in batch.jobs:
            if not self._queue.send_job(job_id, device):
                return self._drop_jobs()
        return None

    def _drop_jobs(self) -> None:
        """Drop the waiting job messages: with a hanging Redis, each of them would wait for a timeout, and more would
        pile up."""
        with self._changed:
            self._waiting.jobs.clear()


def _add(waiting: dict[object, None], new: Iterable[object]) -> None:
    for message in new:
        if len(waiting) >= MAX_WAITING:
            logger.warning("more than %s messages wait for Redis: dropping some", MAX_WAITING)
            return
        waiting[message] = None
