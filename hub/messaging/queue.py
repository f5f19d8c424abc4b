"""The queue: Celery messages that carry a job's id and nothing else. The database is what counts."""

import logging
import ssl
import time
from datetime import UTC, datetime

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from gradus.spec.device import DeviceChoice, DeviceKind
from hub.messaging import transport
from hub.messaging.message import SENT, TASK, read
from hub.messaging.redis_errors import REDIS_TROUBLE

FOREIGN = 20
"""Elements before the oldest hint that are looked at: a worker drops what is no hint as soon as it takes it."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
logger = logging.getLogger(__name__)


def queue_name(device: DeviceChoice | str) -> str:
    """The queue of jobs that wait for this kind of device."""
    return f"gradus.{device}"


def queues_for(kind: DeviceKind) -> list[str]:
    """The queues that a worker with this kind of device listens to."""
    return [queue_name("auto"), queue_name(kind)]


def celery_app(redis_url: str) -> Celery:
    """The Celery application, the same for those who send and those who work."""
    app = Celery("gradus", broker=redis_url.replace("unix://", f"{transport.NAME}+socket://", 1))
    app.conf.update(
        broker_transport=transport.NAME,
        broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED} if redis_url.startswith("rediss:") else None,
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=False,
        task_publish_retry=False,
        worker_disable_prefetch=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,  # control goes through the database and the bell
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
            "ack_emulation": False,  # a hint that is lost with its worker is sent again by the reconciler
            "priority_steps": [0],
            "max_retries": 1,  # of a sender: without it a dead Redis would hold it for six seconds
            "interval_start": 0,
        },
        redis_socket_timeout=2,
    )
    return app


def depth(client: "redis.Redis", device: str) -> int:
    """Hints for this kind of device that no worker has taken yet."""
    return int(client.llen(queue_name(device)))


class Queue:
    """Sends hints that a job waits."""

    def __init__(self, redis_url: str) -> None:
        self.app = celery_app(redis_url)
        self._redis = redis.Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1)

    def send_job(self, job_id: str, device: str) -> bool:
        """Tell one worker of the job; whether that worked. If not, the reconciler hints again."""
        try:
            sent = {SENT: time.time()}
            self.app.send_task(TASK, args=[job_id], queue=queue_name(device), headers=sent, retry=False)
        except (OperationalError, *REDIS_TROUBLE) as error:
            logger.warning("no hint for %s: %s", job_id, error)
            return False
        return True

    def depth(self, device: str) -> int:
        """Hints that no worker has taken yet."""
        return depth(self._redis, device)

    def check(self) -> None:
        """Raise one of `REDIS_TROUBLE` if no hint can be taken. A server that is a replica, or whose disk is full,
        still says how many wait."""
        self._redis.rpop(queue_name("check"))

    def oldest(self, device: str) -> datetime | None:
        """When the hint was sent that is to be taken next: what was hinted at long before is no longer under way. None
        if every hint was taken; long ago if the hint does not say."""
        try:
            for place in range(1, FOREIGN + 1):
                element = self._redis.lindex(queue_name(device), -place)
                if element is None:
                    return None
                if message := read(element if isinstance(element, bytes) else element.encode()):
                    return message.sent or _LONG_AGO
        except redis.ResponseError as error:
            if not transport.wrong_type(error):
                raise
            logger.warning("removed the key %s, which is no list and no queue", queue_name(device))
            self._redis.delete(queue_name(device))
            return None
        return _LONG_AGO

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()
        self.app.close()
