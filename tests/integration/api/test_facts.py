"""What responses about an experiment say about its network and its changes."""

from typing import Any

import httpx

from gradus.status import Status
from gradus.wire.experiment import OF_ONE
from hub.jobs import runs
from tests.integration.api.service import SPEC, Service, as_listed, experiments, on_sqlite
from tests.integration.hub.work import claim, submit, train_epoch


def made(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer = client.post("/v1/experiments", json={**SPEC, **changes})
    assert answer.status_code == 201
    return dict(answer.json())


def get(client: httpx.Client, experiment: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"/v1/experiments/{experiment['id']}").json())


def fork(client: httpx.Client, parent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/experiments/{parent['id']}/fork", json={"changes": changes})
    assert answer.status_code == 201
    return dict(answer.json())


def paths(experiment: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {one["path"]: (one["from"], one["to"]) for one in experiment["changes"]}


@on_sqlite
def test_an_experiment_says_what_its_network_is(service: Service, client: httpx.Client) -> None:
    created = made(client, layers=[16, {"kind": "dense", "units": 4, "activation": "tanh", "batch_norm": True}])
    for answer in (created, get(client, created)):
        assert (answer["task"], answer["best_metric"]) == ("classification", "validation_accuracy")
        assert (answer["input_shape"], answer["classes"]) == ([64], [str(digit) for digit in range(10)])
        shapes = [(one["name"], one["kind"], one["output_shape"], one["parameters"]) for one in answer["layers"]]
        assert shapes == [
            ("layers/0", "dense", [16], 64 * 16 + 16),
            ("layers/1", "dense", [4], 16 * 4 + 4 + 2 * 4),
            ("output", "dense", [10], 4 * 10 + 10),
        ]
        assert sum(one["parameters"] for one in answer["layers"]) == answer["parameters"]
        assert answer["train_examples"] + answer["validation_examples"] + answer["test_examples"] == 1797


@on_sqlite
def test_a_regression_has_no_classes_and_is_judged_by_its_loss(service: Service, client: httpx.Client) -> None:
    answer = made(client, dataset="diabetes")
    assert (answer["task"], answer["classes"], answer["best_metric"]) == ("regression", [], "validation_loss")
    stopped = made(client, early_stopping={"metric": "validation_loss"})
    assert stopped["best_metric"] == "validation_loss"


@on_sqlite
def test_a_dry_run_says_the_same_facts(service: Service, client: httpx.Client) -> None:
    preview = client.post("/v1/experiments?dry_run=true", json=SPEC).json()
    created = made(client)
    network = set(OF_ONE) - {"changes"}
    for key in (*network, "task", "best_metric", "train_examples", "validation_examples", "test_examples"):
        assert preview[key] == created[key], key


@on_sqlite
def test_lists_and_events_leave_out_what_is_as_long_as_the_network(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    claimed = claim(service.hub, row)
    train_epoch(service.hub, claimed, 1)
    with service.hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)
    (listed,) = experiments(client)
    lines = client.get(f"/v1/experiments/{row.id}/events", headers={"Accept": "application/x-ndjson"}).text
    assert '"layers":null' in lines
    assert listed == as_listed(client.get(f"/v1/experiments/{row.id}").json())
    assert (listed["task"], listed["best_metric"]) == ("classification", "validation_accuracy")
    assert listed["test_examples"] == 359


@on_sqlite
def test_a_fork_says_what_it_changes_of_its_parent(service: Service, client: httpx.Client) -> None:
    parent = made(client)
    child = fork(client, parent, optimizer={"kind": "sgd", "lr": 0.5}, dropout=0.2, name="another")
    assert parent["changes"] is None
    for answer in (child, get(client, child)):
        changed = paths(answer)
        assert changed["optimizer"] == ("adam", "sgd")
        assert changed["optimizer.lr"] == (0.001, 0.5)
        assert changed["dropout"] == (0.0, 0.2)
        assert set(changed) == {"optimizer", "optimizer.lr", "dropout"}
    assert get(client, fork(client, parent))["changes"] == []


@on_sqlite
def test_a_member_of_a_sweep_says_what_it_changes_of_the_base(service: Service, client: httpx.Client) -> None:
    request = {"base": SPEC, "variants": {"wide": {"layers": [32]}}, "seeds": [0, 1]}
    sweep = client.post("/v1/sweeps", json=request).json()
    members = {one["label"]: one["experiments"] for one in sweep["results"]}
    assert get(client, {"id": members["base"][0]})["changes"] == []
    assert paths(get(client, {"id": members["wide"][1]})) == {"layers.0.units": (4, 32), "seed": (0, 1)}


@on_sqlite
def test_the_tag_of_a_fork_changes_with_what_its_parent_becomes(service: Service, client: httpx.Client) -> None:
    parent = made(client)
    child = fork(client, parent)
    tag = client.get(f"/v1/experiments/{child['id']}").headers["etag"]
    client.post(f"/v1/experiments/{parent['id']}/extend", json={"epochs": 5})
    answer = client.get(f"/v1/experiments/{child['id']}", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert paths(answer.json()) == {"epochs": (15, 10)}
    change = client.patch(f"/v1/experiments/{child['id']}", json={"notes": "x"}, headers={"If-Match": tag})
    assert change.status_code == 200  # its own version is the same


@on_sqlite
def test_what_a_fork_changed_is_not_known_once_its_parent_is_deleted(service: Service, client: httpx.Client) -> None:
    parent = made(client)
    child = fork(client, parent, seed=7)
    client.post(f"/v1/experiments/{parent['id']}/cancel")
    assert client.delete(f"/v1/experiments/{parent['id']}").status_code == 204
    assert get(client, child)["changes"] is None
