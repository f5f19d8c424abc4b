"""Workers that end with the test that started them."""

import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hub.hub import Hub
from tests.integration.worker.processes import WorkerUnderTest

StartWorker = Callable[..., WorkerUnderTest]

LEASE_SECONDS = 2.0
"""A short time, so that the loss of a worker is noticed soon."""
CHECKPOINT_SECONDS = 2.0
"""A short time, so that short runs write checkpoints, too: at the end of each epoch that comes after half of it."""


@pytest.fixture(scope="module", autouse=True)
def _trainers_are_forked(trainer_server: None) -> None:
    """Fork all trainers from one process, because importing torch in each takes longer than most of them train."""


@pytest.fixture
def start_worker(hub: Hub, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts a worker on the hub's database and Valkey; it is ready when the call returns."""
    hub.settings = replace(hub.settings, lease_seconds=LEASE_SECONDS, checkpoint_seconds=CHECKPOINT_SECONDS)
    with workers(hub, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def shared_hub(module_hub: Hub) -> Hub:
    """One hub for all runs of a module. The runs do not disturb each other."""
    module_hub.settings = replace(module_hub.settings, checkpoint_seconds=CHECKPOINT_SECONDS)
    return module_hub


@pytest.fixture(scope="module")
def shared_worker(shared_hub: Hub) -> Iterator[WorkerUnderTest]:
    """One warm worker with one slot for all runs of a module."""
    with workers(shared_hub, shared_hub.settings.data_dir) as start:
        yield start()


@contextmanager
def workers(hub: Hub, folder: Path) -> Iterator[StartWorker]:
    """A function that starts workers, whose logs are in the folder. All of them are ended with the block."""
    started: list[WorkerUnderTest] = []
    logs = (folder / f"worker-{number}.log" for number in itertools.count(1))

    def start(slots: int = 1, memory: float | None = None, stop_seconds: float = 180) -> WorkerUnderTest:
        started.append(WorkerUnderTest(hub.settings, next(logs), slots, memory, stop_seconds))
        return started[-1].wait_until_ready()

    try:
        yield start
    finally:
        for worker in started:
            worker.end()
            sys.stderr.write(worker.log)
