"""Pause, resume, extend and fork over HTTP. These tests act as the worker."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from gradus.status import Status
from hub.artifacts.store import ArtifactStore
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.tables import ExperimentRow
from tests.integration.api.service import SPEC, Service, assert_problem, on_sqlite
from tests.integration.hub.work import claim, metrics_row, submit, train_epoch


def checkpoint(store: ArtifactStore, claimed: claims.Claim, epoch: int) -> CheckpointRef:
    """Store a checkpoint after an epoch of the only member. Its content does not matter to these tests."""
    key = key_of(claimed.members[0].id, claimed.lease.token, epoch, epoch)
    receipt = store.put(key, fill)
    return CheckpointRef(key=key, digest=receipt.digest, size=receipt.size, epoch=epoch, step=epoch, whole=True)


def fill(folder: Path) -> None:
    (folder / "state").write_text("weights")


def trained(hub: Hub, epochs: int, **spec: Any) -> tuple[ExperimentRow, claims.Claim]:
    """A running experiment that has trained this number of epochs, each with its checkpoint."""
    row = submit(hub, **{**SPEC, "epochs": 5, "checkpoint": 1, **spec})
    claimed = claim(hub, row)
    for epoch in range(1, epochs + 1):
        saved = checkpoint(hub.artifacts, claimed, epoch)
        with hub.write() as session:
            done = {row.id: runs.EpochResult(metrics_row(epoch), best=True, checkpoint=saved)}
            runs.record_epochs(session, claimed.lease, done)
    return row, claimed


def end(hub: Hub, claimed: claims.Claim, status: Status) -> None:
    with hub.write() as session:
        runs.end(session, claimed.lease, claimed.members[0].id, status)


def let_go(hub: Hub, claimed: claims.Claim) -> None:
    """Release the experiment, as the worker does when its trainer has stopped."""
    with hub.write() as session:
        runs.release_experiment(session, claimed.lease, claimed.members[0].id, None)


def test_a_queued_one_pauses_and_resumes_at_once(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    path = f"/v1/experiments/{row.id}"
    for verb, status in (("pause", "paused"), ("pause", "paused"), ("resume", "queued"), ("resume", "queued")):
        answer = client.post(f"{path}/{verb}")
        assert (answer.status_code, answer.json()["status"]) == (202, status)
        assert client.get(path).headers["etag"] == answer.headers["etag"]
    assert claim(service.hub, row).members[0].id == row.id


def test_a_running_one_pauses_when_its_worker_lets_go(service: Service, client: httpx.Client) -> None:
    row, claimed = trained(service.hub, 2)
    path = f"/v1/experiments/{row.id}"
    assert client.post(f"{path}/pause").json()["status"] == "running"
    let_go(service.hub, claimed)
    assert client.get(path).json()["status"] == "paused"
    client.post(f"{path}/resume")
    again = claim(service.hub, row)
    assert [saved.epoch for saved in again.members[0].checkpoints] == [2, 1]
    assert again.lease.token == claimed.lease.token + 1


def test_a_pause_that_is_taken_back_leaves_the_run_in_the_queue(service: Service, client: httpx.Client) -> None:
    row, claimed = trained(service.hub, 1)
    path = f"/v1/experiments/{row.id}"
    client.post(f"{path}/pause")
    client.post(f"{path}/resume")
    let_go(service.hub, claimed)
    assert client.get(path).json()["status"] == "queued"
    assert claim(service.hub, row).members[0].checkpoints[0].epoch == 1


@pytest.mark.parametrize("verb", ["pause", "resume"])
@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
@on_sqlite
def test_what_is_over_neither_pauses_nor_resumes(
    service: Service, client: httpx.Client, verb: str, status: Status
) -> None:
    row, claimed = trained(service.hub, 1)
    end(service.hub, claimed, status)
    answer = client.post(f"/v1/experiments/{row.id}/{verb}")
    assert assert_problem(answer, 409)["code"] == "impossible_transition"


@pytest.mark.parametrize("verb", ["pause", "resume", "extend"])
@on_sqlite
def test_what_is_being_cancelled_can_only_be_cancelled(service: Service, client: httpx.Client, verb: str) -> None:
    row, _ = trained(service.hub, 1)
    path = f"/v1/experiments/{row.id}"
    assert client.post(f"{path}/cancel").status_code == 202
    assert assert_problem(client.post(f"{path}/{verb}", json={"epochs": 1}), 409)["code"] == "impossible_transition"
    assert client.post(f"{path}/cancel").status_code == 202


@pytest.mark.parametrize(
    ("status", "total", "after"),
    [
        (Status.SUCCEEDED, 7, "queued"),  # three done, and four more
        (Status.FAILED, 7, "queued"),
        (Status.CANCELLED, 7, "queued"),
        (Status.RUNNING, 9, "running"),  # five to do, and four more
        (Status.PAUSED, 9, "paused"),
        (Status.QUEUED, 9, "queued"),
    ],
)
def test_extending_gives_more_epochs(
    service: Service, client: httpx.Client, status: Status, total: int, after: str
) -> None:
    row, claimed = trained(service.hub, 3)
    path = f"/v1/experiments/{row.id}"
    before = client.get(path).json()
    if status.final:
        end(service.hub, claimed, status)
    elif status is not Status.RUNNING:
        client.post(f"{path}/pause")
        let_go(service.hub, claimed)
        client.post(f"{path}/resume") if status is Status.QUEUED else None
    answer = client.post(f"{path}/extend", json={"epochs": 4})
    assert (answer.status_code, answer.json()["status"]) == (202, after)
    assert (answer.json()["progress"]["epochs"], answer.json()["spec"]["epochs"]) == (total, total)
    assert answer.json()["fingerprint"] != before["fingerprint"]


def test_a_running_one_is_taken_up_anew_with_the_longer_schedule(service: Service, client: httpx.Client) -> None:
    row, claimed = trained(service.hub, 3)
    client.post(f"/v1/experiments/{row.id}/extend", json={"epochs": 4})
    let_go(service.hub, claimed)
    member = claim(service.hub, row).members[0]
    assert (member.spec.epochs, member.extensions, member.checkpoints[0].epoch) == (9, 1, 3)


@pytest.mark.parametrize(
    ("verbs", "status"),
    [
        (["extend"], "queued"),
        (["extend", "pause"], "paused"),
        (["pause", "extend"], "paused"),
        (["extend", "pause", "resume"], "queued"),
    ],
)
def test_one_that_is_extended_in_its_last_moment_goes_on(
    service: Service, client: httpx.Client, verbs: list[str], status: str
) -> None:
    row, claimed = trained(service.hub, 5)
    path = f"/v1/experiments/{row.id}"
    for verb in verbs:
        assert client.post(f"{path}/{verb}", json={"epochs": 1} if verb == "extend" else None).status_code == 202
    end(service.hub, claimed, Status.SUCCEEDED)
    assert client.get(path).json()["status"] == status
    client.post(f"{path}/resume")
    assert claim(service.hub, row).members[0].spec.epochs == 6


@pytest.mark.parametrize("body", [{}, {"epochs": 0}, {"epochs": 1.5}, {"epochs": 100_000}, {"epoch": 1}])
@on_sqlite
def test_a_bad_extension_is_refused_and_changes_nothing(
    service: Service, client: httpx.Client, body: dict[str, Any]
) -> None:
    path = f"/v1/experiments/{submit(service.hub).id}"
    before = client.get(path).json()
    assert assert_problem(client.post(f"{path}/extend", json=body), 422)["code"] == "invalid_spec"
    assert client.get(path).json() == before


@on_sqlite
def test_one_that_had_its_seconds_is_to_be_forked(service: Service, client: httpx.Client) -> None:
    row, claimed = trained(service.hub, 2, max_seconds=1)
    end(service.hub, claimed, Status.SUCCEEDED)
    answer = client.post(f"/v1/experiments/{row.id}/extend", json={"epochs": 1})
    assert assert_problem(answer, 409)["code"] == "impossible_transition"
    assert "max_seconds" in answer.json()["detail"]


def test_a_fork_takes_its_own_copy_of_a_checkpoint(service: Service, client: httpx.Client) -> None:
    row, claimed = trained(service.hub, 3, name="a", tags=["t"])
    end(service.hub, claimed, Status.CANCELLED)
    body = {"changes": {"optimizer": {"lr": 0.5}, "epochs": 8}, "from_epoch": 2}
    answer = client.post(f"/v1/experiments/{row.id}/fork", json=body)
    assert answer.status_code == 201
    fork = answer.json()
    assert answer.headers["location"] == f"/v1/experiments/{fork['id']}"
    assert (fork["forked_from"], fork["forked_epoch"], fork["status"]) == (row.id, 2, "queued")
    assert (fork["progress"], fork["latest"]) == ({"epoch": 2, "epochs": 8, "eta_seconds": None}, None)
    assert (fork["name"], fork["tags"], fork["spec"]["optimizer"]["lr"]) == ("a", ["t"], 0.5)
    assert client.delete(f"/v1/experiments/{row.id}").status_code == 204
    (saved,) = runs_of(service.hub, fork["id"])
    assert saved.epoch == 2
    with service.hub.artifacts.open(saved.key, saved.digest) as folder:
        assert (folder / "state").read_text() == "weights"


def runs_of(hub: Hub, experiment_id: str) -> tuple[CheckpointRef, ...]:
    with hub.read() as session:
        row = session.get_one(ExperimentRow, experiment_id)
    claimed = claim(hub, row)
    train_epoch(hub, claimed, 3)
    return claimed.members[0].checkpoints


def test_a_fork_from_the_start_has_no_checkpoint(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub, layers=[8], dropout=0.1)
    fork = client.post(f"/v1/experiments/{row.id}/fork", json={"changes": {"layers": [9], "dropout": None}}).json()
    assert (fork["forked_from"], fork["forked_epoch"], fork["progress"]["epoch"]) == (row.id, None, 0)
    assert [(layer["units"], layer["dropout"]) for layer in fork["spec"]["layers"]] == [(9, 0.0)]
    assert client.get(f"/v1/experiments/{fork['id']}/checkpoints").json() == {
        "data": [],
        "last_event": fork["last_event"],
    }


@pytest.mark.parametrize(
    ("body", "status", "code", "path"),
    [
        ({"changes": {"layers": [4, 5]}, "from_epoch": 2}, 422, "invalid_spec", "changes/layers/1"),
        ({"changes": {"layers": [5]}, "from_epoch": 2}, 422, "invalid_spec", "changes/layers/0"),
        ({"changes": {"dataset": "wine"}, "from_epoch": 2}, 422, "invalid_spec", "changes/layers/0"),
        ({"changes": {"dropout": 2}}, 422, "invalid_spec", "changes/dropout"),
        ({"changes": {"droput": 0.2}}, 422, "invalid_spec", "changes/droput"),
        ({"changes": {"layers": None}}, 422, "invalid_spec", "changes/layers"),
        ({"changes": [], "from_epoch": 2}, 422, "invalid_spec", "changes"),
        ({"from_epoch": 0}, 422, "invalid_spec", "from_epoch"),
        ({"from_epoch": 5}, 422, "invalid_spec", "from_epoch"),
        ({"from_epoch": 4}, 409, "no_checkpoint", None),
    ],
)
@on_sqlite
def test_an_impossible_fork_is_refused_and_stores_nothing(
    service: Service, client: httpx.Client, body: dict[str, Any], status: int, code: str, path: str | None
) -> None:
    row, _ = trained(service.hub, 3)
    answer = client.post(f"/v1/experiments/{row.id}/fork", json=body)
    assert assert_problem(answer, status)["code"] == code
    assert path is None or answer.json()["errors"][0]["path"] == path
    assert len(client.get("/v1/experiments").json()["data"]) == 1


@on_sqlite
def test_a_damaged_checkpoint_cannot_be_forked(service: Service, client: httpx.Client) -> None:
    row, _ = trained(service.hub, 3)
    service.hub.artifacts.delete(key_of(row.id, 1, 2, 2))
    answer = client.post(f"/v1/experiments/{row.id}/fork", json={"from_epoch": 2})
    assert assert_problem(answer, 409)["code"] == "no_checkpoint"


def test_the_checkpoints_that_are_kept_are_listed(service: Service, client: httpx.Client) -> None:
    row, _ = trained(service.hub, 3, checkpoint={"every": None})
    listed = client.get(f"/v1/experiments/{row.id}/checkpoints").json()["data"]
    assert [(one["epoch"], one["whole"], one["size"]) for one in listed] == [(3, True, 7), (2, True, 7)]


@pytest.mark.parametrize("verb", ["pause", "resume", "extend", "fork"])
@on_sqlite
def test_an_experiment_that_is_not_there_is_not_found(service: Service, client: httpx.Client, verb: str) -> None:
    answer = client.post(f"/v1/experiments/exp_none/{verb}", json={"epochs": 1} if verb == "extend" else {})
    assert assert_problem(answer, 404)["code"] == "not_found"
