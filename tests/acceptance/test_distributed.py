"""The architecture of docker-compose.yml without containers: two API processes, two workers, Postgres, Valkey."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from gradus.client import Client
from gradus.examples import DIGITS
from gradus.spec.experiment import Spec
from gradus.status import EventKind, Status
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.postgres import Postgres
from tests.servers.processes import Program, new_interpreters, running_api, running_worker, service_env, wait_until


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
        with new_interpreters():  # as the images start them; one more of each is forked
            _, here = stack.enter_context(running_api(folder, env))
            first = stack.enter_context(running_worker(folder, "worker-0", env))
        _, there = stack.enter_context(running_api(folder, env))
        second = stack.enter_context(running_worker(folder, "worker-1", env))
        yield Cluster((here, there), (first, second))


def spec(seed: int, epochs: int = 5) -> Spec:
    return DIGITS.model_copy(update={"seed": seed, "epochs": epochs, "name": f"seed {seed}"})


def test_both_workers_are_seen_by_both_apis(cluster: Cluster) -> None:
    pids = {worker.process.pid for worker in cluster.workers}
    for client in cluster.clients:
        wait_until(partial(_sees, client, pids), "two workers")


def _sees(client: Client, pids: set[int]) -> bool:
    return {worker.pid for worker in client.system().workers} == pids


def test_what_one_api_accepts_the_other_shows_and_streams(cluster: Cluster) -> None:
    here, there = cluster.clients
    ids = [here.experiments.create(spec(seed)).id for seed in range(6)]
    streams = {one: list(there.experiments.get(one).events()) for one in ids}
    for one, events in streams.items():
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        epochs = [event.data for event in events if event.kind is EventKind.EPOCH]
        assert there.experiments.get(one).status is Status.SUCCEEDED
        assert list(there.experiments.get(one).metrics().data) == epochs
        assert there.experiments.get(one).metrics().data == here.experiments.get(one).metrics().data
        assert len(epochs) == 5
    page = list(there.experiments.list(limit=6))
    assert sorted(record.id for record in page) == sorted(ids)
    (device,) = {record.record.device for record in page}
    assert device is not None
    assert device.startswith("cpu:1 (")


def test_an_answer_is_kept_for_a_repeat_at_the_other_api(cluster: Cluster) -> None:
    here, there = cluster.clients
    wanted = spec(7, epochs=1)
    first = there.experiments.create(wanted, idempotency_key="once")
    assert here.experiments.create(wanted, idempotency_key="once").record == first.record


def test_a_run_is_cancelled_through_the_other_api(cluster: Cluster) -> None:
    here, there = cluster.clients
    one = here.experiments.create(spec(8, epochs=100_000)).id
    events = here.experiments.get(one).events()
    next(event for event in events if event.kind is EventKind.EPOCH)
    there.experiments.get(one).cancel()
    assert [event.kind for event in events][-1] is EventKind.END
    assert there.experiments.get(one).status is Status.CANCELLED


def test_the_other_worker_goes_on_with_what_a_stopped_one_hands_back(cluster: Cluster) -> None:
    """This test must be the last of the module, because it ends one of the workers."""
    here, there = cluster.clients
    ids = [here.experiments.create(spec(seed, epochs=300)).id for seed in (9, 10)]
    wait_until(lambda: all(here.experiments.get(one).progress.epoch > 0 for one in ids), "both runs training")
    assert cluster.workers[0].stop() == 0
    for one in ids:
        kinds = [event.kind for event in there.experiments.get(one).events()]
        assert kinds.count(EventKind.EPOCH) == 300
        assert there.experiments.get(one).status is Status.SUCCEEDED
    assert sorted(here.experiments.get(one).record.attempts for one in ids) == [1, 2]
    wait_until(lambda: len(here.system().workers) == 1, "one worker left")
