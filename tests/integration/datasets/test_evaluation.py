"""Evaluations of networks on uploaded tables: groups, and the rows behind the errors."""

import csv
import io
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

pytestmark = pytest.mark.parametrize("module_hub", ["sqlite"], indirect=True)

ROWS = 90
COLUMNS: dict[str, Any] = {
    "age": [20 + row % 37 for row in range(ROWS)],
    "city": [f"city {row % 5}" for row in range(ROWS)],
    "photo": np.arange(ROWS * 16, dtype=np.uint8).reshape(ROWS, 4, 4, 1),
    "exited": ["yes" if row % 3 else "no" for row in range(ROWS)],
}
NOW = {"Prefer": "wait=0"}


def trained(tenant: Tenant) -> str:
    """The URL path of an experiment that this process has trained."""
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
    """Answer the question that this path asks, as a worker does; returns the response."""
    waiting = tenant.client.get(path, headers=NOW)
    assert waiting.status_code == 202, waiting.text
    QuestionSlot(hub, "wrk_here", Shutdown()).take(waiting.json()["id"])
    return tenant.client.get(path, headers=NOW)


def test_a_whole_data_set_is_predicted_into_a_file(
    tenant: Tenant, other: Tenant, module_hub: Hub, trainer_server: None
) -> None:
    path = f"{trained(tenant)}/predictions"
    waiting = tenant.client.post(path, json={"dataset": "churn"}, headers=NOW)
    place = waiting.headers["location"]
    assert (waiting.status_code, place) == (202, f"{path}/{waiting.json()['id']}")
    assert assert_problem(tenant.client.get(f"{place}/file"), 404)["code"] == "not_ready"
    QuestionSlot(module_hub, "wrk_here", Shutdown()).take(waiting.json()["id"])
    record = tenant.client.get(place).json()
    assert (record["rows"], record["columns"]) == (ROWS, ["prediction", "probability_no", "probability_yes", "notes"])
    file = tenant.client.get(record["file"])
    assert (file.headers["content-type"], len(file.content)) == ("text/csv; charset=utf-8", record["bytes"])
    lines = list(csv.DictReader(io.StringIO(file.text)))
    rows = [{"age": age, "city": city} for age, city in zip(COLUMNS["age"], COLUMNS["city"], strict=True)]
    online = tenant.client.post(path.removesuffix("ions"), json={"rows": rows}).json()["data"]
    assert [line["prediction"] for line in lines] == [one["prediction"] for one in online]
    for line, one in zip(lines, online, strict=True):
        assert float(line["probability_yes"]) == pytest.approx(one["probabilities"]["yes"], abs=1e-6)
    assert tenant.client.post(path, json={"dataset": "churn"}, headers=NOW).json() == record
    for wrong in (f"{path}/prd_{'0' * 26}", f"{path}/no", f"{path}/no/file"):
        assert_problem(tenant.client.get(wrong), 404)
    for of_others in (place, f"{place}/file"):
        assert_problem(other.client.get(of_others), 404)
    assert_problem(tenant.client.post(path, json={"dataset": "mnist"}), 404)
    problem = assert_problem(tenant.client.post(path, json={"dataset": "churn", "format": "xls"}), 422)
    assert problem["errors"][0]["path"] == "format"


def test_a_data_set_without_the_columns_of_the_network_is_refused_with_all_of_them(
    tenant: Tenant, module_hub: Hub, trainer_server: None
) -> None:
    path = f"{trained(tenant)}/predictions"
    made = tenant.client.post("/v1/datasets", params={"name": "others"}, content=CSV)
    read_table(tenant.hub, made.json()["id"], {"age": ["forty"] * 20, "town": ["Chur"] * 20})
    waiting = tenant.client.post(path, json={"dataset": "others"}, headers=NOW)
    QuestionSlot(module_hub, "wrk_here", Shutdown()).take(waiting.json()["id"])
    problem = assert_problem(tenant.client.get(waiting.headers["location"]), 422)
    assert {one["path"]: one["message"] for one in problem["errors"]} == {
        "columns/age": "'age' has the type text here, and must be integer or number",
        "columns/city": "the data set has no column 'city'",
    }


def test_groups_and_the_cells_and_pictures_of_errors(
    tenant: Tenant, other: Tenant, module_hub: Hub, trainer_server: None
) -> None:
    path = trained(tenant)
    report = answered(module_hub, tenant, f"{path}/evaluation?by=city").json()
    assert sorted(one["value"] for one in report["groups"]) == [f"city {i}" for i in range(5)]
    assert all(one["few"] for one in report["groups"])
    page = answered(module_hub, tenant, f"{path}/errors").json()
    wrong = sum(map(sum, report["confusion"])) - sum(report["confusion"][i][i] for i in range(2))
    assert page["total"] == wrong > 0
    for one in page["data"]:
        i = one["row"]
        assert one["cells"] == {"age": COLUMNS["age"][i], "city": COLUMNS["city"][i], "exited": one["given"]}
        assert COLUMNS["exited"][i] == one["given"] != one["predicted"]
        assert tenant.client.get(one["image"]).headers["content-type"] == "image/png"
    assert_problem(other.client.get(f"{path}/errors"), 404)
    problem = assert_problem(answered(module_hub, tenant, f"{path}/evaluation?by=citty"), 400)
    assert problem["detail"] == "by: no column 'citty': did you mean 'city'?"
    assert tenant.client.delete("/v1/datasets/churn").status_code == 204
    gone = assert_problem(answered(module_hub, tenant, f"{path}/evaluation?split=train"), 409)
    assert gone["code"] == "data_error"
    left = tenant.client.get(f"{path}/errors", headers=NOW).json()  # the answer stays, the cells are gone
    assert [one["row"] for one in left["data"]] == [one["row"] for one in page["data"]]
    assert {(one["cells"], one["image"]) for one in left["data"]} == {(None, None)}
