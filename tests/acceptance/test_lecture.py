"""The lecture's two runs through the API and a worker, as a client submits and watches them."""

import math
from collections.abc import Iterator, Sequence

import pytest

from gradus.client import Client
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from gradus.spec.optimizer import SGD
from gradus.status import EventKind, FailureCode, Status
from gradus.wire.metrics import MetricsRow
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.processes import running_api, running_worker, service_env

pytestmark = pytest.mark.mnist


@pytest.fixture(scope="module")
def client(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of one API process with one warm worker, on SQLite."""
    folder = tmp_path_factory.mktemp("lecture")
    database_url = f"sqlite:///{folder / 'gradus.db'}"
    upgrade(database_url)
    env = service_env(folder, database_url, valkey.url)
    with running_api(folder, env) as (_, client), running_worker(folder, "worker", env):
        yield client


def watched(client: Client, spec: Spec) -> Sequence[MetricsRow]:
    """Submit a spec, follow its stream to the end, and give the rows that the stream told."""
    created = client.experiments.create(spec)
    events = list(client.experiments.get(created.id).events())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    rows = [event.data for event in events if isinstance(event.data, MetricsRow)]
    assert events[-1].kind is EventKind.END
    assert client.experiments.get(created.id).status is Status.SUCCEEDED
    assert list(client.experiments.get(created.id).metrics().data) == rows
    return rows


def accuracies(rows: Sequence[MetricsRow]) -> list[float]:
    return [row.test_accuracy or 0.0 for row in rows]


def test_gradient_descent_without_batch_norm_ends_where_the_lecture_ends(client: Client) -> None:
    reached = accuracies(watched(client, GRADIENT_DESCENT))
    assert len(reached) == 10
    assert reached[-1] >= 0.9645


def test_adam_with_batch_norm_is_ahead_after_one_epoch_and_passes_98_percent(client: Client) -> None:
    reached = accuracies(watched(client, ADAM_BATCH_NORM))
    assert len(reached) == 10
    assert reached[0] >= 0.9686
    assert max(reached) >= 0.980


def test_a_learning_rate_of_1000_fails_and_says_where(client: Client) -> None:
    created = client.experiments.create(GRADIENT_DESCENT.model_copy(update={"optimizer": SGD(lr=1000)}))
    end = list(client.experiments.get(created.id).events())[-1]
    assert end.kind is EventKind.END
    failed = client.experiments.get(created.id)
    assert failed.status is Status.FAILED
    assert failed.error is not None
    assert (failed.error.code, failed.error.epoch) == (FailureCode.DIVERGED, 1)
    assert failed.error.step is not None
    assert 1 <= failed.error.step <= 1100
    assert failed.error.layer in {"layers/0", "layers/1", "output"}
    (row,) = client.experiments.get(created.id).metrics().data
    assert not math.isfinite(row.train_loss)
