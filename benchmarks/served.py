"""A complete service to measure: an API, one worker with one slot, SQLite and Valkey."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.unwinding import unwind_on_sigterm
from gradus.client import Client, Experiment
from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.processes import Program, running_api, service_env


@contextmanager
def service(folder: Path, threads: int) -> Iterator[Client]:
    """A client of the service, once the worker is warm."""
    unwind_on_sigterm()
    database_url = f"sqlite:///{folder / 'gradus.db'}"
    upgrade(database_url)
    with ValkeyServer(folder / "valkey") as valkey:
        env = service_env(folder, database_url, valkey.url)
        worker = Program(folder / "worker.log", "worker", "--threads", threads, env=env)
        with worker, running_api(folder, env) as (_, client):
            worker.wait_for("is ready")
            yield client


@dataclass(frozen=True)
class Start:
    """The times of a run's phases, in seconds since 1970."""

    sent: float
    created: float
    """The transaction began."""
    answered: float
    claimed: float
    first_step: float
    first_row: float
    """The epoch's end."""
    arrived: float
    """The client received the first row."""


def start(client: Client, spec: Spec) -> Start:
    """Submit a run and wait for its end."""
    sent = time.time()
    posted = client.experiments.create(spec)
    answered = time.time()
    row, arrived = first_row(posted)
    run = posted.refresh().record
    assert run.started_at is not None
    done = row.at.timestamp()
    return Start(
        sent, run.created_at.timestamp(), answered, run.started_at.timestamp(), done - row.seconds, done, arrived
    )


def first_row(posted: Experiment) -> tuple[MetricsRow, float]:
    """The first metrics row and the time at which the stream delivered it; returns at the end of the run."""
    events = posted.events()
    row = next(event.data for event in events if isinstance(event.data, MetricsRow))
    arrived = time.time()
    for _ in events:
        pass
    return row, arrived
