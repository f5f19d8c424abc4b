"""Short requests that are repeated are answered before they reach their route, with the same response as the
route's.
"""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from api.services import predictions
from gradus.wire.key import Role
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow, KeyRow
from tests.integration.predictions.conftest import ROW, Lab
from tests.servers import patient

Ways = list[str]
ROUTE = {"Prefer": "wait=1"}
"""Headers with which a request is always answered by its route."""


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    """How each response was made: by the route, at once, or after a lookup."""
    found: Ways = []

    def noted(name: str, way: str) -> None:
        original = getattr(predictions, name)

        def asked(*arguments: Any) -> Any:
            answer = original(*arguments)
            if answer is not None:
                found.append(way)
            return answer

        monkeypatch.setattr(predictions, name, asked)

    for name, way in (("predict", "route"), ("predict_at_once", "at once"), ("predict_loaded", "looked up")):
        noted(name, way)
    return found


def ask(
    client: httpx.Client, experiment: str, headers: dict[str, str] | None = None, **document: Any
) -> httpx.Response:
    return client.post(f"/v1/experiments/{experiment}/predict", json={"rows": [ROW], **document}, headers=headers)


def warm(client: httpx.Client, experiment: str, ways: Ways, **document: Any) -> httpx.Response:
    """Repeat a request until it is answered at once, and return that response. Until then, keys are looked up and a
    model is loaded."""
    for _ in range(200):
        answer = ask(client, experiment, **document)
        if ways and ways[-1] == "at once":
            return answer
    raise AssertionError(ways)


def commit(lab: Lab) -> None:
    """Commit a change, after which everything must be looked up again."""
    with lab.hub.write() as session:
        session.execute(update(KeyRow).values(name=KeyRow.name + "'"))


def left(answer: httpx.Response) -> int:
    """The number of requests that the client may still make in this minute."""
    return int(answer.headers["ratelimit"].split(";")[1].removeprefix("r="))


def without_time(answer: httpx.Response) -> Any:
    return {**answer.json(), "seconds": None}


def test_the_answer_and_its_headers_are_those_of_the_route(lab: Lab, churn: str, ways: Ways) -> None:
    asked: dict[str, Any] = {"rows": [{**ROW, "city": "Genf", "age": 99}, ROW], "top": 1}
    quick, slow = warm(lab.client, churn, ways, **asked), ask(lab.client, churn, ROUTE, **asked)
    assert ways[-2:] == ["at once", "route"]
    assert without_time(quick) == without_time(slow)
    other = {"date", "content-length", "ratelimit"}
    assert [one for one in quick.headers.items() if one[0] not in other] == [
        one for one in slow.headers.items() if one[0] not in other
    ]
    assert left(slow) == left(quick) - 1


def test_after_a_commit_the_answer_is_looked_up_and_the_same(lab: Lab, churn: str, ways: Ways) -> None:
    asked: dict[str, Any] = {"rows": [{**ROW, "city": "Genf", "age": 99}, ROW], "top": 1}
    quick = warm(lab.client, churn, ways, **asked)
    commit(lab)
    found = ask(lab.client, churn, **asked)
    assert ways[-2:] == ["at once", "looked up"]
    assert without_time(found) == without_time(quick)
    other = {"date", "content-length", "ratelimit"}
    assert [one for one in quick.headers.items() if one[0] not in other] == [
        one for one in found.headers.items() if one[0] not in other
    ]
    assert left(found) == left(quick) - 1


def test_each_answer_is_counted_once(lab: Lab, churn: str, ways: Ways) -> None:
    with lab.client_of(DEFAULT_WORKSPACE, Role.ADMIN) as operator:
        warm(lab.client, churn, ways)
        before = answers_counted(operator)
        warm(lab.client, churn, ways)
        commit(lab)
        ask(lab.client, churn)
        ask(lab.client, churn, ROUTE)
        assert ways[-3:] == ["at once", "looked up", "route"]
        asked = len(ways) - ways.index("at once") - 1
        assert answers_counted(operator) == before + asked


def answers_counted(operator: httpx.Client) -> float:
    """The number of predictions in the metrics of the service."""
    lines = operator.get("/metrics").raise_for_status().text.splitlines()
    template = 'gradus_requests_total{method="POST",route="/v1/experiments/{experiment_id}/predict",status="200"}'
    return sum(float(line.removeprefix(template)) for line in lines if line.startswith(template))


@pytest.mark.parametrize(
    "document",
    [
        {"rows": [{**ROW, "age": "old"}]},
        {"rows": [{}]},
        {"rows": [{**ROW, "agee": 1}]},
        {"epoch": 77},
        {"top": 0},
        {"calibrated": "often"},
        {"columns": ["age"]},
        {"interval": 0.9},
    ],
    ids=str,
)
def test_a_mistake_is_told_as_by_the_route(lab: Lab, churn: str, ways: Ways, document: dict[str, Any]) -> None:
    warm(lab.client, churn, ways)
    quick, slow = ask(lab.client, churn, **document), ask(lab.client, churn, ROUTE, **document)
    commit(lab)
    found = ask(lab.client, churn, **document)
    assert found.status_code == quick.status_code == slow.status_code >= 400
    assert found.json() == quick.json() == slow.json()


def test_names_that_need_suggestions_are_left_to_the_route(
    lab: Lab, churn: str, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(lab.client, churn, ways)
    original, found = predictions.predict_at_once, []

    def seen(*arguments: Any) -> bytes | None:
        found.append("mistake")
        answer = original(*arguments)
        found[-1] = "left" if answer is None else "answered"
        return answer

    monkeypatch.setattr(predictions, "predict_at_once", seen)
    for row in ({**ROW, "agee": 1}, {"age": 3}):
        assert ask(lab.client, churn, rows=[row]).status_code == 422
    assert ask(lab.client, churn, rows=[{**ROW, "age": None}]).is_success
    assert set(found[:-1]) == {"left"}
    assert found[-1] == "answered", "only a value was missing"


def test_without_a_database_the_answer_is_the_problem_that_the_route_tells(
    lab: Lab, churn: str, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(lab.client, churn, ways)
    commit(lab)

    def down(*_: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("the database is down"))

    monkeypatch.setattr(predictions, "predict_loaded", down)
    monkeypatch.setattr(predictions, "predict_at_once", lambda *_: None)
    monkeypatch.setattr(predictions, "predict", down)
    quick, slow = ask(lab.client, churn), ask(lab.client, churn, ROUTE)
    assert quick.status_code == slow.status_code == 503
    assert quick.json() == slow.json()
    assert quick.headers["retry-after"] == slow.headers["retry-after"] == "1"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"rows": [], "rows": []}', b'{"rows": [{"age": NaN}]}'])
def test_what_is_no_document_is_told_as_by_the_route(lab: Lab, churn: str, ways: Ways, content: bytes) -> None:
    warm(lab.client, churn, ways)
    headers = {"Content-Type": "application/json"}
    path = f"/v1/experiments/{churn}/predict"
    quick, slow = (lab.client.post(path, content=content, headers={**headers, **more}) for more in ({}, ROUTE))
    assert quick.status_code == slow.status_code >= 400
    assert quick.json() == slow.json()


def test_a_new_best_epoch_answers_the_next_question(lab: Lab, churn: str, ways: Ways) -> None:
    best = warm(lab.client, churn, ways).json()["epoch"]
    other = 1 + best % 3
    with lab.hub.read() as session:
        before = session.get_one(ExperimentRow, churn).best
    assert before is not None
    for epoch, stored in ((other, json.dumps({**json.loads(before), "epoch": other})), (best, before)):
        with lab.hub.write() as session:
            session.get_one(ExperimentRow, churn).best = stored
        assert ask(lab.client, churn).json()["epoch"] == epoch


def test_other_workspaces_see_nothing_and_viewers_may_ask(lab: Lab, churn: str, ways: Ways) -> None:
    warm(lab.client, churn, ways)
    with lab.client_of("strangers", Role.ADMIN) as stranger, lab.client_of(lab.workspace, Role.VIEWER) as viewer:
        assert [ask(stranger, churn).status_code for _ in range(3)] == [404] * 3
        warm(viewer, churn, ways)
        assert ask(stranger, churn).status_code == 404
    with patient.Client(base_url=lab.service.url) as nobody:
        assert ask(nobody, churn).status_code == 401


def test_pictures_and_many_values_are_left_to_threads(lab: Lab, churn: str, pictures: str, ways: Ways) -> None:
    warm(lab.client, churn, ways)
    ways.clear()
    for _ in range(3):
        assert ask(lab.client, churn, rows=[ROW] * 40).status_code == 200
        photo = [[[0, 0, 0]] * 5] * 6
        assert ask(lab.client, pictures, rows=[{"photo": photo}]).status_code == 200
    assert ways == ["route"] * 6


@pytest.mark.parametrize("name", ["predict_at_once", "predict_loaded"])
def test_a_fault_of_its_own_is_counted_and_logged_once(
    lab: Lab, churn: str, ways: Ways, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """If such errors were not logged, nobody would notice them, because the route answers, only more slowly."""
    warm(lab.client, churn, ways)

    def broken(*_: Any) -> Any:
        raise KeyError("a fault")

    if name == "predict_loaded":
        monkeypatch.setattr(predictions, "predict_at_once", lambda *_: None)
    monkeypatch.setattr(predictions, name, broken)
    with lab.client_of(DEFAULT_WORKSPACE, Role.ADMIN) as operator:
        before = faults_counted(operator)
        assert [ask(lab.client, churn).status_code for _ in range(3)] == [200] * 3
        assert faults_counted(operator) >= before + 3
    assert (
        sum("its route answers instead" in line for line in caplog.messages) <= 2
    )  # one of each way, or of an earlier test


def faults_counted(operator: httpx.Client) -> float:
    """The number of internal errors of short predictions in the metrics of the service."""
    lines = operator.get("/metrics").raise_for_status().text.splitlines()
    (found,) = (line for line in lines if line.startswith("gradus_short_prediction_faults_total "))
    return float(found.split()[1])
