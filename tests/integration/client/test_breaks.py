"""The client while the API's process is killed and another takes its place, row by row: the test plays the worker."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gradus import Client
from gradus.client import Access
from gradus.status import EventKind, Status
from hub import runs
from hub.claims import Claim
from hub.hub import Hub
from hub.tables import ExperimentRow
from tests.integration.api.service import on_sqlite
from tests.integration.hub.work import claim, submit, train_epoch
from tests.servers.faces import FACES, Opener
from tests.servers.processes import Program, free_port, service_env, wait_until

pytestmark = on_sqlite


class Server:
    """An API process that can be killed and started again at the same address."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._env = service_env(folder, hub.settings.database_url, hub.settings.redis_url)
        self._folder, self._port, self._lives = folder, free_port(), 0
        self.access = Access(f"http://127.0.0.1:{self._port}")
        self.start()

    def start(self) -> None:
        self._lives += 1
        log = self._folder / f"api-{self._lives}.log"
        self._program = Program(log, "api", "--port", self._port, env=self._env)

    def kill(self) -> None:
        self._program.kill()


@pytest.fixture
def server(hub: Hub, tmp_path: Path) -> Iterator[Server]:
    server = Server(hub, tmp_path)
    yield server
    server.kill()


@pytest.fixture(params=FACES)
def opener(request: pytest.FixtureRequest) -> Opener:
    return FACES[request.param]


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """Where clients listen while the test goes on."""
    with ThreadPoolExecutor() as threads:
        yield threads


Listen = Callable[[Client], Any]


@pytest.fixture
def listening(server: Server, opener: Opener, aside: ThreadPoolExecutor) -> Callable[[Listen], "Future[Any]"]:
    def work(listen: Listen) -> Any:
        with opener(server.access) as client:
            return listen(client)

    return lambda listen: aside.submit(work, listen)


def end(hub: Hub, claimed: Claim, row: ExperimentRow) -> None:
    with hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)


def test_no_row_is_lost_or_doubled_when_the_server_dies_in_the_middle(
    hub: Hub, server: Server, listening: Callable[[Listen], "Future[Any]"]
) -> None:
    row, told = submit(hub, epochs=7), list[int]()
    claimed = claim(hub, row)

    def watch(client: Client) -> list[tuple[int, EventKind]]:
        told.extend(one.epoch for one in client.experiments.watch(row.id))
        return [(one.seq, one.kind) for one in client.experiments.events(row.id)]

    def train(*epochs: int) -> None:
        for epoch in epochs:
            train_epoch(hub, claimed, epoch)

    done = listening(watch)
    train(1, 2)
    wait_until(lambda: told == [1, 2], "the first rows")
    server.kill()
    train(3, 4)  # while nobody can tell
    server.start()
    train(5)
    wait_until(lambda: len(told) == 5, "the rows of before and after")
    server.kill()
    train(6, 7)
    end(hub, claimed, row)
    server.start()
    events = done.result(60)
    assert told == [1, 2, 3, 4, 5, 6, 7]
    assert [seq for seq, _ in events] == list(range(1, len(events) + 1))
    assert events[-1][1] is EventKind.END


def test_waiting_for_the_end_outlasts_a_server_that_dies(
    hub: Hub, server: Server, listening: Callable[[Listen], "Future[Any]"]
) -> None:
    row = submit(hub)
    done = listening(lambda client: client.experiments.wait(row.id).status)
    claimed = claim(hub, row)
    server.kill()
    train_epoch(hub, claimed, 1)
    server.start()
    assert not done.done()
    end(hub, claimed, row)
    assert done.result(60) is Status.SUCCEEDED
