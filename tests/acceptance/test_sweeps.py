"""Sweeps through real processes: an API, a worker, and trainers that are killed."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from gradus.client import Client, Sweep
from gradus.spec.experiment import Spec
from gradus.status import FailureCode, Status
from gradus.wire.metrics import MetricsRow
from gradus.wire.sweep import SweepStatus
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.processes import Program, running_api, running_worker, service_env, wait_until
from tests.servers.trainers import trainers_of

BASE: dict[str, Any] = {
    "dataset": "digits",
    "layers": [32, 16],
    "batch_size": 32,
    "epochs": 40,
    "optimizer": {"kind": "sgd", "lr": 0.05},
}
REQUEST: dict[str, Any] = {
    "name": "eight",
    "base": BASE,
    "variants": {
        "+ dropout": {"dropout": 0.2},
        "+ decay": {"l2": 0.001},
        "patient": {"early_stopping": {"patience": 3}},
    },
    "seeds": [0, 1],
}
TIMED = {"seconds", "samples_per_second", "at"}
"""Fields of a metrics row that may differ between two runs of one spec."""
LOSSES = ("train_loss", "validation_loss", "test_loss")


@pytest.fixture(scope="module")
def service(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Program]]:
    """A client of the API, and the worker."""
    folder = tmp_path_factory.mktemp("sweeps")
    database_url = f"sqlite:///{folder / 'gradus.db'}"
    upgrade(database_url)
    env = service_env(folder, database_url, valkey.url)
    with running_api(folder, env) as (_, client), running_worker(folder, "worker", env) as worker:
        yield client, worker


@pytest.fixture(scope="module")
def trained(service: tuple[Client, Program]) -> Sweep:
    """A finished sweep of eight experiments, trained without any disturbance."""
    client, _ = service
    return finished(client, client.sweeps.create(REQUEST))


def finished(client: Client, sweep: Sweep) -> Sweep:
    over = {SweepStatus.SUCCEEDED, SweepStatus.FAILED, SweepStatus.CANCELLED}
    wait_until(lambda: client.sweeps.get(sweep.id).status in over, "the end of the sweep", 120)
    return client.sweeps.get(sweep.id)


def members(sweep: Sweep) -> dict[tuple[str, int], str]:
    """The ids of the experiments by label and seed."""
    return {
        (result.label, seed): one
        for result in sweep.results
        for seed, one in zip(result.seeds, result.experiments, strict=True)
    }


def rows(client: Client, experiment_id: str) -> tuple[MetricsRow, ...]:
    return client.experiments.get(experiment_id).metrics().data


def numbers(client: Client, sweep: Sweep) -> dict[tuple[str, int], list[str]]:
    """The metrics rows by label and seed, without the fields that may differ. They must be equal bit for bit."""
    return {
        key: [row.model_dump_json(exclude=TIMED) for row in rows(client, one)] for key, one in members(sweep).items()
    }


def trainer_of(worker: Program) -> int:
    (trainer,) = trainers_of(worker.process.pid)
    return trainer


def test_each_member_equals_the_same_run_alone(service: tuple[Client, Program], trained: Sweep) -> None:
    client, _ = service
    assert trained.status is SweepStatus.SUCCEEDED
    for one in members(trained).values():
        spec = client.experiments.get(one).record.document
        alone = client.experiments.create(Spec.model_validate({**spec, "epochs": 2}), wait=60)
        for row, its in zip(rows(client, one), rows(client, alone.id), strict=False):
            assert [getattr(row, name) for name in LOSSES] == pytest.approx(
                [getattr(its, name) for name in LOSSES], rel=1e-4
            )


def test_each_member_has_a_log_of_its_own(service: tuple[Client, Program], trained: Sweep) -> None:
    client, _ = service
    for one in members(trained).values():
        events = list(client.experiments.get(one).events())
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        epochs = [event.data for event in events if event.kind == "epoch"]
        assert tuple(epochs) == rows(client, one)
        assert [event.kind for event in events][-1] == "end"
    ended = {len(rows(client, members(trained)["patient", seed])) for seed in (0, 1)}
    assert max(ended) < 40  # these stopped early, the others did not
    assert len(rows(client, members(trained)["base", 0])) == 40


def test_results_have_differences_to_the_base(trained: Sweep) -> None:
    assert [result.n for result in trained.results] == [2] * 4
    assert {result.label: result.difference is None for result in trained.results} == {
        "base": True, "+ dropout": False, "+ decay": False, "patient": False
    }  # fmt: skip
    means = [result.mean for result in trained.results]
    assert means == sorted(means, key=lambda mean: -(mean or 0))


@pytest.mark.parametrize("epoch", [1, 8, 20])
def test_an_array_whose_trainer_is_killed_gives_the_same_numbers(
    service: tuple[Client, Program], trained: Sweep, epoch: int
) -> None:
    client, worker = service
    sweep = client.sweeps.create({**REQUEST, "name": f"killed in epoch {epoch}"})
    one = members(sweep)["base", 0]
    wait_until(lambda: client.experiments.get(one).progress.epoch >= epoch, f"epoch {epoch}")
    os.kill(trainer_of(worker), signal.SIGKILL)
    done = finished(client, sweep)
    assert numbers(client, done) == numbers(client, trained)
    attempts = {client.experiments.get(one).record.attempts for one in members(done).values()}
    assert 2 in attempts


def test_members_that_are_cancelled_or_diverge_leave_the_others_undisturbed(
    service: tuple[Client, Program], trained: Sweep
) -> None:
    client, _ = service
    variants = {**REQUEST["variants"], "+ dropout": {"optimizer": {"lr": 1e6}}, "+ decay": {"l2": 0.002}}
    sweep = client.sweeps.create({**REQUEST, "variants": variants})
    victim = members(sweep)["+ decay", 0]
    wait_until(lambda: client.experiments.get(victim).progress.epoch > 0, "the first epoch")
    client.experiments.get(victim).cancel()
    done = finished(client, sweep)
    assert done.status is SweepStatus.FAILED
    undisturbed, were = numbers(client, done), numbers(client, trained)
    for key in [(label, seed) for label in ("base", "patient") for seed in (0, 1)]:
        assert undisturbed[key] == were[key]
    (diverged,) = (result for result in done.results if result.label == "+ dropout")
    assert diverged.statuses == (Status.FAILED, Status.FAILED)
    assert {failed.error and failed.error.code for failed in diverged.failed} == {FailureCode.DIVERGED}
    assert client.experiments.get(victim).status is Status.CANCELLED


def test_a_retry_trains_what_failed_and_gives_the_same_failure(service: tuple[Client, Program]) -> None:
    client, _ = service
    sweep = finished(client, client.sweeps.create({"base": BASE, "grid": {"optimizer.lr": [0.01, 1e6]}}))
    assert sweep.counts[Status.FAILED] == 1
    good, bad = members(sweep)["optimizer.lr=0.01", 0], members(sweep)["optimizer.lr=1000000.0", 0]
    before = client.experiments.get(good).record, client.experiments.get(bad).record
    client.sweeps.get(sweep.id).retry()
    again = finished(client, sweep)
    assert again.counts == sweep.counts
    assert client.experiments.get(good).record == before[0]
    assert client.experiments.get(bad).error == before[1].error
    assert client.experiments.get(bad).record.attempts == 2
