"""Which columns trained networks use: requested over HTTP and on the command line, computed by a worker."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.services import importance
from gradus.wire.key import Role
from tests.integration.access.credentials import make_key
from tests.integration.api.service import assert_problem
from tests.integration.predictions.answering import answer_all
from tests.integration.predictions.commands import ran
from tests.integration.predictions.conftest import Lab
from tests.integration.predictions.training import train_here

NOW = {"Prefer": "wait=0"}


def ask(lab: Lab, path: str, **query: Any) -> Any:
    return lab.client.get(f"/v1/{path}/importance", params=query, headers=NOW)


def test_a_network_is_asked_about_each_of_its_columns(lab: Lab, churn: str, tmp_path: Path) -> None:
    path, query = f"experiments/{churn}", {"together": ["age", "balance"], "split": "train"}
    assert ask(lab, path, **query).status_code == 202
    assert answer_all(lab.hub, tmp_path) == 1
    known = ask(lab, path, **query).json()
    names = {"age", "city", "balance", "since", "member", "visits"}
    assert {tuple(one["columns"]) for one in known["columns"]} == {*((name,) for name in names), ("age", "balance")}
    losses = [one["effects"][0]["worse_by"] for one in known["columns"]]
    assert losses == sorted(losses, reverse=True)
    assert ask(lab, path, split="train", together=["balance", "age"]).json() == known  # stored, in the file's order
    some = {"split": "train", "columns": ["city", "age"]}
    ask(lab, path, **some)
    answer_all(lab.hub, tmp_path)
    assert {tuple(one["columns"]) for one in ask(lab, path, **some).json()["columns"]} == {("age",), ("city",)}


def test_the_seeds_of_a_change_are_asked_together(
    lab: Lab, churn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = {"name": "churn", "target": "exited", "columns": {"customer": "ignore", "spent": "ignore"}}
    base = {"dataset": dataset, "layers": [4], "epochs": 1, "max_seconds": 1000}  # each trains alone
    made = lab.client.post("/v1/sweeps", json={"base": base, "variants": "columns", "seeds": [0, 1]}).json()
    label, members = next((one["label"], one["experiments"]) for one in made["results"] if one["label"] == "base")
    path = f"sweeps/{made['id']}"
    assert_problem(ask(lab, path, label=label), 409)  # none is trained
    for id_ in members:
        train_here(lab.hub, id_, lab.folder / "encoded")
    assert ask(lab, path, label=label).status_code == 202
    answer_all(lab.hub, tmp_path)
    known = ask(lab, path, label=label).json()
    assert [(one["experiment"], one["seed"]) for one in known["networks"]] == [(members[0], 0), (members[1], 1)]
    assert_problem(ask(lab, path, label="bass"), 404)
    with monkeypatch.context() as limited:
        limited.setattr(importance, "MOST_NETWORKS", 1)
        ask(lab, path, label=label)
        answer_all(lab.hub, tmp_path)
        assert [one["seed"] for one in ask(lab, path, label=label).json()["networks"]] == [0]
    monkeypatch.setenv("GRADUS_URL", lab.service.url)
    monkeypatch.setenv("GRADUS_KEY", make_key(lab.hub, lab.workspace, Role.EDITOR).key)
    assert ran("sweeps", "importance", made["id"], "--label", label, "--json") == 0
    assert json.loads(capsys.readouterr().out) == known
    assert ran("sweeps", "importance", made["id"], "--label", label) == 0
    assert "2 networks, one for each seed" in capsys.readouterr().out


def test_a_picture_or_an_array_is_one_column(lab: Lab, pictures: str, digits: str, tmp_path: Path) -> None:
    columns = {f"experiments/{pictures}": ("photo", 90), f"experiments/{digits}": ("pixels", 64)}
    for path in columns:
        ask(lab, path, split="train")
    answer_all(lab.hub, tmp_path)
    for path, (name, inputs) in columns.items():
        (one,) = ask(lab, path, split="train").json()["columns"]
        assert (one["columns"], one["inputs"]) == ([name], inputs)


def test_columns_that_cannot_be_shuffled_are_refused(lab: Lab, churn: str) -> None:
    path = f"experiments/{churn}"
    told = assert_problem(ask(lab, path, together=["age", "balanse"]), 400)
    assert told["detail"] == "together: the network has no input column 'balanse': did you mean 'balance'?"
    told = assert_problem(ask(lab, path, together=["age", "age"]), 400)
    assert told["detail"] == "together: name two columns or more, as 'age' is already shuffled alone"
    told = assert_problem(ask(lab, path, columns=["cty"]), 400)
    assert told["detail"] == "columns: the network has no input column 'cty': did you mean 'city'?"
    assert assert_problem(ask(lab, path, repeats=1), 400)["errors"][0]["path"] == "repeats"
    assert_problem(ask(lab, "experiments/exp_01kap3v8n0c2q5w8z1t4y7b0df"), 404)
