"""The state of the service: workers, queue, health."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import get_args

import redis
from sqlalchemy.exc import SQLAlchemyError

from api.limits import limits
from gradus import __version__
from gradus.spec.device import DeviceChoice
from gradus.status import Status
from gradus.wire.system import DependencyHealth, Health, SystemRecord
from hub.database import schema_version
from hub.database.disk_space import NO_ROOM
from hub.environment_errors import disk_full
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import workers
from hub.messaging import queue


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


def waiting_jobs(hub: Hub) -> dict[str, int]:
    """Hints that wait, by kind of device; nothing when Redis does not answer."""
    try:
        return {device: hub.breaker.ask(partial(queue.depth, device=device)) for device in get_args(DeviceChoice)}
    except redis.RedisError:
        return {}


def readiness(hub: Hub) -> Health:
    """Whether each thing that the API needs answers, and the database with the tables that it knows."""
    found = (_look("database", partial(_mismatch, hub)), _look("redis", partial(hub.breaker.ask, _ping)))
    return Health(status="ok" if all(one.ok for one in found) else "unavailable", dependencies=found)


def _ping(client: "redis.Redis") -> None:
    client.ping()


def _mismatch(hub: Hub) -> str | None:
    """Nor has it room to store anything: it is asked after everything else."""
    with hub.read() as session:
        wrong = schema_version.mismatch(session)
    return wrong or (NO_ROOM if hub.database.room.is_full() else None)


def _look(name: str, ask: Callable[[], str | None]) -> DependencyHealth:
    """What is wrong with it, by what `ask` says or raises."""
    try:
        wrong = ask()
    except (SQLAlchemyError, redis.RedisError, OSError) as error:
        wrong = NO_ROOM if disk_full(error) else type(error).__name__
    detail = wrong if wrong in {None, NO_ROOM} else _EFFECTS[name] + str(wrong)
    return DependencyHealth(name=name, ok=wrong is None, detail=detail or "")


_EFFECTS = {
    "database": "nothing can be read or written: ",
    "redis": "reading and creating work, new experiments start late: ",
}
