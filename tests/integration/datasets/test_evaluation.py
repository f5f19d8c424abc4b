"""Evaluations of networks on uploaded tables: groups, and the rows behind the errors."""

from typing import Any

import numpy as np
import pytest

from hub.experiments import experiments
from hub.hub import Hub
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant
from tests.integration.datasets.readers import CSV, read_table
from tests.training_here import train_here
from worker.question_slot import QuestionSlot
from worker.shutdown import Shutdown

pytestmark = pytest.mark.parametrize("shared_hub", ["sqlite"], indirect=True)

ROWS = 90
COLUMNS: dict[str, Any] = {
    "age": [20 + row % 37 for row in range(ROWS)],
    "city": [f"city {row % 5}" for row in range(ROWS)],
    "photo": np.arange(ROWS * 16, dtype=np.uint8).reshape(ROWS, 4, 4, 1),
    "exited": ["yes" if row % 3 else "no" for row in range(ROWS)],
}
NOW = {"Prefer": "wait=0"}


def trained(tenant: Tenant) -> str:
    """The path of an experiment that this process has trained."""
    made = tenant.client.post("/v1/datasets", params={"name": "churn"}, content=CSV)
    read_table(tenant.hub, made.json()["id"], COLUMNS)
    dataset = {"name": "churn", "target": "exited", "columns": {"photo": "ignore"}}
    one = tenant.client.post("/v1/experiments", json={"dataset": dataset, "layers": [4], "epochs": 1}).json()
    with tenant.hub.read() as session:
        row = experiments.get(session, one["id"])
    assert row is not None
    train_here(tenant.hub, row)
    return f"/v1/experiments/{one['id']}"


def answered(hub: Hub, tenant: Tenant, path: str) -> Any:
    """The answer that a worker gives, which this process plays."""
    waiting = tenant.client.get(path, headers=NOW)
    assert waiting.status_code == 202, waiting.text
    QuestionSlot(hub, "wrk_here", Shutdown()).answer(waiting.json()["id"])
    return tenant.client.get(path, headers=NOW)


def test_groups_and_the_cells_and_pictures_of_errors(
    tenant: Tenant, other: Tenant, shared_hub: Hub, trainer_server: None
) -> None:
    path = trained(tenant)
    report = answered(shared_hub, tenant, f"{path}/evaluation?by=city").json()
    assert sorted(one["value"] for one in report["groups"]) == [f"city {i}" for i in range(5)]
    assert all(one["few"] for one in report["groups"])
    page = answered(shared_hub, tenant, f"{path}/errors").json()
    wrong = sum(map(sum, report["confusion"])) - sum(report["confusion"][i][i] for i in range(2))
    assert page["total"] == wrong > 0
    for one in page["data"]:
        i = one["row"]
        assert one["cells"] == {"age": COLUMNS["age"][i], "city": COLUMNS["city"][i], "exited": one["given"]}
        assert COLUMNS["exited"][i] == one["given"] != one["predicted"]
        assert tenant.client.get(one["image"]).headers["content-type"] == "image/png"
    assert_problem(other.client.get(f"{path}/errors"), 404)
    problem = assert_problem(answered(shared_hub, tenant, f"{path}/evaluation?by=citty"), 400)
    assert problem["detail"] == "by: no column 'citty': did you mean 'city'?"
    assert tenant.client.delete("/v1/datasets/churn").status_code == 204
    gone = assert_problem(answered(shared_hub, tenant, f"{path}/evaluation?split=train"), 409)
    assert gone["code"] == "data_error"
    left = tenant.client.get(f"{path}/errors", headers=NOW).json()  # the answer stays, the cells are gone
    assert [one["row"] for one in left["data"]] == [one["row"] for one in page["data"]]
    assert {(one["cells"], one["image"]) for one in left["data"]} == {(None, None)}
