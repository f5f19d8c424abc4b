"""Predictions for an upload that is not a data set: they are those of the same rows in a request, but are computed as a
job.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from gradus.wire.key import Role
from hub.tables import QuestionRow
from tests.integration.api.service import assert_problem
from tests.integration.predictions.answering import answer_all
from tests.integration.predictions.conftest import ROW, Lab, other_epoch
from worker.question_slot import QuestionSlot
from worker.shutdown import Shutdown

NOW = {"Prefer": "wait=0"}
ROWS = [{**ROW, "age": 20 + i % 60, "city": ["Chur", "Genf", None][i % 3], "visits": i / 7} for i in range(40)]


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([rows[0], *(row.values() for row in rows)])
    return text.getvalue().encode()


def upload(lab: Lab, content: bytes) -> str:
    """An upload in two parts, if it is large enough; returns its id."""
    made = lab.client.post("/v1/uploads", json={"size": len(content)}).json()
    size = made["part_bytes"]
    for number in range(1, made["parts"] + 1):
        part = content[(number - 1) * size : number * size]
        assert lab.client.put(f"/v1/uploads/{made['id']}/parts/{number}", content=part).is_success
    return str(made["id"])


def test_the_file_has_the_answers_of_a_request_with_the_same_rows(lab: Lab, churn: str, tmp_path: Path) -> None:
    content = as_csv(ROWS)
    asked = {"upload": upload(lab, content)}
    path = f"/v1/experiments/{churn}/predictions"
    assert lab.client.post(path, json=asked, headers=NOW).status_code == 202
    answer_all(lab.hub, tmp_path)
    found = lab.client.post(path, json=asked).json()
    assert (found["rows"], found["columns"]) == (
        len(ROWS),
        ["prediction", "probability_no", "probability_yes", "notes"],
    )
    headers = {"Content-Type": "text/csv"}
    expected = lab.client.post(f"/v1/experiments/{churn}/predict", content=content, headers=headers).text
    lines, others = ([*csv.DictReader(io.StringIO(text))] for text in (lab.client.get(found["file"]).text, expected))
    assert [line["notes"] for line in lines] == [line["notes"] for line in others]
    assert "city: unseen_category" in {line["notes"] for line in lines}
    for line, other in zip(lines, others, strict=True):
        assert float(line["probability_yes"]) == pytest.approx(float(other["probability_yes"]), abs=1e-6)


def without(*names: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in names} for row in ROWS]


@pytest.mark.parametrize(
    ("network", "rows", "options"),
    [
        ("churn", ROWS, {"top": 1, "calibrated": True}),
        ("churn", ROWS, {"probabilities": False}),
        ("churn", without("city", "since"), {"absent": "missing"}),
        ("spending", [{**row, "customer": "c7"} for row in ROWS], {"interval": 0.8}),
    ],
    ids=["calibrated", "without probabilities", "absent columns", "intervals"],
)
def test_a_file_takes_the_options_of_a_request(
    lab: Lab,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    network: str,
    rows: list[dict[str, Any]],
    options: dict[str, Any],
) -> None:
    experiment = request.getfixturevalue(network)
    content, options = as_csv(rows), {"epoch": other_epoch(lab, experiment), **options}
    path, asked = f"/v1/experiments/{experiment}/predictions", {"upload": upload(lab, content), **options}
    while (found := lab.client.post(path, json=asked, headers=NOW)).status_code == 202:
        assert answer_all(lab.hub, tmp_path) == 1
    assert found.status_code == 200, found.text
    headers, query = {"Content-Type": "text/csv"}, {name: str(value).lower() for name, value in options.items()}
    answer = lab.client.post(f"/v1/experiments/{experiment}/predict", params=query, content=content, headers=headers)
    lines, others = (
        [*csv.reader(io.StringIO(text))] for text in (lab.client.get(found.json()["file"]).text, answer.text)
    )
    assert lines[0] == others[0] == found.json()["columns"]
    for line, other in zip(lines[1:], others[1:], strict=True):
        for one, same in zip(line, other, strict=True):
            assert one == same or float(one) == pytest.approx(float(same), rel=1e-6)


@pytest.mark.parametrize(
    ("network", "options", "path"),
    [
        ("churn", {"interval": 0.9}, "interval"),
        ("spending", {"calibrated": True}, "calibrated"),
        ("churn", {"top": 0}, "top"),
    ],
    ids=str,
)
def test_options_that_do_not_fit_are_refused(
    lab: Lab, request: pytest.FixtureRequest, network: str, options: dict[str, Any], path: str
) -> None:
    asked = {"upload": upload(lab, as_csv(ROWS)), **options}
    experiment = request.getfixturevalue(network)
    problem = assert_problem(lab.client.post(f"/v1/experiments/{experiment}/predictions", json=asked, headers=NOW), 422)
    assert problem["errors"][0]["path"] == path


def test_a_column_without_a_rule_for_missing_values_may_not_be_absent(lab: Lab, pictures: str, tmp_path: Path) -> None:
    path = f"/v1/experiments/{pictures}/predictions"
    asked = {"upload": upload(lab, b"kind,number\ncat,1\ndog,2\n"), "absent": "missing"}
    lab.client.post(path, json=asked, headers=NOW)
    answer_all(lab.hub, tmp_path)
    problem = assert_problem(lab.client.post(path, json=asked), 422)
    assert [one["path"] for one in problem["errors"]] == ["columns/photo"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (as_csv([{**ROW, "age": "old"}]), "old"),
        (as_csv([{"age": 1}]), "'city', 'balance', 'since', 'member', 'visits', but no column has these names"),
        (b"PK\x03\x04 is no table", "ZIP"),
    ],
    ids=["a wrong cell", "columns that are not there", "another kind of file"],
)
def test_what_cannot_be_read_is_told(lab: Lab, churn: str, tmp_path: Path, content: bytes, said: str) -> None:
    path = f"/v1/experiments/{churn}/predictions"
    asked = {"upload": upload(lab, content)}
    assert lab.client.post(path, json=asked, headers=NOW).status_code == 202
    answer_all(lab.hub, tmp_path)
    problem = assert_problem(lab.client.post(path, json=asked), 422)
    assert said in problem["detail"], problem


def test_every_column_that_a_file_lacks_is_told(lab: Lab, churn: str, tmp_path: Path) -> None:
    path = f"/v1/experiments/{churn}/predictions"
    asked = {"upload": upload(lab, as_csv([{"age": 1, "x": 2}])), "parse": {"columns": {"x": "text", "y": "text"}}}
    lab.client.post(path, json=asked, headers=NOW)
    answer_all(lab.hub, tmp_path)
    problem = assert_problem(lab.client.post(path, json=asked), 422)
    lacking = ("city", "balance", "since", "member", "visits")
    assert {one["path"]: one["message"] for one in problem["errors"]} == {
        "parse/columns/y": "the file has no column 'y'",
        **{f"columns/{name}": f"the file has no column '{name}'" for name in lacking},
    }


@pytest.mark.parametrize("parse", [{"columns": ["age"]}, {"kind": "csv", "columns": 3}, {"kind": "cvs"}])
def test_options_that_cannot_be_are_refused_at_once(lab: Lab, churn: str, parse: dict[str, Any]) -> None:
    asked = {"upload": upload(lab, b"a\n1\n"), "parse": parse}
    problem = assert_problem(lab.client.post(f"/v1/experiments/{churn}/predictions", json=asked, headers=NOW), 422)
    assert problem["errors"][0]["path"].startswith("parse")


def test_one_of_data_set_and_upload_is_named_and_is_ones_own(lab: Lab, churn: str) -> None:
    path = f"/v1/experiments/{churn}/predictions"
    one = upload(lab, b"a\n1\n")
    for body in ({}, {"dataset": "churn", "upload": one}):
        assert assert_problem(lab.client.post(path, json=body), 422)["errors"][0]["path"] == "dataset"
    assert_problem(lab.client.post(path, json={"upload": "upl_no"}), 404)
    with lab.client_of("others", Role.EDITOR) as other:
        theirs = other.post("/v1/uploads", json={"size": 3}).json()["id"]
    assert_problem(lab.client.post(path, json={"upload": theirs}), 404)
    lacking = lab.client.post("/v1/uploads", json={"size": 3}).json()["id"]
    assert assert_problem(lab.client.post(path, json={"upload": lacking}), 409)["code"] == "upload_incomplete"


def test_a_question_with_an_option_that_is_not_known_is_left_to_other_processes(
    lab: Lab, churn: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """During an upgrade there are processes that know the option. Clients repeat the request, as they do whenever a
    service is unavailable."""
    path = f"/v1/experiments/{churn}/predictions"
    asked = lab.client.post(path, json={"upload": upload(lab, as_csv(ROWS)), "top": 1}, headers=NOW)
    newer = {**json.loads(request_of(lab, (id_ := asked.headers["Location"].rpartition("/")[2]))), "revision": 99}
    set_request(lab, id_, json.dumps(newer))
    QuestionSlot(lab.hub, "wrk_here", Shutdown()).take(id_)
    assert any(f"{id_} is left to other workers" in line for line in caplog.messages)
    for place in (id_, f"{id_}/file"):
        answer = lab.client.get(f"{path}/{place}", headers=NOW)
        assert assert_problem(answer, 503)["code"] == "newer"
        assert answer.headers["Retry-After"] == "1"
    set_request(lab, id_, json.dumps({**newer, "revision": 3}))
    answer_all(lab.hub, tmp_path)
    assert lab.client.get(f"{path}/{id_}").json()["rows"] == len(ROWS)


def request_of(lab: Lab, id_: str) -> str:
    with lab.hub.read() as session:
        return session.get_one(QuestionRow, id_).request


def set_request(lab: Lab, id_: str, request: str) -> None:
    with lab.hub.write() as session:
        session.get_one(QuestionRow, id_).request = request
