"""Experiments and the deletion of their data set: no run trains on a deleted table, and data in use are not deleted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from api.services import creation, facts
from api.services import datasets as service
from gradus.spec.experiment import Spec
from hub.experiments.prepared import prepare
from hub.tables import ExperimentRow
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant
from tests.integration.datasets.readers import CSV, read_table

on_sqlite = pytest.mark.parametrize("module_hub", ["sqlite"], indirect=True)
COLUMNS: dict[str, list[object]] = {"age": list(range(60)), "exited": ["yes" if i % 3 else "no" for i in range(60)]}
SPEC = {"dataset": {"name": "churn", "target": "exited"}, "layers": [4], "epochs": 2}


@pytest.fixture
def client(tenant: Tenant) -> httpx.Client:
    """The client of a workspace that has a data set."""
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV).json()
    read_table(tenant.hub, made["id"], COLUMNS)
    return tenant.client


def end(tenant: Tenant, status: str = "succeeded") -> None:
    """End all experiments of the workspace."""
    with tenant.hub.write() as session:
        mine = update(ExperimentRow).where(ExperimentRow.workspace_id == tenant.workspace_id)
        session.execute(mine.values(status=status, epoch=2))


@on_sqlite
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/experiments", SPEC),
        ("/v1/sweeps", {"base": SPEC, "grid": {"optimizer.lr": [0.1, 0.01]}}),
    ],
)
def test_a_data_set_that_is_deleted_after_its_facts_were_read_trains_nothing(
    tenant: Tenant, client: httpx.Client, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]
) -> None:
    def slow(*args: Any) -> Any:
        if client.get("/v1/datasets/churn").is_success:
            service.remove(tenant.hub, tenant.workspace_id, "churn")
        return prepare(*args)

    for place in ("api.services.creation.prepare", "hub.sweeps.sweeps.prepare"):
        monkeypatch.setattr(place, slow)
    problem = assert_problem(client.post(path, json=body), 409)
    assert problem["code"] == "dataset_deleted"
    assert client.get("/v1/experiments").json()["data"] == []
    assert client.get("/v1/sweeps").json()["data"] == []


def test_a_data_set_is_not_deleted_while_an_experiment_is_added(tenant: Tenant, client: httpx.Client) -> None:
    new = prepare(facts.resolved(tenant.hub, tenant.workspace_id, Spec.model_validate(SPEC)))
    with ThreadPoolExecutor(1) as thread:
        with tenant.hub.write() as session:
            creation.store(session, tenant.hub, tenant.workspace_id, new)
            deleted = thread.submit(client.delete, "/v1/datasets/churn")
            with pytest.raises(TimeoutError):
                deleted.result(0.5)
        assert assert_problem(deleted.result(30), 409)["code"] == "in_use"
    assert client.patch("/v1/datasets/churn", json={"notes": "used"}).is_success


ENDED: dict[str, Callable[[httpx.Client, str], httpx.Response]] = {
    "extend": lambda client, id_: client.post(f"/v1/experiments/{id_}/extend", json={"epochs": 1}),
    "fork": lambda client, id_: client.post(f"/v1/experiments/{id_}/fork", json={"changes": {"seed": 1}}),
}


@on_sqlite
@pytest.mark.parametrize("again", [True, False], ids=["another of the name", "none of the name"])
@pytest.mark.parametrize("what", ENDED)
def test_an_ended_experiment_whose_data_set_was_deleted_stays_ended(
    tenant: Tenant, client: httpx.Client, what: str, again: bool
) -> None:
    made = client.post("/v1/experiments", json=SPEC).json()
    end(tenant)
    assert client.delete("/v1/datasets/churn").status_code == 204
    if again:
        other = client.post("/v1/datasets?name=churn", content=CSV).json()
        read_table(tenant.hub, other["id"], {**COLUMNS, "age": [7] * 60})
    problem = assert_problem(ENDED[what](client, made["id"]), 409)
    assert problem["code"] == "dataset_deleted"
    assert "was deleted" in problem["detail"]
    assert client.get(f"/v1/experiments/{made['id']}").json()["status"] == "succeeded"
    fork = client.post(f"/v1/experiments/{made['id']}/fork", json={"changes": {"dataset": "digits"}})
    assert fork.status_code == 201, fork.text


@on_sqlite
def test_a_sweep_whose_data_set_was_deleted_is_neither_extended_nor_retried(
    tenant: Tenant, client: httpx.Client
) -> None:
    sweep = client.post("/v1/sweeps", json={"base": SPEC, "grid": {"optimizer.lr": [0.1, 0.01]}}).json()
    end(tenant, "failed")
    assert client.delete("/v1/datasets/churn").status_code == 204
    for path, body in (("extend", {"seeds": [1]}), ("retry", None)):
        problem = assert_problem(client.post(f"/v1/sweeps/{sweep['id']}/{path}", json=body), 409)
        assert problem["code"] == "dataset_deleted", path
