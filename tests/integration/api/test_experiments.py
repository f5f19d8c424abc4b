"""Reading, listing, changing, deleting and cancelling experiments."""

from typing import Any

import httpx

from gradus.status import Status
from hub.jobs import claims, runs
from tests.integration.api.service import JSON, SPEC, Service, assert_problem, experiments, on_sqlite
from tests.integration.hub.work import claim, submit, train_epoch


def test_a_walk_by_cursor_sees_each_experiment_once_while_new_ones_come(service: Service, client: httpx.Client) -> None:
    old = [submit(service.hub, tags=["walk"]).id for _ in range(9)]
    walked: list[str] = []
    query: dict[str, Any] = {"limit": 2, "tag": "walk"}
    while True:
        page = client.get("/v1/experiments", params=query).json()
        walked += [one["id"] for one in page["data"]]
        submit(service.hub, tags=["walk"])
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert walked == old[::-1]


def test_a_list_can_begin_with_the_oldest(service: Service, client: httpx.Client) -> None:
    ids = [submit(service.hub, tags=["old"]).id for _ in range(5)]
    query: dict[str, Any] = {"order_by": "created_at", "limit": 2, "tag": "old", "status": ["queued", "paused"]}
    walked: list[str] = []
    while True:
        page = client.get("/v1/experiments", params=query).json()
        walked += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert walked == ids
    assert_problem(client.get("/v1/experiments?order_by=name"), 400)


def test_the_last_page_has_no_cursor_although_it_is_full(service: Service, client: httpx.Client) -> None:
    for _ in range(4):
        submit(service.hub)
    first = client.get("/v1/experiments?limit=2").json()
    last = client.get("/v1/experiments", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [len(first["data"]), len(last["data"]), last["next_cursor"]] == [2, 2, None]


@on_sqlite
def test_those_that_are_named_are_shown_on_one_page(service: Service, client: httpx.Client) -> None:
    ids = [submit(service.hub).id for _ in range(3)]
    answer = client.get("/v1/experiments", params={"id": [ids[2], ids[0]]}).json()
    assert [one["id"] for one in answer["data"]] == [ids[2], ids[0]]


def test_filters_show_what_they_name(service: Service, client: httpx.Client) -> None:
    submit(service.hub, name="Straße 100%", tags=["a", "b"])
    submit(service.hub, name="wine", dataset="wine", notes="the red ONE", tags=["b"])
    claim(service.hub, submit(service.hub, name="running"))

    def names(**query: str | list[str]) -> list[str]:
        return [one["name"] for one in client.get("/v1/experiments", params=query).json()["data"]]

    assert names() == ["running", "wine", "Straße 100%"]
    assert names(status="running") == ["running"]
    assert names(status=["queued", "running", "queued"]) == ["running", "wine", "Straße 100%"]
    assert names(status=["queued", "failed"], limit="1") == ["wine"]
    assert names(tag="b") == ["wine", "Straße 100%"]
    assert names(tag="b", dataset="wine") == ["wine"]
    assert names(q="red one") == ["wine"]
    assert names(q="0%") == ["Straße 100%"]
    assert names(q="%") == ["Straße 100%"]
    assert names(sweep="swp_none") == []


def test_a_version_that_the_client_has_is_not_sent_again(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    path = f"/v1/experiments/{row.id}"
    tag = client.get(path).headers["etag"]
    for known in (tag, f"W/{tag}", f'"0", {tag}', "*"):
        answer = client.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    train_epoch(service.hub, claim(service.hub, row), 1)
    changed = client.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["progress"]["epoch"]) == (200, 1)
    assert changed.headers["etag"] != tag


def test_what_people_wrote_can_be_changed_and_the_rest_stays(client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json={**SPEC, "name": "a", "notes": "b", "tags": ["c"]})
    path = made.headers["location"]
    assert client.patch(path, json={"tags": ["d", "e"]}).json()["tags"] == ["d", "e"]
    merge = {"Content-Type": "application/merge-patch+json"}
    changed = client.patch(path, content='{"name": "", "notes": "ü\\n"}', headers=merge)
    assert changed.json() == {
        **made.json(), "name": "", "notes": "ü\n", "tags": ["d", "e"],
        "spec": {**made.json()["spec"], "name": "", "notes": "ü\n", "tags": ["d", "e"]},
        "last_event": made.json()["last_event"] + 2,
    }  # fmt: skip
    assert client.get(path).json() == changed.json()
    assert [len(client.get("/v1/experiments", params={"tag": tag}).json()["data"]) for tag in "cde"] == [0, 1, 1]


def test_a_changed_priority_changes_the_places_in_the_queue(client: httpx.Client) -> None:
    paths = [client.post("/v1/experiments", json={**SPEC, "priority": n}).headers["location"] for n in (0, 0, -1)]
    places = [client.get(path).json()["queue"]["position"] for path in paths]
    assert places == [1, 2, 3]
    changed = client.patch(paths[2], json={"priority": 5}).json()
    assert (changed["priority"], changed["spec"]["priority"], changed["queue"]["position"]) == (5, 5, 1)
    listed = client.get("/v1/experiments").json()["data"]
    assert [one["queue"]["position"] for one in listed] == [1, 3, 2], (
        "the newest is first in the list, and in the queue"
    )
    for wrong in (11, -11, 0.5, "high", None):
        problem = assert_problem(client.patch(paths[0], json={"priority": wrong}), 422)
        assert "priority" in problem["detail"]
    assert client.post(f"{paths[2]}/cancel").status_code == 202
    assert client.patch(paths[2], json={"priority": 1}).json()["priority"] == 1, "it counts if it is extended"


@on_sqlite
def test_a_bad_change_is_named_and_changes_nothing(client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json=SPEC)
    for body, told in (
        ('{"name": null}', "name: may not be null"),
        ('{"status": "cancelled"}', "unknown key 'status': only 'name', 'tags', 'notes' and 'priority' can be changed"),
        ('{"tags": "a"}', "tags: must be a list"),
        ('{"notes": "\\u0000"}', "notes: may not contain NUL"),
        ("[]", "must be a JSON object"),
    ):
        answer = client.patch(made.headers["location"], content=body, headers=JSON)
        assert told in assert_problem(answer, 422)["detail"]
    assert client.get(made.headers["location"]).headers["etag"] == made.headers["etag"]


def test_a_change_of_another_version_is_refused(client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json=SPEC)
    path, tag = made.headers["location"], {"If-Match": made.headers["etag"]}
    assert client.patch(path, json={"name": "first"}, headers=tag).status_code == 200
    assert_problem(client.patch(path, json={"name": "second"}, headers=tag), 412)
    assert client.patch(path, json={"name": "third"}, headers={"If-Match": "*"}).json()["name"] == "third"


def test_a_deleted_experiment_is_gone(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    path = f"/v1/experiments/{row.id}"
    answer = client.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    for method, end in (("GET", ""), ("DELETE", ""), ("GET", "/metrics"), ("GET", "/events"), ("POST", "/cancel")):
        assert_problem(client.request(method, path + end), 404)
    with service.hub.write() as session:
        assert claims.claim(session, row.job_id, "worker", "cpu:1") is None


def test_a_running_experiment_must_be_cancelled_before_it_is_deleted(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    claim(service.hub, row)
    assert "cancel it first" in assert_problem(client.delete(f"/v1/experiments/{row.id}"), 409)["detail"]
    assert len(experiments(client)) == 1


def test_a_queued_experiment_is_cancelled_at_once_and_twice_without_harm(
    service: Service, client: httpx.Client
) -> None:
    path = f"/v1/experiments/{submit(service.hub).id}"
    first, second = client.post(f"{path}/cancel"), client.post(f"{path}/cancel")
    assert [first.status_code, second.status_code] == [202, 202]
    assert first.json() == second.json() == client.get(path).json()
    assert first.json()["status"] == "cancelled"
    assert first.headers["etag"] == client.get(path).headers["etag"]


def test_a_running_experiment_is_cancelled_by_its_worker(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    claim(service.hub, row)
    answers = [client.post(f"/v1/experiments/{row.id}/cancel") for _ in range(2)]
    assert [(one.status_code, one.json()["status"]) for one in answers] == [(202, "running")] * 2
    with service.hub.read() as session:
        assert runs.requests(session, row.job_id) == {row.id: Status.CANCELLED}


def test_what_is_over_cannot_be_cancelled(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    claimed = claim(service.hub, row)
    with service.hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)
    problem = assert_problem(client.post(f"/v1/experiments/{row.id}/cancel"), 409)
    assert problem["code"] == "impossible_transition"
    assert "succeeded" in problem["detail"]


@on_sqlite
def test_head_answers_as_get_without_a_body(client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json=SPEC)
    for path in ("/v1/experiments", made.headers["location"], "/healthz"):
        head, get = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        other = {"date": "", "ratelimit": ""}  # of another moment and another request
        assert {**head.headers, **other} == {**get.headers, **other}
    assert client.head("/v1/events").headers["content-type"].startswith("text/event-stream")
