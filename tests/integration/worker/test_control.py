"""Pause, resume, extend, fork, and going on from checkpoints after whatever happened: always the same bits."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from api.services import control as asked
from gradus.errors import GradusError
from gradus.status import Status
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.experiment import LogLine
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import checkpoints, control
from hub.migrate import upgrade
from hub.settings import Settings
from hub.tables import DEFAULT_WORKSPACE, CheckpointRow, ExperimentRow
from hub.valkey import ValkeyServer
from tests.integration.hub.work import submit
from tests.integration.worker.conftest import LEASE_SECONDS, workers
from tests.integration.worker.processes import (
    WorkerUnderTest,
    assert_whole,
    lines,
    log_of,
    numbers,
    read,
    rows,
    stands_still,
    until,
    wait_for_epoch,
    wait_for_the_end,
)
from tests.unit.checkpoint.damage import cut_off, flip_a_bit

SLOW = {"layers": [256, 256], "batch_size": 1, "epochs": 2, "dropout": 0.2, "optimizer": "adam"}
"""Half a second or more an epoch."""
LONG = {**SLOW, "epochs": 1000}
QUICK = {"layers": [32], "epochs": 30, "dropout": 0.2, "optimizer": "momentum", "batch_norm": True}
LONGER = {**QUICK, "epochs": 40, "schedule": {"kind": "constant", "warmup": 2}}

TRIES = 20

on_sqlite = pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
"""For tests that do not depend on the kind of database."""
on_postgres = pytest.mark.parametrize("hub", ["postgres"], indirect=True)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def hub(
    request: pytest.FixtureRequest, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """One hub for the runs of this module, whose workers keep a checkpoint ten times a second, and take no trainer that
    is stopped for one that hangs."""
    folder = tmp_path_factory.mktemp("control")
    url = f"sqlite:///{folder / 'gradus.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").create_database()
    upgrade(url)
    settings = Settings(url, valkey.url, str(folder / "artifacts"), folder, (folder / "datasets",))
    hub = Hub(replace(settings, lease_seconds=LEASE_SECONDS, checkpoint_seconds=0.1, hang_seconds=3600.0))
    yield hub
    hub.close()


@pytest.fixture(scope="module")
def worker(hub: Hub) -> Iterator[WorkerUnderTest]:
    """One warm worker with one slot."""
    with workers(hub, hub.settings.data_dir) as start:
        yield start()


@pytest.fixture(scope="module")
def calm(hub: Hub, worker: WorkerUnderTest, undisturbed: dict[str, list[str]]) -> list[str]:
    """The numbers of an undisturbed slow run, on whichever database: they are the same."""
    if "slow" not in undisturbed:
        row = submit(hub, **SLOW)
        wait_for_the_end(hub, row.id)
        undisturbed["slow"] = numbers(hub, row.id)
    return undisturbed["slow"]


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, list[str]]:
    """The numbers of runs that nothing happened to."""
    return {}


@pytest.fixture(scope="module")
def longer(hub: Hub, worker: WorkerUnderTest) -> ExperimentRow:
    """A run of forty epochs."""
    row = submit(hub, **LONGER)
    wait_for_the_end(hub, row.id)
    return row


def ask(hub: Hub, experiment_id: str, wish: asked.ControlRequest) -> None:
    asked.ask(hub, DEFAULT_WORKSPACE, experiment_id, wish)


def kept(hub: Hub, experiment_id: str) -> list[CheckpointRow]:
    with hub.read() as session:
        return list(checkpoints.newest_first(session, experiment_id))


def over(hub: Hub, experiment_id: str) -> bool:
    return read(hub, experiment_id).status.final


def _in_the_middle_or_over(hub: Hub, experiment_id: str) -> bool:
    return over(hub, experiment_id) or any(not one.whole for one in kept(hub, experiment_id))


def met_in_the_middle(hub: Hub, meet: Callable[[ExperimentRow], bool]) -> ExperimentRow:
    """A slow run to which `meet` did something in the middle of an epoch.

    On a busy machine the run may have passed the epoch, or have ended, before this process looks at it: then another
    run is tried.
    """
    for _ in range(TRIES):
        row = submit(hub, **SLOW)
        until(partial(_in_the_middle_or_over, hub, row.id))
        if not over(hub, row.id) and meet(row):
            return row
        wait_for_the_end_or_pause(hub, row.id)
    raise AssertionError(f"none of {TRIES} runs was met in the middle of an epoch")


def wait_for_the_end_or_pause(hub: Hub, experiment_id: str) -> bool:
    """Whether it is paused then."""
    until(lambda: over(hub, experiment_id) or read(hub, experiment_id).status == Status.PAUSED)
    return not over(hub, experiment_id)


def paused_in_the_middle(hub: Hub, worker: WorkerUnderTest) -> ExperimentRow:
    """A slow run that was paused in the middle of an epoch, with the checkpoint that it stopped at: on a slow machine
    that one comes when the run counts as paused already."""

    def paused(row: ExperimentRow) -> bool:
        with suppress(GradusError):  # it has just ended
            ask(hub, row.id, control.pause)
        is_paused = wait_for_the_end_or_pause(hub, row.id)
        until(lambda: worker.log.count("] succeeded in") == worker.log.count("] received"))
        return is_paused and not kept(hub, row.id)[0].whole

    return met_in_the_middle(hub, paused)


def went_on_in_the_middle(hub: Hub, experiment_id: str) -> bool:
    return any("continuing from the checkpoint after step" in line for line in lines(hub, experiment_id))


def test_a_paused_run_goes_on_in_the_middle_of_an_epoch(hub: Hub, worker: WorkerUnderTest, calm: list[str]) -> None:
    row = paused_in_the_middle(hub, worker)
    epoch = read(hub, row.id).progress.epoch
    assert not kept(hub, row.id)[0].whole
    ask(hub, row.id, control.pause)
    asked.resume(hub, DEFAULT_WORKSPACE, row.id)
    asked.resume(hub, DEFAULT_WORKSPACE, row.id)
    done = wait_for_the_end(hub, row.id)
    assert (done.status, done.attempts, epoch < 2) == (Status.SUCCEEDED, 2, True)
    assert went_on_in_the_middle(hub, row.id)
    assert numbers(hub, row.id) == calm
    assert_whole(hub, row.id, epochs=2)


@on_sqlite
def test_a_pause_waits_for_no_trainer_that_hangs_and_a_checkpoint_that_comes_late_counts(
    hub: Hub, worker: WorkerUnderTest, calm: list[str]
) -> None:
    (trainer,) = worker.trainers
    before = 0

    def paused(row: ExperimentRow) -> bool:
        nonlocal before
        os.kill(trainer, signal.SIGSTOP)
        try:
            with suppress(GradusError):  # it has just ended
                ask(hub, row.id, control.pause)
            is_paused = wait_for_the_end_or_pause(hub, row.id)
            before = kept(hub, row.id)[0].step
        finally:
            os.kill(trainer, signal.SIGCONT)
        return is_paused

    row = met_in_the_middle(hub, paused)
    until(lambda: kept(hub, row.id)[0].step > before)
    asked.resume(hub, DEFAULT_WORKSPACE, row.id)
    wait_for_the_end(hub, row.id)
    assert worker.trainers == [trainer]
    assert numbers(hub, row.id) == calm
    assert_whole(hub, row.id, epochs=2)


def test_a_run_whose_trainer_is_killed_in_the_middle_goes_on_there(
    hub: Hub, worker: WorkerUnderTest, calm: list[str]
) -> None:
    def killed(row: ExperimentRow) -> bool:
        (trainer,) = worker.trainers
        os.kill(trainer, signal.SIGKILL)
        done = wait_for_the_end(hub, row.id)
        until(lambda: worker.trainers not in ([], [trainer]))
        return done.attempts == 2 and went_on_in_the_middle(hub, row.id)

    row = met_in_the_middle(hub, killed)
    assert numbers(hub, row.id) == calm
    assert_whole(hub, row.id, epochs=2)


@on_sqlite
@pytest.mark.parametrize(
    ("damage", "name"), [(cut_off, "state.safetensors"), (flip_a_bit, "state.json"), (Path.unlink, "manifest.json")]
)
def test_from_a_damaged_checkpoint_it_falls_back_to_the_one_before_and_says_so(
    hub: Hub, worker: WorkerUnderTest, calm: list[str], damage: Callable[[Path], None], name: str
) -> None:
    row = paused_in_the_middle(hub, worker)
    newest, before = kept(hub, row.id)[:2]
    damage(Path(hub.settings.artifacts_url) / newest.key / name)
    asked.resume(hub, DEFAULT_WORKSPACE, row.id)
    wait_for_the_end(hub, row.id)
    told = [LogLine.model_validate_json(line) for line in lines(hub, row.id)]
    (warning,) = [line.message for line in told if line.level == "warning"]
    assert f"checkpoint after {place(newest)} is damaged ({name} " in warning
    assert any(line.message == f"continuing from the checkpoint after {place(before)}" for line in told)
    assert numbers(hub, row.id) == calm
    assert_whole(hub, row.id, epochs=2)


def place(checkpoint: CheckpointRow) -> str:
    """As a log says it."""
    if checkpoint.whole:
        return f"epoch {checkpoint.epoch}"
    return f"step {checkpoint.step} in epoch {checkpoint.epoch + 1}"


@on_sqlite
def test_without_a_whole_checkpoint_it_begins_again(hub: Hub, worker: WorkerUnderTest, calm: list[str]) -> None:
    row = paused_in_the_middle(hub, worker)
    for checkpoint in kept(hub, row.id):
        hub.artifacts.delete(checkpoint.key)
    asked.resume(hub, DEFAULT_WORKSPACE, row.id)
    wait_for_the_end(hub, row.id)
    assert any("from the beginning" in line for line in lines(hub, row.id))
    assert numbers(hub, row.id) == calm


@on_sqlite
@pytest.mark.parametrize("when", ["running", "paused", "over", "cancelled"])
def test_an_extended_run_has_the_numbers_of_a_longer_one(hub: Hub, longer: ExperimentRow, when: str) -> None:
    row = submit(hub, **{**LONGER, "epochs": 30, "checkpoint": 5})
    if when == "over":
        wait_for_the_end(hub, row.id)
    else:
        wait_for_epoch(hub, row.id, 3)
    if when == "paused":
        ask(hub, row.id, control.pause)
    if when == "cancelled":
        ask(hub, row.id, control.cancel)
        wait_for_the_end(hub, row.id)
    seen = read(hub, row.id)
    more = 40 - seen.progress.epoch if seen.status.final else 10
    asked.extend(hub, DEFAULT_WORKSPACE, row.id, ExtendRequest(epochs=more), None)
    seen = read(hub, row.id)
    assert (seen.progress.epochs, seen.document["epochs"]) == (40, 40)
    if when == "paused":
        until(lambda: read(hub, row.id).status == Status.PAUSED)
        asked.resume(hub, DEFAULT_WORKSPACE, row.id)
    until(lambda: read(hub, row.id).progress.epoch == 40)
    assert wait_for_the_end(hub, row.id).fingerprint == read(hub, longer.id).fingerprint
    # The rows alone: layers are measured in the last epoch, which was an earlier one before the extension.
    assert numbers(hub, row.id)[:40] == numbers(hub, longer.id)[:40]
    assert [seq for seq, _, _ in log_of(hub, row.id)] == list(range(1, len(log_of(hub, row.id)) + 1))


@on_sqlite
def test_a_fork_goes_on_from_an_epoch_of_another(hub: Hub, worker: WorkerUnderTest) -> None:
    source = submit(hub, **{**QUICK, "checkpoint": 10})
    wait_for_the_end(hub, source.id)
    same = asked.fork(hub, DEFAULT_WORKSPACE, source.id, ForkRequest(from_epoch=10), None)
    other = asked.fork(
        hub, DEFAULT_WORKSPACE, source.id, ForkRequest(from_epoch=20, changes={"optimizer": "adam", "name": "b"}), None
    )
    again = asked.fork(hub, DEFAULT_WORKSPACE, source.id, ForkRequest(), None)
    with hub.write() as session:
        locked = experiments.lock(session, source.id)
        assert locked is not None
        experiments.remove(session, locked)
    for one, epochs in ((same, 20), (other, 10), (again, 30)):
        done = wait_for_the_end(hub, one.id)
        assert (done.status, done.forked_from, done.progress.epoch) == (Status.SUCCEEDED, source.id, 30)
        assert len(rows(hub, one.id)) == epochs
    # The rows alone: a fork's reports compare epochs with its own best, not with that of the run before.
    assert numbers(hub, same.id)[:20] == numbers(hub, again.id)[10:30]
    assert read(hub, other.id).forked_epoch == 20


@on_sqlite
def test_what_is_kept_is_in_the_store_and_nothing_else(hub: Hub, worker: WorkerUnderTest) -> None:
    row = submit(hub, **{**QUICK, "checkpoint": {"every": 4, "keep": 3}})
    done = wait_for_the_end(hub, row.id)
    assert done.best is not None
    epochs = {one.epoch for one in kept(hub, row.id)}
    assert {20, 24, 28, 30, done.best.epoch} <= epochs
    assert len(epochs) <= 6
    until(
        lambda: {f"{row.id}/{name}" for name in hub.artifacts.names(row.id)} == {one.key for one in kept(hub, row.id)}
    )
    with hub.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        experiments.remove(session, locked)
    until(lambda: hub.artifacts.names(row.id) == [])


@contextmanager
def occupied(hub: Hub, worker: WorkerUnderTest) -> Iterator[None]:
    """Its one slot has a run that takes no processor time."""
    busy = submit(hub, **LONG)
    until(lambda: read(hub, busy.id).status == Status.RUNNING)
    (trainer,) = worker.trainers
    os.kill(trainer, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # what ended it is told by the failure that comes
            os.kill(trainer, signal.SIGCONT)
        ask(hub, busy.id, control.cancel)


@on_postgres
def test_a_stopped_worker_hands_back_in_the_middle_of_an_epoch(
    hub: Hub, worker: WorkerUnderTest, calm: list[str]
) -> None:
    with workers(hub, hub.settings.data_dir) as start:
        with occupied(hub, worker):
            other = start()

            def stopped(row: ExperimentRow) -> bool:
                nonlocal other
                other.send(signal.SIGTERM)
                assert other.process.wait(60) == 0
                met = not over(hub, row.id) and not kept(hub, row.id)[0].whole  # whole: at the end of an epoch
                if not met:
                    other = start()
                return met

            row = met_in_the_middle(hub, stopped)
        done = wait_for_the_end(hub, row.id)
    assert (done.status, done.attempts) == (Status.SUCCEEDED, 2)
    assert went_on_in_the_middle(hub, row.id)
    assert numbers(hub, row.id) == calm
    assert_whole(hub, row.id, epochs=2)


def freeze(worker: WorkerUnderTest, hub: Hub) -> None:
    """While this process writes: in the middle of a transaction of its own it would keep all others from writing."""
    with hub.write() as session:
        session.execute(text("SELECT 1"))
        worker.send(signal.SIGSTOP)
        until(lambda: stands_still(worker.process.pid))


@on_sqlite
def test_a_worker_that_wakes_after_its_lease_writes_no_row_no_event_and_no_file(
    hub: Hub, worker: WorkerUnderTest, calm: list[str]
) -> None:
    with workers(hub, hub.settings.data_dir) as start:
        with occupied(hub, worker):
            stale = start()

            def frozen(row: ExperimentRow) -> bool:
                freeze(stale, hub)  # its trainer goes on, and writes files that nobody will name
                if over(hub, row.id):
                    stale.send(signal.SIGCONT)
                return not over(hub, row.id)

            row = met_in_the_middle(hub, frozen)
        done = wait_for_the_end(hub, row.id)
        stale.send(signal.SIGCONT)
        until(lambda: "no longer holds" in stale.log)
        until(
            lambda: {f"{row.id}/{one}" for one in hub.artifacts.names(row.id)} == {one.key for one in kept(hub, row.id)}
        )
    assert (done.status, done.attempts) == (Status.SUCCEEDED, 2)
    assert numbers(hub, row.id) == calm
    assert_whole(hub, row.id, epochs=2)
