"""Rows are sent in parts that are small enough for the service."""

import json
from pathlib import Path

import httpx
import pytest

from gradus import Client
from gradus.errors import BadRequest, TooLarge
from gradus.wire.prediction import PredictedRow, Prediction
from tests.unit.client.said import problem, record

PROBLEM = {"Content-Type": "application/problem+json"}


def client_of(most: int, code: str = "too_large") -> tuple[Client, list[int]]:
    """A client of a service that accepts at most this number of rows at once, and a list of the rows of each
    request."""
    asked: list[int] = []

    def reply(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/predict"):
            return httpx.Response(200, content=record())
        rows = json.loads(request.content)["data"]
        asked.append(len(rows))
        if len(rows) > most:
            return httpx.Response(413, content=problem(413, code), headers=PROBLEM)
        found = tuple(PredictedRow(prediction=row[0]) for row in rows)
        answer = Prediction(experiment="exp_1", epoch=1, checkpoint="sha256:0", seconds=0.25, data=found)
        return httpx.Response(200, json=answer.model_dump(mode="json"))

    return Client("http://here", key="gk_secret", transport=httpx.MockTransport(reply)), asked


def test_rows_that_are_too_wide_for_one_request_are_sent_in_halves() -> None:
    client, asked = client_of(3)
    with client:
        found = client.experiments.get("exp_1").predict({"x": list(range(10))})
    assert [row.prediction for row in found.data] == list(range(10))
    assert asked == [10, 5, 2, 3, 5, 2, 3]
    assert found.seconds == 1.0


@pytest.mark.parametrize(("code", "requests"), [("network_too_large", [4]), ("too_large", [4, 2, 1])])
def test_what_no_part_helps_against_is_told(code: str, requests: list[int]) -> None:
    client, asked = client_of(0, code)
    with client, pytest.raises(TooLarge):
        client.experiments.get("exp_1").predict({"x": list(range(4))})
    assert asked == requests


def test_every_name_that_a_row_lacks_is_told() -> None:
    client, asked = client_of(3)
    with client, pytest.raises(BadRequest, match="some rows have no 'x', 'y', which others have"):
        client.experiments.get("exp_1").predict([{"x": 1, "y": 2, "z": 3}, {"y": 1, "z": 3}, {"x": 1, "z": 3}])
    assert asked == []


def test_json_lines_are_asked_about_in_parts_and_answered_as_csv(tmp_path: Path) -> None:
    asked: list[tuple[int, str, str]] = []

    def reply(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/predict"):
            return httpx.Response(200, content=record())
        lines = request.read().splitlines()
        asked.append((len(lines), request.headers["Content-Type"], request.headers["Accept"]))
        return httpx.Response(200, content=b"prediction\n" + b"1\n" * len(lines))

    file = tmp_path / "rows.jsonl"
    file.write_text('{"x": 1}\n' * 10_001)
    with Client("http://here", key="gk_secret", transport=httpx.MockTransport(reply)) as client:
        target = client.experiments.get("exp_1").predict_file(file, tmp_path / "answers.csv")
    assert asked == [(rows, "application/x-ndjson", "text/csv") for rows in (10_000, 1)]
    assert target.read_text() == "prediction\n" + "1\n" * 10_001
