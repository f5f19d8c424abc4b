"""The shape of docker-compose.yml without containers: two API processes, two workers, Postgres, Valkey."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from gradus.client import Client, calls
from gradus.examples import DIGITS
from gradus.spec.experiment import Spec
from gradus.status import EventKind, Status
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.postgres import Postgres
from tests.servers.processes import Program, running_api, running_worker, service_env, wait_until


@dataclass(frozen=True)
class Cluster:
    """Clients of the two API processes, and the two workers."""

    clients: tuple[Client, Client]
    workers: tuple[Program, Program]


@pytest.fixture(scope="module")
def cluster(postgres: Postgres, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    database_url = postgres.create_database()
    upgrade(database_url)
    env = service_env(folder, database_url, valkey.url)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(running_api(folder, env))[1] for _ in range(2)]
        workers = [stack.enter_context(running_worker(folder, f"worker-{i}", env)) for i in range(2)]
        yield Cluster((clients[0], clients[1]), (workers[0], workers[1]))


def spec(seed: int, epochs: int = 5) -> Spec:
    return DIGITS.model_copy(update={"seed": seed, "epochs": epochs, "name": f"seed {seed}"})


def test_both_workers_are_seen_by_both_apis(cluster: Cluster) -> None:
    pids = {worker.process.pid for worker in cluster.workers}
    for client in cluster.clients:
        wait_until(partial(_sees, client, pids), "two workers")


def _sees(client: Client, pids: set[int]) -> bool:
    return {worker.pid for worker in client.send(calls.system()).workers} == pids


def test_what_one_api_accepts_the_other_shows_and_streams(cluster: Cluster) -> None:
    here, there = cluster.clients
    ids = [here.send(calls.create(spec(seed))).id for seed in range(6)]
    streams = {one: list(there.experiments.events(one)) for one in ids}
    for one, events in streams.items():
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        epochs = [event.data for event in events if event.kind is EventKind.EPOCH]
        assert there.send(calls.experiment(one)).status is Status.SUCCEEDED
        assert list(there.send(calls.metrics(one)).data) == epochs
        assert there.send(calls.metrics(one)).data == here.send(calls.metrics(one)).data
        assert len(epochs) == 5
    page = there.send(calls.experiments(limit=6)).data
    assert sorted(record.id for record in page) == sorted(ids)
    (device,) = {record.device for record in page}
    assert device is not None
    assert device.startswith("cpu:1 (")


def test_an_answer_is_kept_for_a_repeat_at_the_other_api(cluster: Cluster) -> None:
    here, there = cluster.clients
    call = calls.create(spec(7, epochs=1), idempotency_key="once")
    assert there.send(call).id == here.send(call).id


def test_a_run_is_cancelled_through_the_other_api(cluster: Cluster) -> None:
    here, there = cluster.clients
    one = here.send(calls.create(spec(8, epochs=100_000))).id
    events = here.experiments.events(one)
    next(event for event in events if event.kind is EventKind.EPOCH)
    there.send(calls.cancel(one))
    assert [event.kind for event in events][-1] is EventKind.END
    assert there.send(calls.experiment(one)).status is Status.CANCELLED


def test_the_other_worker_goes_on_with_what_a_stopped_one_hands_back(cluster: Cluster) -> None:
    """Last of the module: one worker is gone afterwards."""
    here, there = cluster.clients
    ids = [here.send(calls.create(spec(seed, epochs=300))).id for seed in (9, 10)]
    wait_until(lambda: all(here.send(calls.experiment(one)).progress.epoch > 0 for one in ids), "both runs training")
    assert cluster.workers[0].stop() == 0
    for one in ids:
        kinds = [event.kind for event in there.experiments.events(one)]
        assert kinds.count(EventKind.EPOCH) == 300
        assert there.send(calls.experiment(one)).status is Status.SUCCEEDED
    assert sorted(here.send(calls.experiment(one)).attempts for one in ids) == [1, 2]
    wait_until(lambda: len(here.send(calls.system()).workers) == 1, "one worker left")
