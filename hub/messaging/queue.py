"""The Celery queue: each message carries only a job's id. The database decides."""

import logging
import time
from datetime import UTC, datetime

import redis
from kombu.exceptions import OperationalError

from hub.messaging import transport
from hub.messaging.celery_app import celery_app, queue_name
from hub.messaging.message import ANSWER_TASK, READ_TASK, SENT, TASK, question_of, read, version_of
from hub.messaging.redis_errors import REDIS_TROUBLE

MAX_FOREIGN = 20
"""Foreign elements that are skipped in search of the oldest job message. Workers drop foreign elements."""
READINGS = "readings"
EXAMINATIONS = "examinations"
QUESTIONS, FILES, IMPORTANCES = "questions", "files", "importances"
"""Used in place of a device in the names of the queues for readings, examinations, short questions, files with
predictions and the importance of columns."""
SLOW_QUESTIONS = {"prd_": FILES, "imp_": IMPORTANCES}
"""The queues of the questions that short questions must not wait for, by the prefix of their ids."""
_TYPES_OF_QUEUES = (b"list", "list", b"none", "none")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
logger = logging.getLogger(__name__)


def lane_of(question_id: str) -> str:
    """The queue of a question."""
    return SLOW_QUESTIONS.get(question_id[: question_id.find("_") + 1], QUESTIONS)


def depth(client: "redis.Redis", device: str) -> int:
    """Number of queued job messages for this kind of device."""
    return int(client.llen(queue_name(device)))


class Queue:
    """Sends job messages."""

    def __init__(self, redis_url: str) -> None:
        self.app = celery_app(redis_url)
        self._redis = redis.Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1)

    def send_job(self, job_id: str, device: str) -> bool:
        """Send a job message to the workers. Returns False on failure; the reconciler then resends it."""
        try:
            sent = {SENT: time.time()}
            self.app.send_task(TASK, args=[job_id], queue=queue_name(device), headers=sent, retry=False)
        except (OperationalError, *REDIS_TROUBLE) as error:
            logger.warning("cannot send the message of job %s: %s", job_id, error)
            return False
        return True

    def send_reading(self, version_id: str) -> bool:
        """Send a message about a version to read. Returns False on failure; the reconciler then resends it."""
        return self._send(READ_TASK, READINGS, version_id)

    def send_examination(self, version_id: str) -> bool:
        """Send a message about a version to examine. Returns False on failure; the reconciler then resends it."""
        return self._send(READ_TASK, EXAMINATIONS, version_id)

    def send_question(self, question_id: str) -> bool:
        """Send a message about a question to answer. Returns False on failure; the reconciler then resends it."""
        return self._send(ANSWER_TASK, lane_of(question_id), question_id)

    def next_reading(self, seconds: float) -> str | None:
        """Take the id of a version to read or, if there is none, of one to examine from the queues. None if both queues
        stay empty for this time (less than a second).

        Celery's pool is as large as the number of training slots, so readings and questions, which have slots of their
        own, are taken here. Raises one of `REDIS_TROUBLE` if Redis does not answer.
        """
        element = self._next(seconds, READINGS, EXAMINATIONS)
        return None if element is None else version_of(element)

    def next_question(self, seconds: float, lane: str = QUESTIONS) -> str | None:
        """Take the id of a question from the queue of a lane; None if the queue stays empty for this time (less than a
        second).

        Raises one of `REDIS_TROUBLE` if Redis does not answer.
        """
        element = self._next(seconds, lane)
        return None if element is None else question_of(element)

    def _send(self, task: str, kind: str, id_: str) -> bool:
        try:
            self.app.send_task(task, args=[id_], queue=queue_name(kind), retry=False)
        except (OperationalError, *REDIS_TROUBLE) as error:
            logger.warning("cannot send the message of %s: %s", id_, error)
            return False
        return True

    def _next(self, seconds: float, *kinds: str) -> bytes | None:
        """The oldest element of the first queue that has one."""
        names = [queue_name(kind) for kind in kinds]
        try:
            taken = self._redis.brpop(names, timeout=seconds)
        except redis.ResponseError as error:
            if not transport.wrong_type(error):
                raise
            self._redis.delete(*(name for name in names if self._redis.type(name) not in _TYPES_OF_QUEUES))
            return None
        if taken is None:
            return None
        element = taken[1]
        return element if isinstance(element, bytes) else element.encode()

    def depth(self, device: str) -> int:
        """Number of queued job messages for this kind of device."""
        return depth(self._redis, device)

    def check(self) -> None:
        """Raise one of `REDIS_TROUBLE` if messages cannot be taken from the queue. The check is a write: a replica, or
        a server with a full disk, would still answer a read."""
        self._redis.rpop(queue_name("check"))

    def oldest(self, device: str) -> datetime | None:
        """When the next message in the queue was sent: messages sent long before it are no longer queued. None if the
        queue is empty; 1970 if the message has no time."""
        try:
            for position in range(1, MAX_FOREIGN + 1):
                element = self._redis.lindex(queue_name(device), -position)
                if element is None:
                    return None
                if message := read(element if isinstance(element, bytes) else element.encode()):
                    return message.sent or _LONG_AGO
        except redis.ResponseError as error:
            if not transport.wrong_type(error):
                raise
            logger.warning("deleted the key %s, which is not a queue (not a list)", queue_name(device))
            self._redis.delete(queue_name(device))
            return None
        return _LONG_AGO

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()
        self.app.close()
