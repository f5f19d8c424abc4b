"""Experiments on uploaded data sets: which fields are written out, which version is pinned, and what is refused."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from gradus.spec.dataset import Dataset
from preprocessing import parts
from preprocessing.parts import Rows, rows_of
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant
from tests.integration.datasets.readers import CSV, fail_reading, read_table, version_of

pytestmark = pytest.mark.parametrize("module_hub", ["sqlite"], indirect=True)

ROWS = 60
COLUMNS: dict[str, list[object]] = {
    "age": [20 + row % 37 for row in range(ROWS)],
    "city": [f"city {row % 5}" for row in range(ROWS)],
    "household": [f"h{row % 12}" for row in range(ROWS)],
    "balance": [row * 1.5 for row in range(ROWS)],
    "exited": ["yes" if row % 3 else "no" for row in range(ROWS)],
}


def upload(tenant: Tenant, name: str = "churn", *, ready: bool = True) -> None:
    made = tenant.client.post("/v1/datasets", params={"name": name}, content=CSV, headers={"Content-Type": "text/csv"})
    assert made.is_success, made.text
    if ready:
        read_table(tenant.hub, made.json()["id"], COLUMNS)


def spec(**dataset: Any) -> dict[str, Any]:
    return {"dataset": {"name": "churn", "target": "exited", **dataset}, "layers": [8], "epochs": 3}


def test_an_experiment_has_the_version_and_the_digest_and_keeps_the_plan(tenant: Tenant) -> None:
    upload(tenant)
    dry = tenant.client.post("/v1/experiments?dry_run=true", json=spec()).json()
    made = tenant.client.post("/v1/experiments", json=spec()).json()
    dataset = made["spec"]["dataset"]
    assert (dataset["version"], dataset["digest"][:7], dataset["task"]) == (1, "sha256:", "classification")
    assert "standardize" not in dataset
    assert made["fingerprint"] == dry["fingerprint"]
    assert (made["classes"], made["task"]) == (["no", "yes"], "classification")
    assert made["train_examples"] + made["validation_examples"] + made["test_examples"] == ROWS
    again = tenant.client.get(f"/v1/experiments/{made['id']}").json()
    assert (again["train_examples"], again["input_shape"]) == (made["train_examples"], made["input_shape"])


def test_a_split_by_groups_is_counted_in_the_rows(tenant: Tenant) -> None:
    upload(tenant)
    split = {"kind": "grouped", "column": "household"}
    dry = tenant.client.post("/v1/experiments?dry_run=true", json=spec(split=split)).json()
    assert dry["train_examples"] + dry["validation_examples"] + dry["test_examples"] == ROWS
    assert dry["test_examples"] % 5 == 0  # 12 households of 5 rows


def test_a_table_that_is_gone_is_told(tenant: Tenant) -> None:
    upload(tenant)
    split = {"kind": "grouped", "column": "household"}
    assert tenant.client.post("/v1/experiments?dry_run=true", json=spec(split=split)).is_success  # verified from now on
    version = version_of(tenant.hub, tenant.client.get("/v1/datasets/churn").json()["id"])
    shutil.rmtree(Path(tenant.hub.settings.artifacts_url) / version)
    gone = tenant.client.post("/v1/experiments?dry_run=true", json=spec(split={**split, "seed": 1}))
    assert assert_problem(gone, 503)["code"] == "table_damaged"
    assert assert_problem(tenant.client.get("/v1/datasets/churn/rows"), 503)["code"] == "table_damaged"


def test_a_table_that_is_deleted_while_it_is_used_is_told(tenant: Tenant) -> None:
    upload(tenant)
    version = version_of(tenant.hub, tenant.client.get("/v1/datasets/churn").json()["id"])
    assert tenant.client.get("/v1/datasets/churn/rows").is_success  # verified from now on
    next((Path(tenant.hub.settings.artifacts_url) / version).glob("*/table.parquet")).unlink()
    assert assert_problem(tenant.client.get("/v1/datasets/churn/rows"), 503)["code"] == "table_damaged"


def test_forks_and_sweeps_keep_the_version_unless_they_change_it(tenant: Tenant) -> None:
    upload(tenant)
    made = tenant.client.post("/v1/experiments", json=spec(numbers="robust")).json()
    path = f"/v1/experiments/{made['id']}/fork"
    fork = tenant.client.post(path, json={"changes": {"dataset": {"numbers": "standard"}}}).json()
    before, after = made["spec"]["dataset"], fork["spec"]["dataset"]
    assert (after["version"], after["digest"]) == (before["version"], before["digest"])
    assert [change["path"] for change in fork["changes"]] == ["dataset.numbers"]
    request = {"base": spec(), "grid": {"dataset.numbers": ["min_max", "robust"], "dataset.split.seed": [0, 1]}}
    sweep = tenant.client.post("/v1/sweeps", json={**request, "base": spec(split="stratified")})
    assert sweep.is_success, sweep.text
    assert sweep.json()["request"]["base"]["dataset"]["digest"] == before["digest"]
    assert len(sweep.json()["results"]) == 4


def test_a_member_of_a_sweep_is_told_whose_split_only_the_rows_know(tenant: Tenant) -> None:
    upload(tenant)
    base = spec(split={"kind": "grouped", "column": "household"})
    sweep = tenant.client.post("/v1/sweeps", json={"base": base, "grid": {"dataset.numbers": ["min_max", "robust"]}})
    told = {
        member["spec"]["dataset"]["numbers"]["kind"]: [change["path"] for change in member["changes"]]
        for result in sweep.json()["results"]
        for member in [tenant.client.get(f"/v1/experiments/{result['experiments'][0]}").json()]
    }
    assert told == {"min_max": [], "robust": ["dataset.numbers"]}


def test_a_sweep_may_set_what_its_base_lacks(tenant: Tenant) -> None:
    upload(tenant)
    request = {"base": {**spec(), "dataset": "churn"}, "grid": {"dataset.target": ["age", "balance"]}}
    sweep = tenant.client.post("/v1/sweeps?dry_run=true", json=request).json()
    assert sweep["request"]["objective"]["metric"] == "validation_loss"
    refused = assert_problem(tenant.client.post("/v1/sweeps", json={**request, "grid": {"l2": [0, 1]}}), 422)
    assert refused["errors"][0]["path"] == "base/dataset/target"


@pytest.mark.parametrize(
    ("document", "status", "place", "words"),
    [
        (spec(target="exitd"), 422, "dataset/target", "no column 'exitd': did you mean 'exited'?"),
        ({"dataset": "chrun", "layers": []}, 422, "dataset/name", "did you mean 'churn'?"),
        ({"dataset": "mnits", "layers": []}, 422, "dataset/name", "unknown data set 'mnits': did you mean 'mnist'?"),
        (spec(version=9), 422, "dataset/version", "'churn' has no version 9: the newest is 1"),
        (spec(digest="sha256:" + "0" * 64), 409, "", "has the digest"),
        (spec(split={"kind": "time", "column": "city"}), 422, "dataset/split/column", "city"),
    ],
)
def test_what_does_not_fit_is_refused(
    tenant: Tenant, document: dict[str, Any], status: int, place: str, words: str
) -> None:
    upload(tenant)
    problem = assert_problem(tenant.client.post("/v1/experiments", json=document), status)
    assert words in problem["detail"]
    assert [error["path"] for error in problem["errors"]] == ([place] if place else [])


def test_a_data_set_that_is_still_read_is_a_conflict(tenant: Tenant) -> None:
    upload(tenant, ready=False)
    problem = assert_problem(tenant.client.post("/v1/experiments", json=spec()), 409)
    assert problem["code"] == "dataset_not_ready"


@pytest.mark.parametrize("failed", [False, True])
def test_a_spec_without_a_version_takes_the_newest_that_is_ready(tenant: Tenant, failed: bool) -> None:
    upload(tenant)
    added = tenant.client.post("/v1/datasets/churn/versions", json={"parse": {"kind": "csv", "ragged": "pad"}})
    assert added.json()["number"] == 2
    if failed:
        fail_reading(tenant.hub, tenant.client.get("/v1/datasets/churn").json()["id"], 2)
    made = tenant.client.post("/v1/experiments", json=spec())
    assert made.is_success, made.text
    assert made.json()["spec"]["dataset"]["version"] == 1
    problem = assert_problem(tenant.client.post("/v1/experiments", json=spec(version=2)), 409)
    assert problem["code"] == "dataset_not_ready"


def test_other_workspaces_do_not_see_it(tenant: Tenant, other: Tenant) -> None:
    upload(tenant)
    problem = assert_problem(other.client.post("/v1/experiments", json=spec()), 422)
    assert "churn" not in problem["detail"].replace("unknown data set 'churn'", "")


def test_a_dry_run_tells_what_is_wrong_with_the_data(tenant: Tenant) -> None:
    upload(tenant)
    dry = tenant.client.post("/v1/experiments?dry_run=true", json=spec(split="random")).json()
    (shared,) = [one for one in dry["findings"] if one["id"] == "data_few_rows"]
    assert (shared["severity"], shared["evidence"][0]["value"]) == ("note", ROWS)
    built_in = tenant.client.post("/v1/experiments?dry_run=true", json={"dataset": "wine", "layers": []}).json()
    assert built_in["findings"] == built_in["blocks"] == []
    columns = {block["column"]: block["width"] for block in dry["blocks"]}
    assert sum(columns.values()) == dry["input_shape"][0]


def test_an_experiment_has_no_findings_before_it_runs(tenant: Tenant) -> None:
    upload(tenant)
    made = tenant.client.post("/v1/experiments", json=spec()).json()
    page = tenant.client.get(f"/v1/experiments/{made['id']}/findings").json()
    assert page == {"data": [], "last_event": made["last_event"], "predicting": False}
    assert tenant.client.get("/v1/experiments/exp_0000000000000000000000000a/findings").status_code == 404


def test_a_sweep_leaves_out_each_input_column_of_an_upload(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    splits: list[object] = []

    def counted(words: Dataset, *arguments: Any) -> Rows:
        splits.append(words.split)
        return rows_of(words, *arguments)

    monkeypatch.setattr(parts, "rows_of", counted)
    upload(tenant)
    base = spec(split={"kind": "grouped", "column": "household"})
    asked = {"base": base, "variants": "columns", "seeds": [0, 1]}
    dry = tenant.client.post("/v1/sweeps?dry_run=true", json=asked).json()
    labels = ["base", "without age", "without city", "without balance"]
    assert [one["label"] for one in dry["members"][::2]] == labels
    assert len(splits) == 1, "the split depends on no input"
    made = tenant.client.post("/v1/sweeps", json=asked)
    assert made.status_code == 201, made.text
    path = f"/v1/sweeps/{made.json()['id']}"
    found = tenant.client.get(path).json()
    assert found["request"] == dry["request"]
    assert found["request"]["variants"]["without age"] == {"dataset": {"columns": {"age": "ignore"}}}
    for _ in range(2):
        assert tenant.client.post(f"{path}/extend", json={"variants": "columns", "seeds": [2]}).status_code == 202
    assert tenant.client.get(path).json()["counts"]["queued"] == 12
    built_in = tenant.client.post("/v1/sweeps", json={**asked, "base": {"dataset": "digits", "layers": [8]}})
    assert [one["path"] for one in assert_problem(built_in, 422)["errors"]] == ["variants"]
