"""The Celery application and the names of its queues, the same for the API, which sends, and workers, which consume."""

import ssl

from celery import Celery

from gradus.spec.device import DeviceChoice
from hub.messaging import transport


def queue_name(device: DeviceChoice | str) -> str:
    """The name of the queue for this kind of device."""
    return f"gradus.{device}"


def celery_app(redis_url: str) -> Celery:
    """The Celery application, the same for senders and workers."""
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
        worker_enable_remote_control=False,  # control requests use the database and pub/sub
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
            "ack_emulation": False,  # the reconciler resends a message that is lost with its worker
            "priority_steps": [0],
            "max_retries": 1,  # for senders: otherwise an unreachable Redis blocks for six seconds
            "interval_start": 0,
        },
        redis_socket_timeout=2,
    )
    return app
