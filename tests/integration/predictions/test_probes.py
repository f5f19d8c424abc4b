"""`/v1/probes`; this process acts as the worker."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from gradus.cli import main as command_line
from gradus.client import Client
from gradus.merge import merged
from gradus.wire.key import Role
from tests.integration.access.credentials import make_key
from tests.integration.api.service import assert_problem
from tests.integration.predictions.answering import answer_all
from tests.integration.predictions.conftest import COLUMNS, Lab

NOW = {"Prefer": "wait=0"}
SICK = {
    "dataset": "digits",
    "layers": [30] * 5,
    "activation": "sigmoid",
    "optimizer": {"kind": "sgd"},
    "epochs": 20,
}
KEYS = {"verdict", "parameters", "data", "start", "layers", "step", "twenty", "seeds", "findings", "effort", "seconds"}


def probe(lab: Lab, spec: dict[str, Any], client: httpx.Client | None = None) -> dict[str, Any]:
    client = client or lab.client
    asked = client.post("/v1/probes", json=spec, headers=NOW)
    assert asked.status_code in (200, 202), asked.text
    if asked.status_code == 202:
        location = asked.headers["Location"]
        assert location.startswith("/v1/probes/prb_")
        assert client.get(location, headers=NOW).status_code == 202
        answer_all(lab.hub, lab.folder)
        asked = client.get(location, headers=NOW)
    assert asked.status_code == 200, asked.text
    found: dict[str, Any] = asked.json()
    return found


def test_a_sick_spec_has_a_name_and_patches_with_predictions(lab: Lab) -> None:
    found = probe(lab, SICK)
    assert found.keys() == KEYS
    assert found["verdict"] == "will_not_learn"
    first, *others = found["findings"]
    assert first["id"] == "signal_collapse"
    assert {one["consequence_of"] for one in others if one["severity"] != "note"} <= {"signal_collapse"}
    patch = first["patches"][0]
    assert patch["patch"]["activation"] == "relu"
    share = patch["predicted"]["share"]
    assert share["before"] < 1e-5
    assert share["after"] > 0.05
    assert probe(lab, merged(SICK, patch["patch"]))["verdict"] == "ready"


def test_the_same_spec_under_another_name_is_the_same_probe(lab: Lab) -> None:
    probe(lab, SICK)
    again = lab.client.post("/v1/probes", json={**SICK, "name": "again", "tags": ["x"]}, headers=NOW)
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("spec", "kinds"),
    [
        ({"dataset": {"name": "probed", "target": "exited"}, "layers": [8]}, {"dense"}),
        ({"dataset": {"name": "probed", "target": ["spent", "visits"]}, "layers": [8, 8]}, {"dense"}),
        ({"dataset": "diabetes", "layers": []}, {"dense"}),
        (
            {
                "dataset": {"name": "probed-pictures", "target": "kind"},
                "layers": [{"kind": "conv", "channels": 4}, "max_pool", 8],
                "batch_norm": True,
            },
            {"conv", "dense"},
        ),
    ],
    ids=["table", "several targets", "regression without hidden layers", "images"],
)
def test_tables_targets_and_images_are_probed(lab: Lab, spec: dict[str, Any], kinds: set[str]) -> None:
    if isinstance(spec["dataset"], dict):
        _upload(lab, spec["dataset"]["name"])
    found = probe(lab, spec)
    assert {layer["kind"] for layer in found["layers"]} == kinds
    assert found["verdict"] in ("ready", "doubtful", "will_not_learn")
    assert len(found["step"]["rates"]) == 5
    assert len(found["twenty"]["losses"]) == 21


def test_numbers_as_they_are_in_a_table_have_a_patch_that_was_probed(lab: Lab) -> None:
    _upload(lab, "probed")
    raw = {"name": "probed", "target": "exited", "numbers": "none", "columns": {"since": "ignore"}}
    found = probe(lab, {"dataset": raw, "layers": [8], "optimizer": {"kind": "sgd", "lr": 0.01}, "epochs": 300})
    unscaled = next(one for one in found["findings"] if one["id"] == "inputs_unscaled")
    (patch,) = unscaled["patches"]
    assert patch["patch"]["dataset"] == {"numbers": "standard"}
    assert patch["predicted"]["rho"]["before"] < patch["predicted"]["rho"]["after"]


def test_the_client_and_the_command_line_tell_it(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    probe(lab, SICK)
    key = make_key(lab.hub, lab.workspace, Role.VIEWER).key
    with Client(lab.service.url, key=key) as client:
        assert client.probe(SICK).findings[0].id == "signal_collapse"
    text = lab.folder / "sick.json"
    text.write_text(json.dumps(SICK))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADUS_KEY", key)
        patch.setattr("sys.argv", ["gradus", "probe", str(text), "--url", lab.service.url])
        with pytest.raises(SystemExit) as done:
            command_line.main()
    assert not done.value.code
    told = capsys.readouterr().out
    assert "will not learn" in told
    assert "signal_collapse layers/4" in told
    assert "learning rate" in told


def test_a_viewer_may_ask_and_another_workspace_finds_nothing(lab: Lab) -> None:
    with lab.client_of(lab.workspace, Role.VIEWER) as viewer:
        probe(lab, SICK, viewer)
        location = viewer.post("/v1/probes", json={**SICK, "seed": 5}, headers=NOW).headers["Location"]
        answer_all(lab.hub, lab.folder)
    with lab.client_of("elsewhere", Role.ADMIN) as stranger:
        assert_problem(stranger.get(location, headers=NOW), 404)
    assert_problem(lab.client.get("/v1/probes/prb_x", headers=NOW), 404)


@pytest.mark.parametrize("change", [{"layers": [0]}, {"dataset": "nothing"}, {"colour": "red"}])
def test_a_wrong_spec_is_refused_as_elsewhere(lab: Lab, change: dict[str, Any]) -> None:
    assert_problem(lab.client.post("/v1/probes", json={**SICK, **change}), 422)


def _upload(lab: Lab, name: str) -> None:
    if lab.client.get(f"/v1/datasets/{name}").status_code == 404:
        images = np.random.default_rng(0).integers(0, 256, (40, 6, 5, 3), dtype=np.uint8)
        lab.upload(name, COLUMNS if name == "probed" else {"photo": images, "kind": ["cat", "dog"] * 20})
