"""The client while the API's process is killed and replaced by another between any two rows. The test acts as the
worker.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gradus import Client, Experiment
from gradus.client import Credentials
from gradus.errors import NotFound
from gradus.status import EventKind, Status
from hub.database.database import now
from hub.experiments import events
from hub.hub import Hub
from hub.jobs import runs
from hub.jobs.claims import Claim
from hub.tables import ExperimentRow
from tests.integration.api.service import on_sqlite
from tests.integration.hub.work import claim, submit, train_epoch
from tests.servers.faces import FACES, Opener
from tests.servers.processes import Program, admin_key, free_port, service_env, wait_until

pytestmark = on_sqlite


class Server:
    """An API process that can be killed and started again at the same address."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._env = service_env(folder, hub.settings.database_url, hub.settings.redis_url)
        self._folder, self._port, self._lives = folder, free_port(), 0
        self.access = Credentials(f"http://127.0.0.1:{self._port}", admin_key(hub.settings.database_url))
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
    """Threads in which clients listen while the test continues."""
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


def found(client: Client, row: ExperimentRow) -> Experiment:
    """The experiment. The request is repeated while the server is down."""
    return client.with_options(max_retries=40).experiments.get(row.id)


def test_no_row_is_lost_or_doubled_when_the_server_dies_in_the_middle(
    hub: Hub, server: Server, listening: Callable[[Listen], "Future[Any]"]
) -> None:
    row, told = submit(hub, epochs=7), list[int]()
    claimed = claim(hub, row)

    def watch(client: Client) -> list[tuple[int, EventKind]]:
        experiment = found(client, row)
        told.extend(one.epoch for one in experiment.watch())
        return [(one.seq, one.kind) for one in experiment.events()]

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
    done = listening(lambda client: found(client, row).wait().status)
    claimed = claim(hub, row)
    server.kill()
    train_epoch(hub, claimed, 1)
    server.start()
    assert not done.done()
    end(hub, claimed, row)
    assert done.result(60) is Status.SUCCEEDED


def test_several_runs_over_one_stream_lose_and_double_nothing_when_the_server_dies(
    hub: Hub, server: Server, listening: Callable[[Listen], "Future[Any]"]
) -> None:
    over, going, waiting, other = (submit(hub, epochs=3) for _ in range(4))
    told = defaultdict[str, list[tuple[int, EventKind]]](list)

    def say(row: ExperimentRow, *lines: str) -> None:
        with hub.write() as session:
            events.append(session, [events.log(row.id, line) for line in lines], now(session))

    def watch(client: Client) -> None:
        for one, event in client.experiments.events_of([over.id, going.id, waiting.id]):
            told[one].append((event.seq, event.kind))

    claimed = {row.id: claim(hub, row) for row in (over, going)}
    for epoch in (1, 2, 3):
        train_epoch(hub, claimed[over.id], epoch)
    end(hub, claimed[over.id], over)
    say(going, "again", "again")
    train_epoch(hub, claimed[going.id], 1)
    done = listening(watch)
    wait_until(lambda: [len(told[row.id]) for row in (over, going, waiting)] == [7, 5, 1], "what was before")
    say(going, "again", "again", "again")  # which of them the stream tells cannot be seen by one alone
    wait_until(lambda: len(told[going.id]) == 8, "the lines")
    say(other, "of no interest")
    server.kill()
    train_epoch(hub, claimed[going.id], 2)
    claimed[waiting.id] = claim(hub, waiting)
    train_epoch(hub, claimed[waiting.id], 1)
    server.start()
    train_epoch(hub, claimed[going.id], 3)
    say(going, "again")
    for row in (going, waiting):
        end(hub, claimed[row.id], row)
    done.result(60)
    assert set(told) == {over.id, going.id, waiting.id}
    for row in (over, going, waiting):
        with Client(server.access.url, key=server.access.key) as client:
            assert told[row.id] == [(event.seq, event.kind) for event in client.experiments.get(row.id).events()]
        assert [seq for seq, _ in told[row.id]] == list(range(1, len(told[row.id]) + 1))


def test_a_run_that_is_deleted_while_it_is_watched_is_missed(
    hub: Hub, server: Server, listening: Callable[[Listen], "Future[Any]"]
) -> None:
    one, two = submit(hub), submit(hub)
    told = list[str]()

    def watch(client: Client) -> None:
        told.extend(name for name, _ in client.experiments.events_of([one.id, two.id]))

    done = listening(watch)
    wait_until(lambda: sorted(told) == sorted([one.id, two.id]), "both")
    with Client(server.access.url, key=server.access.key) as client:
        client.experiments.get(two.id).delete()
    with pytest.raises(NotFound, match=two.id):
        done.result(60)
