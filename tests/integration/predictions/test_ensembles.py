"""Combined predictions of the seeds of a sweep's variant."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from gradus.cli import main as command_line
from gradus.client import Client
from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from gradus.wire.key import Role
from hub.jobs import claims, runs
from hub.tables import ExperimentRow
from tests.integration.access.credentials import make_key
from tests.integration.api.service import assert_problem
from tests.integration.predictions.conftest import ROW, Lab
from tests.integration.predictions.training import train_here

ROWS = [{**ROW, "age": 22 + 2 * i} for i in range(5)]


@dataclass(frozen=True)
class Trained:
    """A sweep. Of its variant `wide`, two seeds are trained, one has failed and one is queued."""

    id: str
    members: tuple[str, ...]
    absent: tuple[str, ...]
    base: str


@pytest.fixture(scope="module")
def sweep(lab: Lab, churn: str) -> Trained:
    columns = {"customer": "ignore", "spent": "ignore"}
    dataset = {"name": "churn", "target": "exited", "columns": columns, "missing": {"kind": "median", "flag": True}}
    base = {"dataset": dataset, "layers": [8], "epochs": 2, "max_seconds": 1000}  # each trains alone
    asked = {"base": base, "variants": {"wide": {"layers": [12]}}, "seeds": [0, 1, 2, 3]}
    made = lab.client.post("/v1/sweeps", json=asked)
    assert made.status_code == 201, made.text
    by_label = {one["label"]: one["experiments"] for one in made.json()["results"]}
    wide, (base_id, *_) = by_label.pop("wide"), *by_label.values()
    for id_ in (wide[0], wide[2], base_id):
        train_here(lab.hub, id_, lab.folder / "encoded")
    with lab.hub.write() as session:
        claim = claims.claim(session, session.get_one(ExperimentRow, wide[1]).job_id, "worker", "cpu:1")
        assert claim is not None
        error = Failure(code=FailureCode.DIVERGED, message="the loss is not finite", traceback=None)
        runs.end(session, claim.lease, wide[1], Status.FAILED, error)
    return Trained(made.json()["id"], (wide[0], wide[2]), (wide[1], wide[3]), base_id)


def ask(lab: Lab, sweep: str, query: str = "?label=wide", **document: Any) -> Any:
    answer = lab.client.post(f"/v1/sweeps/{sweep}/predict{query}", json=document)
    assert answer.status_code == 200, answer.text
    return answer.json()


def alone(lab: Lab, experiment: str, **document: Any) -> list[dict[str, float]]:
    answer = lab.client.post(f"/v1/experiments/{experiment}/predict", json=document)
    return [row["probabilities"] for row in answer.json()["data"]]


def test_the_answer_is_the_mean_of_the_trained_seeds_with_its_spread(lab: Lab, sweep: Trained) -> None:
    found = ask(lab, sweep.id, rows=ROWS)
    assert (found["sweep"], found["label"]) == (sweep.id, "wide")
    assert [(one["experiment"], one["seed"]) for one in found["members"]] == [*zip(sweep.members, (0, 2), strict=True)]
    reasons = {one["experiment"]: (one["status"], one["reason"]) for one in found["absent"]}
    assert reasons == {
        sweep.absent[0]: ("failed", "it failed: the loss is not finite"),
        sweep.absent[1]: ("queued", "it is queued: an ensemble has only experiments that have succeeded"),
    }
    each = [alone(lab, id_, rows=ROWS) for id_ in sweep.members]
    for i, row in enumerate(found["data"]):
        values = np.array([[one[i][name] for name in ("no", "yes")] for one in each])
        assert list(row["probabilities"].values()) == pytest.approx(values.mean(axis=0).tolist(), abs=1e-6)
        assert list(row["spread"].values()) == pytest.approx(values.std(axis=0, ddof=1).tolist(), abs=1e-6)
        assert row["prediction"] == ("no", "yes")[int(values.mean(axis=0).argmax())]
        assert row["notes"] == []
    (top,) = ask(lab, sweep.id, rows=ROWS[:1], top=1)["data"]
    assert set(top["spread"]) == set(top["probabilities"]) == {top["prediction"]}
    (bare,) = ask(lab, sweep.id, rows=ROWS[:1], probabilities=False)["data"]
    assert (bare["spread"], bare["probabilities"]) == (None, None)


def test_a_single_member_has_no_spread_and_the_best_change_is_asked_by_default(lab: Lab, sweep: Trained) -> None:
    results = lab.client.get(f"/v1/sweeps/{sweep.id}").json()["results"]
    assert ask(lab, sweep.id, "", rows=ROWS[:1])["label"] == results[0]["label"]
    label = next(one["label"] for one in results if one["label"] != "wide")
    found = ask(lab, sweep.id, f"?label={label}", rows=ROWS[:1])
    assert [one["experiment"] for one in found["members"]] == [sweep.base]
    assert found["data"][0]["spread"] is None
    assert found["data"][0]["probabilities"] == pytest.approx(alone(lab, sweep.base, rows=ROWS[:1])[0], abs=1e-6)


def test_csv_has_a_column_for_the_spread_of_each_class(lab: Lab, sweep: Trained, tmp_path: Path) -> None:
    expected = ask(lab, sweep.id, rows=ROWS)["data"]
    file = tmp_path / "rows.csv"
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows([ROW, *(row.values() for row in ROWS)])
    with Client(lab.service.url, key=make_key(lab.hub, lab.workspace, Role.VIEWER).key) as client:
        handle = client.sweeps.get(sweep.id)
        lines = [*csv.DictReader(io.StringIO(handle.predict_file(file, tmp_path / "out.csv", "wide").read_text()))]
        assert list(lines[0]) == ["prediction", "probability_no", "probability_yes", "spread_no", "spread_yes", "notes"]
        assert [float(line["spread_yes"]) for line in lines] == [row["spread"]["yes"] for row in expected]
        rows = handle.predict(ROWS, "wide").data
        assert [row.spread for row in rows] == [row["spread"] for row in expected]


def test_the_command_line_asks_a_sweep(
    lab: Lab, sweep: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADUS_URL", lab.service.url)
    monkeypatch.setenv("GRADUS_KEY", make_key(lab.hub, lab.workspace, Role.VIEWER).key)
    file = tmp_path / "rows.csv"
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows([ROW, ROW.values()])
    monkeypatch.setattr("sys.argv", ["gradus", "sweeps", "predict", sweep.id, str(file), "--label", "wide"])
    with pytest.raises(SystemExit) as done:
        command_line.main()
    assert not done.value.code
    assert capsys.readouterr().out.startswith("prediction,probability_no,probability_yes,spread_no,")


def test_what_cannot_be_asked_is_told(lab: Lab, sweep: Trained) -> None:
    path = f"/v1/sweeps/{sweep.id}/predict"
    problem = assert_problem(lab.client.post(f"{path}?label=wise", json={"rows": ROWS}), 404)
    assert problem["detail"] == f"sweep {sweep.id} has no change 'wise': did you mean 'wide'?"
    problem = assert_problem(lab.client.post(f"{path}?label=wide", json={"rows": ROWS, "epoch": 77}), 409)
    assert problem["code"] == "no_members"
    problem = assert_problem(lab.client.post(f"{path}?label=wide", json={"rows": ROWS, "calibrated": True}), 422)
    assert problem["errors"][0]["path"] == "calibrated"
    problem = assert_problem(lab.client.post(f"{path}?label=wide", json={"rows": [{**ROW, "age": "x"}]}), 422)
    assert problem["errors"][0]["path"] == "rows/0/age"
    with lab.client_of("others", Role.ADMIN) as other:
        assert_problem(other.post(f"{path}?label=wide", json={"rows": ROWS}), 404)


def test_a_sweep_without_experiments_has_no_members(lab: Lab, churn: str) -> None:
    base = {"dataset": "wine", "layers": [], "epochs": 1}
    asked = {"base": base, "variants": {"wide": {"layers": [3]}}, "seeds": [0, 1]}
    made = lab.client.post("/v1/sweeps", json=asked).json()
    with lab.hub.write() as session:
        for row in session.scalars(select(ExperimentRow).where(ExperimentRow.sweep_id == made["id"])):
            row.sweep_id = None  # as if they were deleted
    problem = assert_problem(lab.client.post(f"/v1/sweeps/{made['id']}/predict", json={"rows": ROWS}), 409)
    assert problem["code"] == "no_members"
