"""`/v1/sweeps`."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from gradus.status import FailureCode, Status
from gradus.sweep import draws
from gradus.wire.experiment import Failure
from hub.experiments import experiments as stored
from hub.jobs import runs
from hub.sweeps import results
from hub.tables import JobRow
from tests.integration.api.service import JSON, SPEC, Service, assert_problem, experiments, subscribed
from tests.integration.hub.work import claim, metrics_row

LEASES: dict[str, Any] = {}
"""The leases of the jobs that a test has claimed, by the id of the job."""
VARIANTS = {"+ sgd": {"optimizer": "sgd"}, "+ decay": {"l2": 0.01}}


def create(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/sweeps", json={"base": SPEC, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def get(client: httpx.Client, sweep: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/sweeps/{sweep['id']}").json()
    return found


def result(sweep: dict[str, Any], label: str) -> dict[str, Any]:
    (found,) = (one for one in sweep["results"] if one["label"] == label)
    return dict(found)


def counts(**some: int) -> dict[str, int]:
    """The number of members for each status; 0 if it is not given."""
    return {str(status): some.get(status, 0) for status in Status}


def job_of(service: Service, experiment_id: str) -> str:
    with service.hub.read() as session:
        row = stored.get(session, experiment_id)
        assert row is not None
        return row.job_id


def finish(service: Service, experiment_id: str, accuracy: float | None, epochs: int = 1) -> None:
    """Train one member of a claimed job to its end. If the accuracy is None, the member fails."""
    with service.hub.read() as session:
        row = stored.get(session, experiment_id)
        assert row is not None
    lease = LEASES.get(row.job_id)
    if lease is None:
        lease = LEASES[row.job_id] = claim(service.hub, row).lease
    with service.hub.write() as session:
        if accuracy is None:
            failure = Failure(code=FailureCode.DIVERGED, message="no longer finite")
            runs.end(session, lease, experiment_id, Status.FAILED, failure)
        else:
            for epoch in range(1, epochs + 1):
                row_of_metrics = metrics_row(epoch, validation_accuracy=accuracy)
                runs.record_epochs(session, lease, {experiment_id: runs.EpochResult(row_of_metrics, best=True)})
            runs.end(session, lease, experiment_id, Status.SUCCEEDED)


def test_a_sweep_is_stored_with_its_experiments_and_found_where_the_answer_says(client: httpx.Client) -> None:
    answer = client.post("/v1/sweeps", json={"name": "s", "base": SPEC, "variants": VARIANTS, "seeds": [0, 1]})
    assert answer.status_code == 201
    sweep = client.get(answer.headers["location"]).json()
    assert sweep == answer.json()
    assert sweep["status"] == "queued"
    assert sweep["counts"] == counts(queued=6)
    assert sweep["objective"] == {"metric": "validation_accuracy", "goal": "maximize"}
    assert sweep["base_label"] == "base"
    assert [one["label"] for one in sweep["results"]] == ["base", "+ sgd", "+ decay"]
    assert [one["seeds"] for one in sweep["results"]] == [[0, 1]] * 3
    assert result(sweep, "+ decay")["changes"] == {"l2": 0.01}
    members = client.get("/v1/experiments", params={"sweep": sweep["id"]}).json()["data"]
    assert {one["id"] for one in members} == {one for res in sweep["results"] for one in res["experiments"]}
    assert {one["sweep_id"] for one in members} == {sweep["id"]}
    assert members[0]["name"] == "s: + decay, seed 1"
    assert members[0]["spec"]["l2"] == 0.01


def test_members_of_one_shape_are_one_job(service: Service, client: httpx.Client) -> None:
    sweep = create(client, variants=VARIANTS, seeds=[0, 1])
    jobs = {one["label"]: {job_of(service, each) for each in one["experiments"]} for one in sweep["results"]}
    assert jobs["base"] == jobs["+ decay"]
    assert len(jobs["base"]) == len(jobs["+ sgd"]) == 1
    assert jobs["base"] != jobs["+ sgd"]


def test_a_dry_run_previews_the_members_and_stores_nothing(client: httpx.Client) -> None:
    request = {"base": SPEC, "grid": {"layers.0.units": [4, 8], "l2": [0, 0.1]}, "seeds": [0, 1, 2]}
    answer = client.post("/v1/sweeps?dry_run=true", json=request)
    assert answer.status_code == 200
    plan = answer.json()
    assert (plan["count"], plan["arrays"], plan["seconds"]) == (12, [6, 6], None)
    first = plan["members"][0]
    assert (first["label"], first["seed"]) == ("layers.0.units=4, l2=0", 0)
    assert first["changes"] == {"layers.0.units": 4, "l2": 0}
    assert first["parameters"] == 64 * 4 + 4 + 4 * 10 + 10
    assert plan["parameters"] == 6 * (64 * 4 + 4 + 4 * 10 + 10) + 6 * (64 * 8 + 8 + 8 * 10 + 10)
    assert plan["base_label"] == "layers.0.units=4, l2=0"
    assert experiments(client) == []
    assert client.get("/v1/sweeps").json()["data"] == []


def test_a_dry_run_estimates_by_earlier_runs_like_these(service: Service, client: httpx.Client) -> None:
    done = client.post("/v1/experiments", json=SPEC).json()["id"]
    finish(service, done, 0.9, epochs=2)  # 1 s + 2 s for two epochs
    request = {"base": {**SPEC, "epochs": 10}, "grid": {"l2": [0, 0.1]}}
    assert client.post("/v1/sweeps?dry_run=true", json=request).json()["seconds"] == pytest.approx(2 * 10 * 1.5)
    other = {"base": {**SPEC, "layers": [5]}, "grid": {"l2": [0, 0.1]}}
    assert client.post("/v1/sweeps?dry_run=true", json=other).json()["seconds"] is None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, ""),
        ({"grid": {"l2": [1]}, "variants": {"x": {}}}, ""),
        ({"grid": {"optimizer.lr": [0.1, -1]}}, "grid/optimizer.lr"),
        ({"variants": {"+ x": {"layers": [0]}}}, "variants/+ x/layers/0/units"),
        ({"random": {"n": 2, "space": {"l2": {"kind": "uniform", "low": 1, "high": 0}}}}, "random/space/l2"),
        ({"grid": {"l2": [0, 1]}, "base": {**SPEC, "epochs": 0}}, "base/epochs"),
        ({"grid": {"epochs": list(range(1, 502))}, "seeds": [0, 1]}, "grid"),
        ({"grid": {"layers": [[100_000, 100_000]]}}, "base/layers"),
        ({"grid": {"l2": [0, 1]}, "seeds": []}, "seeds"),
    ],
    ids=lambda value: json.dumps(value)[:50],
)
def test_a_bad_request_is_refused_whole_and_says_where(client: httpx.Client, fields: dict[str, Any], path: str) -> None:
    problem = assert_problem(client.post("/v1/sweeps", json={"base": SPEC, **fields}), 422)
    assert path in [mistake["path"] for mistake in problem["errors"]], problem
    assert experiments(client) == []


def test_results_are_best_first_with_differences_to_the_base(service: Service, client: httpx.Client) -> None:
    LEASES.clear()
    sweep = create(client, variants=VARIANTS, seeds=[0, 1, 2])
    values = {"base": (0.90, 0.92, 0.91), "+ sgd": (0.80, 0.85, None), "+ decay": (0.93, 0.94, 0.92)}
    for label, accuracies in values.items():
        for one, accuracy in zip(result(sweep, label)["experiments"], accuracies, strict=True):
            finish(service, one, accuracy)
    found = get(client, sweep)
    assert found["status"] == "failed"
    assert [one["label"] for one in found["results"]] == ["+ decay", "base", "+ sgd"]
    best = found["results"][0]
    assert best["mean"] == pytest.approx(0.93)
    assert best["std"] == pytest.approx(0.01)
    assert (best["n"], best["values"]) == (3, [0.93, 0.94, 0.92])
    # pairs 0.03, 0.02, 0.01: mean 0.02, deviation 0.01; two intervals at once: t(1 - 0.025/2, 2) = 6.20535
    half = 6.20535 * 0.01 / sqrt(3)
    assert best["difference"]["mean"] == pytest.approx(0.02)
    assert best["difference"]["ci95"] == pytest.approx([0.02 - half, 0.02 + half], abs=1e-5)
    assert best["difference"]["p_adjusted"] == pytest.approx(2 * 0.07418, abs=1e-5)
    assert best["verdict"] == "cannot tell"
    assert (best["succeeded"], best["of"], best["common_seeds"]) == (3, 3, [0, 1, 2])
    assert best["common_mean"] == pytest.approx(0.93)
    assert found["results"][1]["difference"] is None
    assert found["grain"] == pytest.approx(1 / 143)  # validation examples of digits
    worst = found["results"][2]
    assert (worst["n"], worst["statuses"]) == (2, ["succeeded", "succeeded", "failed"])
    assert worst["values"] == [0.80, 0.85, None]
    assert worst["difference"]["n"] == 2
    assert (worst["succeeded"], worst["of"]) == (2, 3)
    (failed,) = worst["failed"]
    assert (failed["id"], failed["seed"], failed["error"]["code"]) == (worst["experiments"][2], 2, "diverged")


def test_survivors_of_a_failing_change_do_not_come_first(service: Service, client: httpx.Client) -> None:
    LEASES.clear()
    sweep = create(client, variants=VARIANTS, seeds=[0, 1, 2])
    values = {"base": (0.80, 0.81, 0.82), "+ sgd": (0.99, None, None), "+ decay": (0.70,)}  # two still wait
    for label, accuracies in values.items():
        for one, accuracy in zip(result(sweep, label)["experiments"], accuracies, strict=False):
            finish(service, one, accuracy)
    assert [one["label"] for one in get(client, sweep)["results"]] == ["base", "+ decay", "+ sgd"]


def test_scores_that_are_all_the_same_have_the_width_of_an_example(service: Service, client: httpx.Client) -> None:
    LEASES.clear()
    sweep = create(client, variants=VARIANTS, seeds=[0, 1, 2])
    for label, right in {"base": 130, "+ sgd": 131, "+ decay": 130}.items():
        for one in result(sweep, label)["experiments"]:
            finish(service, one, right / 143)
    found = get(client, sweep)
    assert [one["verdict"] for one in found["results"]].count("cannot tell") == 2
    for one in found["results"]:
        assert one["ci95"][1] - one["ci95"][0] > 0.99 / 143
        if one["difference"] is not None:
            assert one["difference"]["ci95"][0] <= 1e-15
            assert one["difference"]["ci95"][1] - one["difference"]["ci95"][0] > 1.99 / 143


def test_a_member_counts_with_its_best_row(service: Service, client: httpx.Client) -> None:
    LEASES.clear()
    sweep = create(client, grid={"l2": [0, 0.1]}, objective="test_loss")
    one = result(sweep, "l2=0")["experiments"][0]
    with service.hub.read() as session:
        row = stored.get(session, one)
        assert row is not None
    lease = claim(service.hub, row).lease
    for epoch, loss, best in ((1, 0.5, True), (2, 0.7, False)):
        with service.hub.write() as session:
            runs.record_epochs(session, lease, {one: runs.EpochResult(metrics_row(epoch, test_loss=loss), best)})
    assert result(get(client, sweep), "l2=0")["values"] == [None]  # it is not over
    assert get(client, sweep)["status"] == "running"
    with service.hub.write() as session:
        runs.end(session, lease, one, Status.SUCCEEDED)
    assert result(get(client, sweep), "l2=0")["mean"] == 0.5


def test_cancelling_ends_what_waits_and_asks_for_what_runs(service: Service, client: httpx.Client) -> None:
    LEASES.clear()
    sweep = create(client, variants=VARIANTS, seeds=[0, 1])
    finish(service, result(sweep, "+ sgd")["experiments"][0], 0.9)
    answer = client.post(f"/v1/sweeps/{sweep['id']}/cancel")
    assert answer.status_code == 202
    assert answer.json()["counts"] == counts(succeeded=1, running=1, cancelled=4)
    running = result(sweep, "+ sgd")["experiments"][1]
    with service.hub.read() as session:
        assert runs.requests(session, job_of(service, running)) == {running: Status.CANCELLED}
    with service.hub.write() as session:
        runs.end(session, LEASES[job_of(service, running)], running, Status.CANCELLED)
    assert get(client, sweep)["status"] == "cancelled"
    assert client.post(f"/v1/sweeps/{sweep['id']}/cancel").status_code == 202


def test_a_sweep_that_is_over_cannot_be_cancelled(service: Service, client: httpx.Client) -> None:
    LEASES.clear()
    sweep = create(client, grid={"l2": [0.1]})
    finish(service, result(sweep, "l2=0.1")["experiments"][0], 0.9)
    assert get(client, sweep)["status"] == "succeeded"
    problem = assert_problem(client.post(f"/v1/sweeps/{sweep['id']}/cancel"), 409)
    assert problem["code"] == "impossible_transition"


def test_a_retry_runs_only_what_failed_and_from_the_start(service: Service, client: httpx.Client) -> None:
    LEASES.clear()
    sweep = create(client, grid={"l2": [0.1, 0.2, 0.3]})
    ids = {label: result(sweep, label)["experiments"][0] for label in ("l2=0.1", "l2=0.2", "l2=0.3")}
    finish(service, ids["l2=0.1"], 0.9)
    lease = LEASES[job_of(service, ids["l2=0.2"])]
    with service.hub.write() as session:
        epoch = runs.EpochResult(metrics_row(1, validation_accuracy=0.5), best=True)
        runs.record_epochs(session, lease, {ids["l2=0.2"]: epoch})
    for label in ("l2=0.2", "l2=0.3"):
        finish(service, ids[label], None)
    old = job_of(service, ids["l2=0.1"])
    answer = client.post(f"/v1/sweeps/{sweep['id']}/retry")
    assert answer.status_code == 202
    assert answer.json()["counts"] == counts(succeeded=1, queued=2)
    jobs = {job_of(service, ids[label]) for label in ("l2=0.2", "l2=0.3")}
    assert len(jobs) == 1
    assert old not in jobs
    again = client.get(f"/v1/experiments/{ids['l2=0.2']}").json()
    assert (again["progress"]["epoch"], again["latest"], again["best"], again["error"]) == (0, None, None, None)
    assert client.get(f"/v1/experiments/{ids['l2=0.2']}/metrics").json()["data"] == []
    for label in ("l2=0.2", "l2=0.3"):
        finish(service, ids[label], 0.8)
    found = get(client, sweep)
    assert found["status"] == "succeeded"
    assert [one["label"] for one in found["results"]] == ["l2=0.1", "l2=0.2", "l2=0.3"]
    assert client.post(f"/v1/sweeps/{sweep['id']}/retry").json() == found  # nothing failed: nothing happens
    with subscribed(client, f"/v1/experiments/{ids['l2=0.2']}/events") as events:
        kinds = [event.event for event in events]
    assert kinds == [
        "status",
        "status",
        "epoch",
        "log",
        "status",
        "end",
        "log",
        "status",
        "status",
        "epoch",
        "status",
        "end",
    ]


def test_a_sweep_gets_more_seeds_and_values(client: httpx.Client) -> None:
    sweep = create(client, grid={"l2": [0.1, 0.2]})
    address = f"/v1/sweeps/{sweep['id']}/extend"
    more = {"seeds": [0, 7], "grid": {"l2": [0.3]}}
    answer = client.post(address, json=more)
    assert answer.status_code == 202
    found = answer.json()
    assert found["counts"]["queued"] == 6
    assert {one["label"]: one["seeds"] for one in found["results"]} == {
        "l2=0.1": [0, 7], "l2=0.2": [0, 7], "l2=0.3": [0, 7]
    }  # fmt: skip
    assert result(found, "l2=0.1")["experiments"][0] == result(sweep, "l2=0.1")["experiments"][0]
    assert client.post(address, json=more).json() == found
    problem = assert_problem(client.post(address, json={"grid": {"l1": [1]}}), 422)
    assert problem["errors"][0]["path"] == "grid/l1"
    assert get(client, sweep) == found


def test_of_several_who_extend_a_sweep_at_once_each_gets_what_is_asked(client: httpx.Client) -> None:
    sweep = create(client, grid={"l2": [0.1, 0.2]}, seeds=[0])

    def extend(seed: int) -> int:
        return client.post(f"/v1/sweeps/{sweep['id']}/extend", json={"seeds": [seed]}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(extend, range(1, 5))) == [202] * 4
    assert {tuple(sorted(one["seeds"])) for one in get(client, sweep)["results"]} == {(0, 1, 2, 3, 4)}


def test_a_search_of_an_earlier_version_is_read_with_all_its_results(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The earlier version accepted a search with more draws than are allowed now."""
    search = {"n": 4, "space": {"l2": {"kind": "choice", "values": [0] * 97 + [1, 2, 3]}}}
    made = create(client, random=search)
    monkeypatch.setattr(draws, "MAX_DRAWN_VALUES", 8)
    assert_problem(client.post("/v1/sweeps", json={"base": SPEC, "random": search}), 422)
    results._drawn.cache_clear()
    found = get(client, made)
    assert sorted(one["changes"]["l2"] for one in found["results"]) == [0, 1, 2, 3]
    assert all(one["experiments"] for one in found["results"])


def test_draws_are_made_once_for_all_who_look(client: httpx.Client) -> None:
    made = create(client, random={"n": 3, "space": {"l2": {"kind": "uniform", "low": 0, "high": 1}}})
    first = get(client, made)
    before = results._drawn.cache_info()
    assert get(client, made) == first
    after = results._drawn.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
    assert after.maxsize == results.CACHED_SEARCHES
    client.post(f"/v1/sweeps/{made['id']}/extend", json={"random": {"n": 5}}).raise_for_status()
    assert len(get(client, made)["results"]) == 5


def test_a_deleted_member_leaves_its_sweep(client: httpx.Client) -> None:
    sweep = create(client, grid={"l2": [0.1, 0.2]})
    assert client.delete(f"/v1/experiments/{result(sweep, 'l2=0.1')['experiments'][0]}").status_code == 204
    found = get(client, sweep)
    assert (result(found, "l2=0.1")["experiments"], result(found, "l2=0.1")["mean"]) == ([], None)
    assert found["counts"]["queued"] == 1


def test_a_deleted_sweep_is_gone_with_its_experiments_and_nothing_else(service: Service, client: httpx.Client) -> None:
    other = create(client, grid={"l2": [0, 1]})
    sweep = create(client, grid={"l2": [0, 1]}, seeds=list(range(60)))
    assert client.delete(f"/v1/sweeps/{sweep['id']}").status_code == 204
    assert_problem(client.get(f"/v1/sweeps/{sweep['id']}"), 404)
    assert_problem(client.delete(f"/v1/sweeps/{sweep['id']}"), 404)
    assert {one["sweep_id"] for one in client.get("/v1/experiments").json()["data"]} == {other["id"]}
    assert [one["id"] for one in client.get("/v1/sweeps").json()["data"]] == [other["id"]]
    with service.hub.read() as session:
        jobs = set(session.scalars(select(JobRow.id)).all())
    left = {one for result in get(client, other)["results"] for one in result["experiments"]}
    assert len(left) == 2
    assert jobs == {job_of(service, one) for one in left}


def test_a_sweep_whose_experiments_run_is_not_deleted(service: Service, client: httpx.Client) -> None:
    sweep = create(client, grid={"l2": [0, 1]})
    with service.hub.read() as session:
        row = stored.get(session, sweep["results"][0]["experiments"][0])
        assert row is not None
    claim(service.hub, row)
    assert_problem(client.delete(f"/v1/sweeps/{sweep['id']}"), 409)
    assert get(client, sweep)["counts"] == counts(running=2)


def test_sweeps_are_listed_newest_first_page_by_page(client: httpx.Client) -> None:
    made = [create(client, name=f"sweep {i}", grid={"l2": [0.1, 0.2]})["id"] for i in range(5)]
    pages: list[Sequence[dict[str, Any]]] = []
    cursor = None
    while True:
        page = client.get("/v1/sweeps", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        pages.append(page["data"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [one for page in pages for one in page]
    assert [one["id"] for one in listed] == made[::-1]
    assert listed[0]["counts"]["queued"] == 2
    assert_problem(client.get("/v1/sweeps", params={"cursor": "nonsense"}), 400)


def test_a_repeat_under_one_key_gets_the_first_answer(client: httpx.Client) -> None:
    key, request = {"Idempotency-Key": "one"}, {"base": SPEC, "grid": {"l2": [0.1]}}
    first = client.post("/v1/sweeps", json=request, headers=key)
    client.post(f"{first.headers['location']}/cancel")
    again = client.post("/v1/sweeps", content=json.dumps(request, indent=3), headers=key | JSON)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    other = assert_problem(client.post("/v1/sweeps", json={**request, "seeds": [1]}, headers=key), 409)
    assert other["code"] == "idempotency_conflict"
    assert_problem(client.post("/v1/experiments", json=SPEC, headers=key), 409)
    client.post("/v1/experiments", json=SPEC, headers={"Idempotency-Key": "two"})
    assert_problem(client.post("/v1/sweeps", json=request, headers={"Idempotency-Key": "two"}), 409)


@pytest.mark.parametrize("sweep_id", ["swp_00000000000000000000000000", "exp_1", "x'%00"])
def test_a_sweep_that_is_not_there_is_not_found(client: httpx.Client, sweep_id: str) -> None:
    assert_problem(client.get(f"/v1/sweeps/{sweep_id}"), 404)
    for act in ("cancel", "retry"):
        assert_problem(client.post(f"/v1/sweeps/{sweep_id}/{act}"), 404)
    assert_problem(client.post(f"/v1/sweeps/{sweep_id}/extend", json={"seeds": [1]}), 404)


def test_a_thousand_members_are_one_transaction(service: Service, client: httpx.Client) -> None:
    sweep = create(client, grid={"optimizer.lr": [i / 1000 for i in range(1, 101)]}, seeds=list(range(10)))
    assert sweep["counts"]["queued"] == 1000
    assert len(sweep["results"]) == 100
    assert len({job_of(service, one) for res in sweep["results"] for one in res["experiments"]}) == 16
    assert client.post(f"/v1/sweeps/{sweep['id']}/cancel").json()["counts"]["cancelled"] == 1000


@pytest.mark.parametrize("name", ["one technique at a time", "grid", "random search"])
def test_every_example_of_the_docs_page_can_be_posted(client: httpx.Client, name: str) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/v1/sweeps"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["examples"][name]["value"]
    assert client.post("/v1/sweeps", json=body).status_code == 201
