"""Calibrated predictions and intervals: they depend on the validation split only."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradus.cli.labels import number
from gradus.client import Client
from gradus.wire.key import Role
from tests.integration.access.credentials import make_key
from tests.integration.api.service import assert_problem
from tests.integration.predictions.answering import answer_all
from tests.integration.predictions.commands import ran
from tests.integration.predictions.conftest import ROW, Lab

NOW = {"Prefer": "wait=0"}
SPENT = {**ROW, "customer": "c1", "exited": "no"}
del SPENT["visits"]


def ask(lab: Lab, experiment: str, **document: Any) -> Any:
    return lab.client.post(f"/v1/experiments/{experiment}/predict", json=document, headers=NOW)


def test_the_first_calibrated_answer_waits_for_a_worker(lab: Lab, churn: str, tmp_path: Path) -> None:
    waiting = ask(lab, churn, rows=[ROW], calibrated=True)
    assert waiting.status_code == 202
    where = waiting.headers["Location"]
    assert where == f"/v1/experiments/{churn}/calibration?epoch=best"
    assert lab.client.get(where, headers=NOW).status_code == 202
    assert answer_all(lab.hub, tmp_path) == 1
    known = lab.client.get(where).json()
    assert (known["n"], known["task"], known["intervals"]) == (9, "classification", [])
    plain, calibrated = (
        ask(lab, churn, rows=[ROW], calibrated=wish).json()["data"][0]["probabilities"] for wish in (False, True)
    )
    odds = [np.log(one["yes"] / one["no"]) for one in (plain, calibrated)]
    assert odds[1] * known["temperature"] == pytest.approx(odds[0], rel=1e-4)


def test_an_interval_is_around_each_target_and_grows_with_its_level(lab: Lab, spending: str, tmp_path: Path) -> None:
    assert ask(lab, spending, rows=[SPENT], interval=0.8).status_code == 202
    answer_all(lab.hub, tmp_path)
    widths = []
    for level in (0.5, 0.8):
        (row,) = ask(lab, spending, rows=[SPENT], interval=level).json()["data"]
        for target, (low, high) in row["interval"].items():
            assert (low + high) / 2 == pytest.approx(row["prediction"][target])
        widths.append(row["interval"]["spent"][1] - row["interval"]["spent"][0])
    assert 0 < widths[0] <= widths[1]
    known = lab.client.get(f"/v1/experiments/{spending}/calibration").json()
    assert [one["target"] for one in known["intervals"]] == ["spent", "visits"]
    assert widths[1] == pytest.approx(2 * known["intervals"][0]["half_widths"][300])
    problem = assert_problem(ask(lab, spending, rows=[SPENT], interval=0.95), 409)
    assert problem["detail"] == "9 validation examples are too few for an interval of 0.95: ask for a lower level"
    text = io.StringIO()
    csv.writer(text).writerows([SPENT, SPENT.values()])
    path = f"/v1/experiments/{spending}/predict?interval=0.8"
    answer = lab.client.post(path, content=text.getvalue(), headers={"Content-Type": "text/csv"})
    (line,) = csv.DictReader(io.StringIO(answer.text))
    names = ["prediction_spent", "prediction_visits", "low_spent", "high_spent", "low_visits", "high_visits", "notes"]
    assert list(line) == names
    assert float(line["high_spent"]) - float(line["low_spent"]) == pytest.approx(widths[1])


def test_a_client_waits_and_says_what_it_wants(lab: Lab, spending: str, tmp_path: Path) -> None:
    assert lab.client.get(f"/v1/experiments/{spending}/calibration?epoch=last", headers=NOW).status_code in {200, 202}
    answer_all(lab.hub, tmp_path)
    with Client(lab.service.url, key=make_key(lab.hub, lab.workspace, Role.EDITOR).key) as client:
        experiment = client.experiments.get(spending)
        (row,) = experiment.predict([SPENT], epoch="last", interval=0.7).data
        assert isinstance(row.interval, dict)
        half = experiment.calibration(epoch="last").intervals[1].half_width(0.7)
        assert row.interval["visits"][1] - row.interval["visits"][0] == pytest.approx(2 * half)


@pytest.mark.parametrize(
    ("which", "wish", "message"),
    [
        ("churn", {"interval": 0.9}, "intervals are for regression: ask for `calibrated` probabilities"),
        ("spending", {"calibrated": True}, "a regression has no probabilities: ask for an `interval`"),
        ("spending", {"interval": 0.2}, "must be at least 0.5"),
    ],
)
def test_what_fits_no_task_is_refused(
    lab: Lab, churn: str, spending: str, which: str, wish: dict[str, Any], message: str
) -> None:
    row = ROW if which == "churn" else SPENT
    problem = assert_problem(ask(lab, churn if which == "churn" else spending, rows=[row], **wish), 422)
    ((path, said),) = ((one["path"], one["message"]) for one in problem["errors"])
    assert (path, said) == (next(iter(wish)), message)


def test_the_command_shows_temperatures_and_widths(
    lab: Lab,
    churn: str,
    spending: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRADUS_URL", lab.service.url)
    monkeypatch.setenv("GRADUS_KEY", make_key(lab.hub, lab.workspace, Role.VIEWER).key)
    records = {}
    for experiment in (churn, spending):
        path = f"/v1/experiments/{experiment}/calibration"
        lab.client.get(path, headers=NOW)
        answer_all(lab.hub, tmp_path)
        records[experiment] = lab.client.get(path).json()
    assert ran("calibration", churn) == 0
    epoch, temperature = records[churn]["epoch"], records[churn]["temperature"]
    assert capsys.readouterr().out.splitlines()[:2] == [
        f"9 examples of the validation split, weights of epoch {epoch}",
        f"temperature {number(temperature)}",
    ]
    assert ran("calibration", spending) == 0
    _, head, spent, visits = capsys.readouterr().out.splitlines()
    assert head.split() == ["target", "50%", "80%", "90%", "95%", "99%"]
    widths = records[spending]["intervals"][0]["half_widths"]
    assert spent.split() == ["spent", *(word for i in (0, 300, 400) for word in ("±", number(widths[i]))), "–", "–"]
    assert visits.split()[0] == "visits"
    assert ran("calibration", churn, "--json") == 0
    assert json.loads(capsys.readouterr().out) == records[churn]
