"""A run whose numbers may differ from those of a fresh run of its spec has another fingerprint, and says why."""

from typing import Any

import httpx
import pytest

from gradus.differences import between
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.tables import ExperimentRow
from tests.built_in import resolved
from tests.integration.api.service import SPEC, Service, on_sqlite
from tests.integration.api.test_control import end, trained
from tests.integration.hub.work import claim, submit, train_epoch

pytestmark = on_sqlite

COSINE: dict[str, Any] = {"schedule": "cosine"}
STOPPING: dict[str, Any] = {"early_stopping": {"patience": 3}}


def read(client: httpx.Client, one: str) -> ExperimentRecord:
    return ExperimentRecord.model_validate_json(client.get(f"/v1/experiments/{one}").content)


def stored(hub: Hub, one: str) -> ExperimentRow:
    with hub.read() as session:
        return session.get_one(ExperimentRow, one)


def extend(client: httpx.Client, one: str, epochs: int) -> None:
    assert client.post(f"/v1/experiments/{one}/extend", json={"epochs": epochs}).status_code == 202


def extended(service: Service, client: httpx.Client, epochs: int, *more: int, **spec: Any) -> ExperimentRecord:
    """A finished run of this number of epochs, which was then extended and trained to the end several times, by `more`
    epochs each."""
    row = submit(service.hub, **{**SPEC, "epochs": epochs, **spec})
    claimed = claim(service.hub, row)
    for epoch in range(1, epochs + 1):
        train_epoch(service.hub, claimed, epoch)
    end(service.hub, claimed, Status.SUCCEEDED)
    for added in more:
        extend(client, row.id, added)
        claimed = claim(service.hub, row)
        for epoch in range(epochs + 1, epochs + added + 1):
            train_epoch(service.hub, claimed, epoch)
        epochs += added
        end(service.hub, claimed, Status.SUCCEEDED)
    return read(client, row.id)


def fresh(epochs: int, **spec: Any) -> str:
    """The fingerprint of a spec that was never extended."""
    return resolved(Spec(**{**SPEC, "epochs": epochs, **spec})).fingerprint


@pytest.mark.parametrize("spec", [COSINE, STOPPING], ids=str)
def test_an_extended_run_says_when_it_was_and_is_no_fresh_one(
    service: Service, client: httpx.Client, spec: dict[str, Any]
) -> None:
    run = extended(service, client, 2, 3, **spec)
    assert (run.extended_at, run.extended_from, run.progress.epochs) == ((2,), (2,), 5)
    assert run.fingerprint != fresh(5, **spec)
    assert run.fingerprint == extended(service, client, 2, 3, **spec).fingerprint
    others = (extended(service, client, 3, 2, **spec), extended(service, client, 2, 1, 2, **spec))
    assert len({run.fingerprint, *(other.fingerprint for other in others)}) == 3
    assert between([run, others[0]]) == {"extended_at": ([2], [3]), "extended_from": ([2], [3])}
    assert between([run, others[1]])["extended_at"] == ([2], [2, 3])


def test_an_extended_run_that_has_a_fresh_ones_numbers_is_one(service: Service, client: httpx.Client) -> None:
    run = extended(service, client, 2, 3, schedule="exponential")
    assert (run.extended_at, run.fingerprint) == ((), fresh(5, schedule="exponential"))


def test_one_that_is_extended_before_it_begins_is_fresh(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub, **{**SPEC, **COSINE, "epochs": 2})
    extend(client, row.id, 3)
    run = read(client, row.id)
    assert (run.extended_at, run.fingerprint) == ((), fresh(5, **COSINE))


def test_no_two_are_alike_that_were_extended_while_they_ran(service: Service, client: httpx.Client) -> None:
    both = [trained(service.hub, 2, **COSINE)[0].id for _ in range(2)]
    for one in both:
        extend(client, one, 3)
    first, second = (read(client, one) for one in both)
    assert first.extended_at == second.extended_at == (2,)
    assert between([first, second]) == {"fingerprint": (first.fingerprint, second.fingerprint)}


def test_a_fork_from_a_checkpoint_is_no_fresh_run_of_its_spec(service: Service, client: httpx.Client) -> None:
    first, second = (trained(service.hub, 3, seed=seed)[0] for seed in (0, 1))

    def fork(row: ExperimentRow, epoch: int | None) -> ExperimentRecord:
        asked = {"changes": {"seed": 7}, "from_epoch": epoch}
        return ExperimentRecord.model_validate_json(client.post(f"/v1/experiments/{row.id}/fork", json=asked).content)

    start, one, again, later, other = (
        fork(row, epoch) for row, epoch in ((first, None), (first, 2), (first, 2), (first, 3), (second, 2))
    )
    assert start.fingerprint == fresh(5, seed=7)
    assert one.fingerprint == again.fingerprint
    assert len({run.fingerprint for run in (start, one, later, other)}) == 4
    assert between([start, one]) == {"forked_from": (None, first.id), "forked_epoch": (None, 2)}
    assert between([one, other]) == {"forked_from": (first.id, second.id)}


def test_a_run_that_changed_its_device_says_where_it_was(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    for epoch, device in enumerate(("cpu:1 (one)", "cpu:1 (other)", "cpu:1 (other)"), 1):
        claimed = claim(service.hub, row, device=device)
        train_epoch(service.hub, claimed, epoch)
        with service.hub.write() as session:
            runs.hand_back(session, claimed.lease, "going")
    there = read(client, row.id)
    assert (there.moved_from, there.device) == (("cpu:1 (one)",), "cpu:1 (other)")
    still = there.model_copy(update={"moved_from": ()})
    assert between([there, still]) == {"device": ("cpu:1 (one), cpu:1 (other)", "cpu:1 (other)")}


@pytest.mark.parametrize("step", [None, 3])
def test_a_part_of_the_first_epoch_counts_as_trained_there_and_nothing_does_not(
    service: Service, client: httpx.Client, step: int | None
) -> None:
    row = submit(service.hub)
    with service.hub.write() as session:
        begun = claims.claim(session, row.job_id, "first", "cpu:1 (one)")
        assert begun is not None
        if step is not None:
            saved = CheckpointRef(
                key=key_of(row.id, begun.lease.token, 0, step), digest="d", epoch=0, step=step, size=1, whole=False
            )
            runs.record_checkpoint(session, begun.lease, row.id, saved)
        runs.hand_back(session, begun.lease, "going")
    claim(service.hub, row, device="cpu:1 (other)")
    assert read(client, row.id).moved_from == (() if step is None else ("cpu:1 (one)",))


def test_a_retry_from_the_start_is_a_fresh_run(service: Service, client: httpx.Client) -> None:
    base = {**SPEC, **COSINE, "epochs": 2}
    assert client.post("/v1/sweeps", json={"base": base, "grid": {"l2": [0.1]}}).status_code == 201
    (one,) = client.get("/v1/experiments").json()["data"]
    claimed = claim(service.hub, stored(service.hub, one["id"]))
    train_epoch(service.hub, claimed, 1)
    extend(client, one["id"], 3)
    assert read(client, one["id"]).extended_at == (1,)
    end(service.hub, claimed, Status.FAILED)
    assert client.post(f"/v1/sweeps/{one['sweep_id']}/retry").status_code == 202
    run = read(client, one["id"])
    assert (run.extended_at, run.fingerprint) == ((), fresh(5, **COSINE, l2=0.1))
