"""The state of the service: workers, queue, readiness."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import get_args

import redis
from sqlalchemy.exc import SQLAlchemyError

from api.limits import limits
from gradus import __version__
from gradus.spec.device import DeviceChoice
from gradus.status import Status
from gradus.wire.system import DependencyHealth, Health, RunUsage, SystemRecord, WorkerRecord
from hub.cores import POLICY
from hub.database import schema_version
from hub.database.disk_space import NO_ROOM
from hub.disk_full import disk_full
from hub.experiments import lists
from hub.hub import Hub
from hub.jobs import workers
from hub.messaging import queue


def system(hub: Hub, workspace_id: str) -> SystemRecord:
    """The live workers, and the queued and running experiments of this workspace."""
    with hub.read() as session:
        alive = tuple(workers.seen_by(session, workspace_id))
        counts = lists.count_by_status(session, workspace_id)
    return SystemRecord(
        version=__version__,
        time=datetime.now(UTC),
        workers=alive,
        devices=tuple(dict.fromkeys(worker.device for worker in alive)),
        queue_depth=counts.get(Status.QUEUED, 0),
        running=counts.get(Status.RUNNING, 0),
        limits=limits(hub.settings.quotas),
        cores_policy=POLICY,
    )


@dataclass(frozen=True)
class Population:
    """The experiments, workers and runs of the whole service."""

    experiments: Mapping[Status, int]
    """Number of experiments by status."""
    workers: Sequence[WorkerRecord]
    runs: Sequence[RunUsage]


def population(hub: Hub) -> Population:
    """The experiments, live workers and runs of the whole service."""
    with hub.read() as session:
        return Population(lists.count_by_status(session), workers.alive(session), workers.runs(session))


def waiting_jobs(hub: Hub) -> dict[str, int]:
    """Number of queued job messages by kind of device; empty when Redis does not answer."""
    try:
        return {device: hub.breaker.ask(partial(queue.depth, device=device)) for device in get_args(DeviceChoice)}
    except redis.RedisError:
        return {}


def readiness(hub: Hub) -> Health:
    """Whether the API's dependencies answer, and whether the database has the expected schema version."""
    dependencies = (_check("database", partial(_database_fault, hub)), _check("redis", partial(hub.breaker.ask, _ping)))
    return Health(status="ok" if all(each.ok for each in dependencies) else "unavailable", dependencies=dependencies)


def is_readable(hub: Hub) -> bool:
    """Whether the database answers with the expected schema version, which is all that predictions need."""
    return _check("database", partial(_schema_fault, hub)).ok


def _ping(client: "redis.Redis") -> None:
    client.ping()


def _database_fault(hub: Hub) -> str | None:
    """What is wrong with the database: another schema version, or a full disk."""
    return _schema_fault(hub) or (NO_ROOM if hub.database.room.is_full() else None)


def _schema_fault(hub: Hub) -> str | None:
    with hub.read() as session:
        return schema_version.mismatch(session)


def _check(name: str, fault_of: Callable[[], str | None]) -> DependencyHealth:
    """The health of a dependency. `fault_of` returns or raises what is wrong with it."""
    try:
        fault = fault_of()
    except (SQLAlchemyError, redis.RedisError, OSError) as error:
        fault = NO_ROOM if disk_full(error) else type(error).__name__
    detail = fault if fault in {None, NO_ROOM} else _EFFECTS[name] + str(fault)
    return DependencyHealth(name=name, ok=fault is None, detail=detail or "")


_EFFECTS = {
    "database": "cannot read or write anything: ",
    "redis": "reading and creating experiments work, but new experiments start late: ",
}
