"""Findings over HTTP: applied, verified, suppressed. These tests act as the worker."""

import json
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from gradus.wire.finding import Evidence, Finding, Patch
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.tables import ExperimentRow, JobRow
from hub.verifications import verifications
from tests.integration.api.service import SPEC, Service, assert_problem
from tests.integration.hub.work import claim, metrics_row, submit

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)

Accuracies = dict[str, list[float | None]]
SMALLER, NARROWER = {"optimizer": {"lr": 0.001}}, {"layers": [2]}
FOUND = (
    Finding(
        id="lr_too_high",
        severity="critical",
        evidence=(Evidence(statistic="rho", value=-0.4, threshold=0, healthy=(0.25, 1)),),
        because="Each step is too long.",
        patches=(Patch(patch=SMALLER, why="Shorter steps."), Patch(patch=NARROWER, why="Fewer units.")),
    ),
    Finding(
        id="dead_relu",
        severity="warning",
        layer="layers/0",
        evidence=(),
        because="Dead.",
        patches=(),
        consequence_of="lr_too_high",
    ),
    Finding(
        id="overfitting",
        severity="note",
        evidence=(),
        because="By heart.",
        patches=(Patch(patch={"early_stopping": True}, why="Training ends when it no longer helps."),),
    ),
)


@pytest.fixture
def sick(service: Service) -> str:
    """A finished run with findings."""
    row = submit(service.hub, **{**SPEC, "epochs": 1, "name": "sick", "optimizer": {"kind": "sgd", "lr": 5.0}})
    claimed = claim(service.hub, row)
    with service.hub.write() as session:
        runs.record_epochs(session, claimed.lease, {row.id: runs.EpochResult(metrics_row(1), best=True)})
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED, epoch=1, findings=FOUND)
    return f"/v1/experiments/{row.id}"


def findings(client: httpx.Client, path: str, **query: str) -> dict[str, dict[str, object]]:
    answer = client.get(f"{path}/findings", params=query)
    assert answer.status_code == 200
    return {one["id"]: one for one in answer.json()["data"]}


def train(hub: Hub, accuracies: Accuracies, code: FailureCode = FailureCode.DIVERGED) -> Iterator[int]:
    """Train the jobs of a sweep, oldest first. `accuracies` are given by label and seed; an experiment with None fails
    with `code`. Yields the number of experiments of each job."""
    while True:
        with hub.read() as session:
            jobs = session.scalars(select(JobRow.id).where(~JobRow.done).order_by(JobRow.id)).all()
        if not jobs:
            return
        with hub.write() as session:
            claimed = claims.claim(session, jobs[0], "worker", "cpu:1")
        assert claimed is not None
        for member in claimed.members:
            with hub.read() as session:
                label = session.get_one(ExperimentRow, member.id).sweep_label
            value = accuracies[str(label)][member.spec.seed]
            with hub.write() as session:
                done = {member.id: runs.EpochResult(metrics_row(1, validation_accuracy=value), best=True)}
                runs.record_epochs(session, claimed.lease, done)
                status = Status.FAILED if value is None else Status.SUCCEEDED
                error = Failure(code=code, message="planted") if value is None else None
                runs.end(session, claimed.lease, member.id, status, error, epoch=1)
            with hub.write() as session:
                verifications.look(session, member.id)
        yield len(claimed.members)


def test_a_patch_is_applied_as_a_fork(service: Service, client: httpx.Client, sick: str) -> None:
    answer = client.post(f"{sick}/findings/lr_too_high/apply", json={}, headers={"Idempotency-Key": "a"})
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/v1/experiments/{made['id']}"
    assert (made["spec"]["optimizer"]["lr"], made["name"]) == (0.001, "sick: Shorter steps")
    assert made["forked_from"] == sick.rsplit("/", 1)[1]
    again = client.post(f"{sick}/findings/lr_too_high/apply", json={}, headers={"Idempotency-Key": "a"})
    assert again.json()["id"] == made["id"]
    second = client.post(f"{sick}/findings/lr_too_high/apply", json={"patch": 1, "name": "narrow"}).json()
    assert (second["spec"]["layers"][0]["units"], second["name"]) == (2, "narrow")


def test_what_cannot_be_applied(service: Service, client: httpx.Client, sick: str) -> None:
    for verb in ("apply", "verify"):
        at = f"{sick}/findings"
        assert_problem(client.post(f"{at}/lr_to_high/{verb}", json={}), 404)
        assert "did you mean lr_too_high" in client.post(f"{at}/lr_to_high/{verb}", json={}).json()["detail"]
        assert_problem(client.post(f"{at}/dead_relu:layers/0/{verb}", json={}), 409)
        assert_problem(client.post(f"{at}/lr_too_high/{verb}", json={"patch": 2}), 422)
        assert_problem(client.post(f"{at}/lr_too_high/{verb}", json={"seed": 2}), 422)
        assert_problem(client.post(f"/v1/experiments/exp_{'0' * 26}/findings/a/{verb}", json={}), 404)
    assert_problem(client.post(f"{sick}/findings/lr_too_high/verify", json={"seeds": 2}), 422)


def test_what_trainings_from_the_start_cannot_prove(service: Service, client: httpx.Client, sick: str) -> None:
    asked = client.post(f"{sick}/findings/overfitting/verify", json={})
    assert_problem(asked, 409)
    assert "saves time" in asked.json()["detail"]
    assert client.post(f"{sick}/findings/overfitting/apply", json={}).status_code == 201
    with service.hub.write() as session:
        session.get_one(ExperimentRow, sick.rsplit("/", 1)[1]).forked_epoch = 1
    asked = client.post(f"{sick}/findings/lr_too_high/verify", json={})
    assert_problem(asked, 409)
    assert "forked from a checkpoint" in asked.json()["detail"]


def test_findings_are_suppressed_by_id(service: Service, client: httpx.Client, sick: str) -> None:
    assert list(findings(client, sick)) == ["lr_too_high", "dead_relu", "overfitting"]
    assert list(findings(client, sick, suppress="dead_relu:layers/0")) == ["lr_too_high", "overfitting"]
    client.patch(sick, json={"tags": ["suppress:overfitting"]})
    assert list(findings(client, sick)) == ["lr_too_high", "dead_relu"]


def test_a_patch_is_verified_until_the_answer_is_known(service: Service, client: httpx.Client, sick: str) -> None:
    asked = client.post(f"{sick}/findings/lr_too_high/verify", json={"seeds": 9})
    assert asked.status_code == 202
    state = asked.json()["verifying"]
    assert (state["done"], state["seeds"], state["patch"]) == (0, 9, SMALLER)
    assert client.post(f"{sick}/findings/lr_too_high/verify", json={}).json()["verifying"] == state
    other = client.post(f"{sick}/findings/lr_too_high/verify", json={"patch": 1})
    assert_problem(other, 409)
    accuracies: Accuracies = {"base": [0.1, 0.11, None, *[0.1] * 6], verifications.CURE: [0.9, 0.91, 0.93, *[0.9] * 6]}
    trained = sum(one for one in train(service.hub, accuracies))
    found = findings(client, sick)["lr_too_high"]
    assert found["verifying"] is None
    verified = found["verified"]
    assert isinstance(verified, dict)
    assert (verified["seeds"], verified["decided"], verified["failed_without"]) == (3, True, 1)
    assert verified["gain"] == pytest.approx((0.8 + 0.8 + 0.83) / 3)
    assert verified["ci95"][0] > 0
    assert (trained, len(verified["experiments"])) == (6, 18)
    assert client.get(f"/v1/sweeps/{state['sweep_id']}").json()["counts"]["cancelled"] == 12
    assert client.post(f"{sick}/findings/lr_too_high/verify", json={}).json()["verified"] == verified
    again = client.post(f"{sick}/findings/lr_too_high/verify", json={"patch": 1}).json()
    assert again["verifying"]["patch"] == NARROWER


def test_what_was_proved_stays_when_the_finding_is_of_another_layer(
    service: Service, client: httpx.Client, sick: str
) -> None:
    experiment = sick.rsplit("/", 1)[1]
    dead = FOUND[1].model_copy(update={"patches": FOUND[0].patches})

    def of_layer(layer: str) -> None:
        with service.hub.write() as session:
            found = [dead.model_copy(update={"layer": layer}).model_dump(mode="json")]
            session.get_one(ExperimentRow, experiment).findings = json.dumps(found)

    of_layer("layers/0")
    asked = client.post(f"{sick}/findings/dead_relu:layers/0/verify", json={"seeds": 3}).json()["verifying"]
    of_layer("layers/1")
    assert findings(client, sick)["dead_relu"]["verifying"] == asked
    assert client.post(f"{sick}/findings/dead_relu:layers/1/verify", json={"seeds": 3}).json()["verifying"] == asked


def test_a_cancelled_verification_can_be_asked_for_again(service: Service, client: httpx.Client, sick: str) -> None:
    first = client.post(f"{sick}/findings/lr_too_high/verify", json={"seeds": 3}).json()["verifying"]
    client.post(f"/v1/sweeps/{first['sweep_id']}/cancel")
    found = findings(client, sick)["lr_too_high"]
    assert (found["verified"], found["verifying"]) == (None, None)
    second = client.post(f"{sick}/findings/lr_too_high/verify", json={"seeds": 3}).json()["verifying"]
    assert second["sweep_id"] != first["sweep_id"]
    assert client.delete(sick).status_code == 204
    assert json.loads(client.get(f"/v1/sweeps/{second['sweep_id']}").text)["status"] == "queued"


def test_a_deleted_member_or_a_lost_one_ends_no_verification(service: Service, client: httpx.Client, sick: str) -> None:
    asked = client.post(f"{sick}/findings/lr_too_high/verify", json={"seeds": 5}).json()["verifying"]
    with service.hub.read() as session:
        mine = select(ExperimentRow.id).where(ExperimentRow.sweep_id == asked["sweep_id"]).order_by(ExperimentRow.id)
        first = session.scalars(mine).first()
    client.post(f"/v1/experiments/{first}/cancel")
    assert client.delete(f"/v1/experiments/{first}").status_code == 204
    accuracies: Accuracies = {"base": [0.1, 0.11, 0.1, 0.1, 0.1], verifications.CURE: [0.9, None, 0.93, 0.9, 0.91]}
    assert sum(train(service.hub, accuracies, FailureCode.WORKER_LOST)) == 9
    verified = findings(client, sick)["lr_too_high"]["verified"]
    assert isinstance(verified, dict)
    assert (verified["seeds"], verified["decided"], verified["failed_with"]) == (3, True, 0)
    assert verified["gain"] > 0.8


def test_a_verification_whose_trainings_are_all_lost_can_be_asked_for_again(
    service: Service, client: httpx.Client, sick: str
) -> None:
    first = client.post(f"{sick}/findings/lr_too_high/verify", json={"seeds": 3}).json()["verifying"]
    lost: Accuracies = {"base": [0.1] * 3, verifications.CURE: [None] * 3}
    assert sum(train(service.hub, lost, FailureCode.OUT_OF_MEMORY)) == 6
    found = findings(client, sick)["lr_too_high"]
    assert (found["verified"], found["verifying"]) == (None, None)
    second = client.post(f"{sick}/findings/lr_too_high/verify", json={"patch": 1, "seeds": 3}).json()["verifying"]
    assert second["sweep_id"] != first["sweep_id"]
