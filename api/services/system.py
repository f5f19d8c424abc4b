"""The state of the service: workers, queue, health."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import get_args

import redis
from sqlalchemy.exc import SQLAlchemyError

from api.limits import limits
from gradus import __version__
from gradus.spec.device import DeviceWish
from gradus.status import Status
from gradus.wire.system import DependencyHealth, Health, SystemRecord
from hub import experiments, workers
from hub.hub import Hub


def system(hub: Hub, workspace_id: str) -> SystemRecord:
    """Who works, on what of this workspace, and how much of it waits."""
    with hub.read() as session:
        alive = tuple(workers.seen_by(session, workspace_id))
        counts = experiments.count_by_status(session, workspace_id)
    return SystemRecord(
        version=__version__,
        time=datetime.now(UTC),
        workers=alive,
        devices=tuple(dict.fromkeys(worker.device for worker in alive)),
        queue_depth=counts.get(Status.QUEUED, 0),
        running=counts.get(Status.RUNNING, 0),
        limits=limits(hub.settings.quotas),
    )


def population(hub: Hub) -> tuple[Mapping[Status, int], int]:
    """Experiments by status, and workers alive."""
    with hub.read() as session:
        return experiments.count_by_status(session), len(workers.alive(session))


def hints(hub: Hub) -> dict[str, int]:
    """Hints that wait, by kind of device; nothing when Redis does not answer."""
    try:
        return {device: hub.queue.depth(device) for device in get_args(DeviceWish)}
    except redis.RedisError:
        return {}


def readiness(hub: Hub) -> Health:
    """Whether each thing that the API needs answers."""
    found = (_look("database", hub.database.ping), _look("redis", hub.bell.ping))
    return Health(status="ok" if all(one.ok for one in found) else "unavailable", dependencies=found)


def _look(name: str, ping: Callable[[], None]) -> DependencyHealth:
    try:
        ping()
    except (SQLAlchemyError, redis.RedisError, OSError) as error:
        return DependencyHealth(name=name, ok=False, detail=_EFFECTS[name] + type(error).__name__)
    return DependencyHealth(name=name, ok=True)


_EFFECTS = {
    "database": "nothing can be read or written: ",
    "redis": "reading and creating work, new experiments start late: ",
}
