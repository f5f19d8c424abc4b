"""Servers and databases for tests. Each server starts when a test first needs it, and stops at the end of the test
run.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import certifi
import pytest
import redis

from hub.database import postgres as postgres_connections
from hub.dataset_files import available
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.servers import compiled, trainers, warm
from tests.servers.collected import pytest_xdist_setupnodes as pytest_xdist_setupnodes  # noqa: PLC0414 (a hook)
from tests.servers.for_all import servers_for_all
from tests.servers.order import places
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.processes import warm_processes
from tests.servers.readers import forked_readers
from tests.servers.units import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler  # noqa: PLC0414 (a hook)
from tests.servers.units import unit
from worker.trainer.libraries import library_env

TERMINAL = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"}
for name in list(os.environ):  # whoever runs the tests may have a service, and a terminal of their own
    if name in TERMINAL or (name.startswith("GRADUS_") and name != "GRADUS_DATASETS_DIR"):
        del os.environ[name]

gc.set_threshold(10_000, 10, 10)
"""Run Python's garbage collector less often. With its default settings, it takes a tenth of the time of tests that use
the API."""

os.environ |= library_env()
"""PyTorch computes with one thread, as in a trainer. With two threads each, several test processes would disturb each
other: on a busy machine, comparisons with plain PyTorch would take several times the CPU time."""

compiled.keep_for_all_engines()

postgres_connections.CONNECTING |= {
    "connect_timeout": 60,
    "options": "-c idle_in_transaction_session_timeout=60s",
}
"""A long timeout: a busy machine may stop a test for longer than the service normally waits for a process that is
frozen in a transaction."""


def pytest_configure(config: pytest.Config) -> None:
    """Let the processes of `pytest -n` share the servers that fork."""
    if config.getoption("numprocesses", None) and warm.FOR_ALL not in os.environ:
        servers = ExitStack()
        config.add_cleanup(servers.close)
        servers.enter_context(servers_for_all())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files that mostly wait beside files that compute."""
    place = places(unit(item.nodeid) for item in items)
    items.sort(key=lambda item: place[unit(item.nodeid)])


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("mnist") and not available("mnist", Settings.from_env().dataset_dirs):
        pytest.skip("the MNIST files are not here: GRADUS_DATASETS_DIR can name the folder above theirs")
    if item.get_closest_marker("gpu") and not _has_gpu():
        pytest.skip("no NVIDIA GPU")


def _has_gpu() -> bool:
    import torch  # noqa: PLC0415 (only tests that want a GPU pay for it)

    return torch.cuda.is_available()


@pytest.fixture(scope="session", autouse=True)
def _one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Load no CA certificates: no request leaves this machine, and loading them takes each client 23 ms."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    first = Path(certifi.where()).read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]
    file = tmp_path_factory.mktemp("certificate") / "one.pem"
    file.write_text(f"{begin}{first}{end}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture(scope="session", autouse=True)
def _warm_processes() -> Iterator[None]:
    with warm_processes(), forked_readers():
        yield


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    with ValkeyServer(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def valkey(valkey_server: ValkeyServer) -> ValkeyServer:
    """An empty Valkey server. Otherwise a worker would first take up thousands of messages of other tests."""
    with redis.Redis.from_url(valkey_server.url) as client:
        client.flushall()
    return valkey_server


@pytest.fixture(scope="session")
def trainer_server() -> Iterator[None]:
    """One process that has imported torch, from which the trainers of all workers are forked."""
    with ExitStack() as stack:
        path = os.environ.get(trainers.FOR_ALL) or str(stack.enter_context(trainers.running_trainer_server()))
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("GRADUS_TRAINER_SERVER", path)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gradus.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)
