"""Whatever a client sends, it gets a clear problem and nothing is stored."""

import json
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.integration.api.service import JSON, SPEC, Service, assert_problem, experiments, on_sqlite

NO_ID = "exp_00000000000000000000000000"


def spec(**changes: Any) -> bytes:
    return json.dumps(SPEC | changes).encode()


BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "unknown key": (spec(optimiser="adam"), 422, "unknown key 'optimiser': did you mean 'optimizer'?"),
    "unknown kind": (spec(optimizer="adamm"), 422, "optimizer: unknown kind 'adamm'"),
    "wrong kind of value": (spec(layers="300"), 422, "layers: must be a list of layers"),
    "a key that Python has too": (spec(self=1), 422, "unknown key 'self'"),
    "negative units": (spec(layers=[-1]), 422, "layers/0/units: must be at least 1"),
    "ten million units": (spec(layers=[10_000_000]), 422, "layers/0/units: must be at most 100000"),
    "ten billion weights": (spec(layers=[100_000, 100_000]), 422, "parameters"),
    "dropout 1": (spec(dropout=1.0), 422, "dropout: must be less than 1"),
    "unknown data set": (spec(dataset="mnits"), 422, "did you mean 'mnist'?"),
    "not a number": (b'{"dataset": "digits", "layers": [], "l1": NaN}', 400, "NaN is not a JSON number"),
    "infinity": (b'{"dataset": "digits", "layers": [], "l1": 1e999}', 422, "l1: must be a finite number"),
    "no object": (b"[]", 422, "must be a JSON object"),
    "broken JSON": (b'{"dataset": ', 400, "line 1, column 13"),
    "nothing": (b"", 400, "empty"),
    "duplicate key": (b'{"dataset": "digits", "layers": [], "seed": 1, "seed": 2}', 400, "'seed' twice"),
    "not UTF-8": (b'{"name": "\xff"}', 400, "UTF-8"),
    "NUL in text": (spec(name="a\0"), 422, "name: may not contain NUL"),
    "half a surrogate pair": (b'{"tags": ["\\ud800"]}', 422, "tags/0: may not contain"),
    "half a surrogate pair in a key": (b'{"\\ud800": 1}', 422, "key"),
    "deep nesting": (b"[" * 100_000, 400, "nested"),
    "nesting in the spec": (spec(layers=[json.loads("[" * 40 + "]" * 40)]), 422, "nested"),
    "digits without end": (b'{"seed": ' + b"9" * 5_000 + b"}", 400, "digits"),
    "ten megabytes": (b'"' + b"a" * 10_000_000 + b'"', 413, "1048576 bytes"),
}


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_a_bad_body_is_named_and_nothing_is_stored(client: httpx.Client, query: str) -> None:
    for name, (body, status, told) in BAD_BODIES.items():
        answer = client.post(f"/v1/experiments{query}", content=body, headers=JSON | {"Idempotency-Key": "k"})
        assert told in assert_problem(answer, status)["detail"], name
    assert experiments(client) == []
    assert client.post("/v1/experiments", json=SPEC, headers={"Idempotency-Key": "k"}).status_code == 201


@on_sqlite
def test_every_mistake_of_a_spec_is_listed_with_its_place(client: httpx.Client) -> None:
    body = {"dataset": "digits", "layers": [8, {"units": 0}, {"units": 3, "drpout": 0.5}], "epochs": "ten"}
    problem = assert_problem(client.post("/v1/experiments", json=body), 422)
    assert {mistake["path"] for mistake in problem["errors"]} == {"layers/1/units", "layers/2/drpout", "epochs"}
    assert problem["detail"].endswith("(and 2 more mistakes)")


@on_sqlite
@pytest.mark.parametrize("data", ["minst", {"name": "minst", "limit": 0}])
@pytest.mark.parametrize(("path", "base"), [("experiments", ""), ("probes", ""), ("sweeps", "base/")])
def test_an_unknown_data_set_is_told_with_the_other_mistakes(
    client: httpx.Client, data: Any, path: str, base: str
) -> None:
    spec_ = {"dataset": data, "layers": [-3]}
    body = {"base": spec_, "grid": {"seed": [1]}} if base else spec_
    problem = assert_problem(client.post(f"/v1/{path}", json=body), 422)
    paths = [mistake["path"] for mistake in problem["errors"]]
    assert paths[0] == f"{base}dataset/name"
    assert f"{base}layers/0/units" in paths
    assert "did you mean 'mnist'?" in problem["detail"]


@on_sqlite
def test_a_name_that_is_no_name_is_told_once(client: httpx.Client) -> None:
    problem = assert_problem(client.post("/v1/experiments", json={"dataset": "x" * 101, "layers": [3]}), 422)
    assert [mistake["path"] for mistake in problem["errors"]] == ["dataset/name"]


@on_sqlite
def test_a_body_of_mistakes_is_not_sent_back_whole(client: httpx.Client) -> None:
    body = {f"{'k' * 5000}{i}": i for i in range(150)}
    answer = client.post("/v1/experiments", json=body)
    assert len(assert_problem(answer, 422)["errors"]) == 100
    assert len(answer.content) < 100_000


@on_sqlite
def test_a_large_body_is_refused_before_it_has_come(service: Service) -> None:
    """A body without a length, in chunks: the response comes before the client has sent all of it."""
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while True:
            sent += 65536
            yield b" " * 65536

    hung_up = suppress(httpx.WriteError)  # before the client had a look at the answer
    with service.client(20) as client, hung_up:
        assert_problem(client.post("/v1/experiments", content=endless(), headers=JSON), 413)
    assert sent < 100_000_000


@on_sqlite
def test_only_json_is_read(client: httpx.Client) -> None:
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        for method, path in (("POST", "/v1/experiments"), ("PATCH", f"/v1/experiments/{NO_ID}")):
            answer = client.request(method, path, content=spec(), headers={"Content-Type": kind})
            assert "application/json" in assert_problem(answer, 415)["detail"]


@on_sqlite
def test_a_request_whose_fields_all_have_defaults_needs_no_body(client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json=SPEC).json()["id"]
    for headers in ({}, JSON, {"Content-Type": "application/x-www-form-urlencoded"}):  # `curl -X POST`, `curl -d ""`
        assert client.post(f"/v1/experiments/{made}/fork", headers=headers).json()["forked_from"] == made
        assert client.post("/v1/lab/penalty_cases", headers=headers).status_code == 200
        for verb in ("apply", "verify"):
            answer = client.post(f"/v1/experiments/{made}/findings/dead_relu/{verb}", headers=headers)
            assert "dead_relu" in assert_problem(answer, 404)["detail"]
    assert_problem(client.post(f"/v1/experiments/{made}/fork", content=b"epochs=3", headers=headers), 415)
    assert_problem(client.post(f"/v1/experiments/{made}/extend", headers=JSON), 400)


UNKNOWN_IDS = (
    NO_ID, "1", "a" * 5000, "%00", "exp_%00", "%ED%A0%80", "%FF", "%E2%98%83", "exp_" + "%F0%9F%8E%93" * 26,
)  # fmt: skip


def test_an_unknown_id_is_not_found(client: httpx.Client) -> None:
    requests = [
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/events"), ("GET", "/metrics"),
        ("GET", "/metrics?wait=5"),
    ]  # fmt: skip
    for method, end in requests:
        for one in UNKNOWN_IDS:
            assert_problem(client.request(method, f"/v1/experiments/{one}{end}", content=b"{}", headers=JSON), 404)


BAD_PARAMETERS = {
    "/v1/experiments": [
        "limit=0", "limit=201", "limit=ten", "limit=99999999999999999999", "status=runing", "status=", "stauts=running",
        "cursor=", "cursor=!!!", "cursor=%00", "cursor=MTpleHA", "cursor=" + "A" * 2000, "tag=%00", "q=%00",
        "dataset=%00", "sweep=%00", "q=" + "x" * 201,
    ],
    "/v1/experiments/{id}/metrics": [
        "after=-1", "after=x", "after=9007199254740992", "after=99999999999999999999999", "wait=61", "wait=-1",
        "wait=1.5", "max_points=1", "max_points=10001", "aftr=1",
    ],
    "/v1/experiments/{id}/events": ["after=-1", "after=x", "after=99999999999999999999999", "aftr=1"],
    "/v1/events": ["after=-1", "after=x", "after=99999999999999999999999", "aftr=1"],
}  # fmt: skip


@pytest.mark.parametrize("path", BAD_PARAMETERS)
def test_a_bad_parameter_is_named(client: httpx.Client, path: str) -> None:
    one = client.post("/v1/experiments", json=SPEC).json()["id"]
    for query in BAD_PARAMETERS[path]:
        problem = assert_problem(client.get(f"{path.format(id=one)}?{query}"), 400)
        assert query.partition("=")[0] in problem["detail"], query


@on_sqlite
def test_a_parameter_with_a_typo_gets_the_name_that_was_meant(client: httpx.Client) -> None:
    problem = assert_problem(client.get("/v1/experiments?stauts=running"), 400)
    message = "unknown parameter 'stauts': did you mean 'status'?"
    assert problem["detail"] == f"stauts: {message}"
    assert problem["errors"] == [{"path": "stauts", "message": message, "input": "running"}]


@on_sqlite
def test_a_bad_idempotency_key_is_named(client: httpx.Client) -> None:
    for key in (b"", b"two words", b"x" * 256, b"\xff"):
        answer = client.post("/v1/experiments", json=SPEC, headers={b"Idempotency-Key": key})
        assert "idempotency-key" in assert_problem(answer, 400)["detail"]
    assert experiments(client) == []


@on_sqlite
def test_a_preference_that_cannot_be_read_is_ignored(client: httpx.Client) -> None:
    for value in (b"wait=", b"wait=x", b"wait=-1", b"wait=" + b"9" * 30, b"\xff", b"wait=0", b"await=5"):
        answer = client.post("/v1/experiments", json=SPEC, headers={b"Prefer": value})
        assert answer.status_code == 201
        assert "preference-applied" not in answer.headers


@on_sqlite
def test_an_answer_that_nobody_wants_is_refused(client: httpx.Client) -> None:
    one = client.post("/v1/experiments", json=SPEC).headers["location"]
    for accept in ("image/png", "text/html", "text/csv;q=0", "nonsense", "*/*;q=0"):
        assert "text/csv" in assert_problem(client.get(f"{one}/metrics", headers={"Accept": accept}), 406)["detail"]
        assert_problem(client.get(f"{one}/events", headers={"Accept": accept}), 406)


@on_sqlite
def test_a_wrong_address_gets_the_right_one(client: httpx.Client) -> None:
    assert "did you mean /v1/experiments?" in assert_problem(client.get("/v1/experimnts"), 404)["detail"]
    assert "did you mean /v1/datasets?" in assert_problem(client.get("/v1/datasets/"), 404)["detail"]
    assert "did you mean 'mnist'?" in assert_problem(client.get("/v1/datasets/mnits"), 404)["detail"]


@on_sqlite
def test_a_wrong_method_gets_the_right_ones(client: httpx.Client) -> None:
    for method, path, allowed in (
        ("PUT", "/v1/experiments", "GET, HEAD, POST"),
        ("POST", f"/v1/experiments/{NO_ID}", "DELETE, GET, HEAD, PATCH"),
        ("GET", f"/v1/experiments/{NO_ID}/cancel", "POST"),
        ("DELETE", "/v1/events", "GET, HEAD"),
        ("OPTIONS", "/healthz", "GET, HEAD"),
    ):
        answer = client.request(method, path)
        assert_problem(answer, 405)
        assert answer.headers["allow"] == allowed
