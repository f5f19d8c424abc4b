"""The blocking and the asynchronous Python client, with the same tests for both, against a complete service: `gradus
up` with its own data folder.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import assert_type
from urllib.parse import urlsplit

import pytest
from standardwebhooks.webhooks import Webhook

from gradus import (
    Adam,
    AsyncClient,
    AsyncExperiment,
    Client,
    Conflict,
    Dense,
    Experiment,
    InvalidSpec,
    NotFound,
    Spec,
    Status,
    Unavailable,
)
from gradus.client import Credentials
from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from tests.built_in import resolved
from tests.servers.cutter import Cutter
from tests.servers.faces import FACES, Opener
from tests.servers.processes import Program, answers, saved_access, wait_until
from tests.servers.receiver import receiving

SPEC = Spec(dataset="digits", layers=[Dense(16), 8], optimizer=Adam(lr=3e-3), epochs=3, checkpoint={"every": 1})
ENDLESS = 100_000


@dataclass(frozen=True)
class Service:
    """A running service."""

    folder: Path

    @property
    def access(self) -> Credentials:
        return saved_access(self.folder)

    def kill_api(self) -> None:
        """Kill the API process, as a power cut would; the supervisor starts another one."""
        os.kill(int((self.folder / "running" / "api").read_text()), signal.SIGKILL)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("client")
    env = {"GRADUS_DATA_DIR": str(folder / "data"), "GRADUS_WEBHOOK_HOSTS": "127.0.0.1"}
    with Program(folder / "up.log", "hub.embedded", "--port", 0, env=env) as program:
        program.wait_for("is ready")
        yield Service(folder / "data")


@pytest.fixture(params=FACES)
def opener(request: pytest.FixtureRequest) -> Opener:
    return FACES[request.param]


@pytest.fixture
def client(opener: Opener, service: Service) -> Iterator[Client]:
    with opener(service.access) as client:
        yield client


@contextmanager
def cut_off(opener: Opener, service: Service) -> Iterator[tuple[Client, Cutter]]:
    """A client that is connected through a proxy that can lose responses."""
    port = urlsplit(service.access.url).port
    assert port is not None
    with Cutter(port) as cutter, opener(Credentials(f"http://127.0.0.1:{cutter.port}", service.access.key)) as client:
        yield client, cutter


def test_a_run_from_its_spec_to_its_curves(client: Client) -> None:
    run = client.experiments.create(SPEC, name="first", tags=["curves"])
    rows = list(run.watch())
    assert [row.epoch for row in rows] == [1, 2, 3]
    assert run.status is Status.SUCCEEDED  # the stream has told it
    assert run.best in rows
    assert run.spec == resolved(SPEC.model_copy(update={"name": "first", "tags": ("curves",)})).spec
    assert list(run.metrics(after=1).data) == rows[1:]
    assert list(run.to_frame().test_accuracy) == [row.test_accuracy for row in rows]
    assert list(run.plot().data[0].y) == [row.train_loss for row in rows]
    assert [one.seq for one in run.events()] == [*range(1, 1 + len(list(run.events())))]
    assert repr(client.experiments.get(run.id)) == f"<Experiment {run.id} 'first' succeeded 3/3>"


def test_a_run_is_extended_forked_compared_changed_and_deleted(client: Client) -> None:
    run = client.experiments.create(SPEC, name="origin").wait()
    assert run.extend(1).wait().progress.epoch == 4
    assert [row.epoch for row in run.watch(after=2)] == [3, 4]
    assert [one.kind for one in run.events()].count(EventKind.END) == 1  # the first end was none
    fork = run.fork(dropout=0.25, from_epoch=2, name="fork")
    assert [row.epoch for row in client.experiments.get(fork.id).watch()] == [3, 4]
    assert fork.refresh().record.forked_from == run.id
    came_about = {"forked_from": (None, run.id), "forked_epoch": (None, 2)}
    assert client.experiments.compare(run, fork.id).differences == {"dropout": (0.0, 0.25), **came_about}
    fork.update(tags=["fork", run.id], notes="see the origin")
    assert [(one.id, one.record.notes) for one in client.experiments.list(tag=run.id)] == [(fork.id, "see the origin")]
    assert 2 in {one.epoch for one in run.checkpoints().data}
    fork.delete()
    with pytest.raises(NotFound):
        client.experiments.get(fork.id)


def test_a_run_is_paused_resumed_and_cancelled(client: Client) -> None:
    run = client.experiments.create(SPEC, epochs=ENDLESS)
    with closing(run.watch()) as rows:
        next(rows)
    run.pause()
    wait_until(lambda: run.refresh().status is Status.PAUSED, "a pause")
    before = run.resume().progress.epoch
    wait_until(lambda: run.refresh().progress.epoch > before, "a further epoch")
    with pytest.raises(Conflict):
        run.delete()
    with pytest.raises(TimeoutError, match="it is not stopped"):
        run.wait(timeout=0.1)
    assert client.experiments.get(run.id).cancel().wait().status is Status.CANCELLED


def test_a_webhook_is_told_what_becomes_of_a_run(client: Client) -> None:
    with receiving() as receiver:
        made = client.webhooks.create(receiver.url, events=["status"])
        run = client.experiments.create(SPEC).wait()
        wait_until(lambda: len(receiver.calls) >= 3, "the calls")
        verified = [Webhook(made.secret).verify(call.body, dict(call.headers)) for call in receiver.calls]
        mine = [call["data"]["status"] for call in verified if call["experiment_id"] == run.id]
        assert mine == ["queued", "running", "succeeded"]
        client.webhooks.delete(made.id)
        assert list(client.webhooks.list()) == []


def test_a_list_is_walked_page_by_page(client: Client, service: Service) -> None:
    tag = f"walk {type(client).__name__}"
    spec = {"dataset": "digits", "layers": [4], "epochs": 1, "tags": [tag]}
    made = [client.experiments.create(spec, seed=seed).id for seed in range(3)]
    assert [run.id for run in client.experiments.list(tag=tag)] == made[::-1]
    page = list(client.experiments.list(tag=tag, limit=2))
    assert [one.id for one in page] == made[:0:-1]


def test_a_sweep_is_planned_run_extended_and_told(client: Client) -> None:
    request = {"base": {**SPEC.document(), "epochs": 1}, "variants": {"+ dropout": {"dropout": 0.5}}}
    assert client.sweeps.dry_run(request, seeds=[0, 1]).count == 4
    sweep = client.sweeps.create(request, seeds=[0, 1])
    assert client.sweeps.get(sweep.id).wait().status == "succeeded"
    assert client.sweeps.get(sweep.id).extend(seeds=[2]).record.counts[Status.SUCCEEDED] == 4
    done = client.sweeps.get(sweep.id).wait()
    assert {result.label: result.n for result in done.results} == {"base": 3, "+ dropout": 3}
    assert sweep.retry().record == client.sweeps.get(sweep.id).record == done.record
    assert sweep.id in [one.id for one in client.sweeps.list()]
    endless = client.sweeps.create(base={**SPEC.document(), "epochs": ENDLESS}, grid={"optimizer.lr": [0.1, 0.2]})
    with pytest.raises(TimeoutError):
        endless.wait(timeout=0.1)
    assert endless.cancel().wait().status == "cancelled"


def test_what_the_service_offers_is_told(client: Client) -> None:
    assert client.datasets.get("digits").name in [one.name for one in client.datasets.list()]
    assert "adam" in {entry.kind for entry in client.catalog().families["optimizers"]}
    assert len(client.system().workers) == 1
    made = client.keys.create("a script", role="viewer", expires_at="2040-01-01T00:00:00Z")
    client.keys.revoke(made.id)
    assert next(key for key in client.keys.list() if key.id == made.id).revoked_at is not None
    assert client.keys.sign_in_link().path.startswith("/sign-in")


def test_mistakes_are_told_with_their_places(client: Client) -> None:
    assert client.experiments.dry_run(SPEC).parameters == 64 * 16 + 16 + 16 * 8 + 8 + 8 * 10 + 10
    with pytest.raises(InvalidSpec) as caught:
        client.experiments.create(dataset="digits", layers=[Dense(8), 0], optimizer={"kind": "adam", "lr": -1})
    assert {one.path for one in caught.value.errors} == {"layers/1/units", "optimizer/lr"}
    assert (caught.value.status, caught.value.code) == (422, "invalid_spec")
    with pytest.raises(NotFound):
        list(client.experiments.get("exp_none").watch())
    with pytest.raises(NotFound):
        client.sweeps.get("swp_none").wait()


def test_what_was_created_though_its_answer_was_lost_is_created_once(opener: Opener, service: Service) -> None:
    with cut_off(opener, service) as (client, cutter):
        names = [run.id for run in client.experiments.list()]
        cutter.cuts = 2
        run = client.experiments.create(SPEC)
        assert [one.id for one in client.experiments.list()] == [run.id, *names]
        assert cutter.requests.count("POST /v1/experiments") == 3
        cutter.cuts = 1
        assert run.wait().extend(2).progress.epochs == 5
        run.wait()
        cutter.cuts = 1
        fork = run.fork(seed=7)
        assert [one.id for one in client.experiments.list()] == [fork.id, run.id, *names]
        sweeps = [sweep.id for sweep in client.sweeps.list()]
        cutter.cuts = 1
        sweep = client.sweeps.create(base=SPEC, grid={"optimizer.lr": [0.1, 0.2]})
        assert [one.id for one in client.sweeps.list()] == [sweep.id, *sweeps]
        assert cutter.requests.count("POST /v1/sweeps") == 2


def test_what_may_be_done_twice_is_not_repeated_but_told(opener: Opener, service: Service) -> None:
    with cut_off(opener, service) as (client, cutter):
        before = len(list(client.keys.list()))
        cutter.cuts = 1
        with pytest.raises(Unavailable, match="check before you repeat it") as caught:
            client.keys.create("perhaps")
        assert caught.value.code == "answer_lost"
        assert len(list(client.keys.list())) == before + 1
        assert cutter.requests.count("POST /v1/keys") == 1


def test_a_run_is_watched_to_its_end_though_the_server_is_killed(client: Client, service: Service) -> None:
    run, seen = client.experiments.create(SPEC, epochs=60, checkpoint={"every": None}), []
    for row in run.watch():
        seen.append(row.epoch)
        if row.epoch == 10:
            service.kill_api()
    assert seen == list(range(1, 61))
    assert run.status is Status.SUCCEEDED
    with Client(service.access.url, key=service.access.key) as other:
        wait_until(lambda: answers(other), "the next server")


def test_a_script_that_is_told_nothing_finds_the_service(service: Service) -> None:
    script = "from gradus import Client; print(Client().system().version)"
    env = {"PATH": os.environ["PATH"], "GRADUS_DATA_DIR": str(service.folder)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip(), done.stderr


def test_many_runs_are_watched_at_once_without_threads(service: Service) -> None:
    """mypy checks the types in this test: they say which results must be awaited."""

    async def one(client: AsyncClient, seed: int) -> list[int]:
        run = assert_type(await client.experiments.create(SPEC, seed=seed), AsyncExperiment)
        seen = [assert_type(row, MetricsRow).epoch async for row in run.watch()]
        assert assert_type(await client.experiments.get(run.id), AsyncExperiment) == run
        assert assert_type((await client.experiments.get(run.id)).record, ExperimentRecord) == run.record
        return seen

    async def all_of_them() -> list[list[int]]:
        async with AsyncClient(service.access.url, key=service.access.key) as client:
            return await asyncio.gather(*(one(client, seed) for seed in range(8)))

    assert asyncio.run(all_of_them()) == [[1, 2, 3]] * 8


def test_the_type_checker_knows_what_a_client_returns(service: Service) -> None:
    with Client(service.access.url, key=service.access.key) as client:
        run = assert_type(client.experiments.create(SPEC), Experiment)
        assert [assert_type(row, MetricsRow).epoch for row in run.watch()] == [1, 2, 3]
        assert run in assert_type(client.experiments.list(), Generator[Experiment])
        assert assert_type(client.experiments.get(run.id).record, ExperimentRecord) == run.record
