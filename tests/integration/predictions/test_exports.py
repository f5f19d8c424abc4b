"""The model card and the bundle of a trained network."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.integration.predictions.conftest import Lab


def card_of(lab: Lab, experiment: str) -> str:
    response = lab.client.get(f"/v1/experiments/{experiment}/export/card.md")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/markdown")
    return response.text


def test_a_card_tells_data_inputs_network_and_metrics(lab: Lab, churn: str) -> None:
    lab.client.patch(f"/v1/experiments/{churn}", json={"name": "Who leaves | <b>", "notes": "a *first* try"})
    card = card_of(lab, churn)
    _, header, body = card.split("---\n", 2)
    head = yaml.safe_load(header)
    assert (head["library_name"], head["pipeline_tag"]) == ("onnx", "tabular-classification")
    record = lab.client.get(f"/v1/experiments/{churn}").json()
    (entry,) = head["model-index"]
    values = {one["type"]: one["value"] for one in entry["results"][0]["metrics"]}
    assert values["accuracy"] == pytest.approx(record["best"]["test_accuracy"], abs=1e-6)
    assert "# Who leaves \\| \\<b\\>" in body
    assert "a \\*first\\* try" in body
    assert f"| digest | `{record['spec']['dataset']['digest']}` |" in body
    assert "| ignored columns | customer, spent |" in body
    assert "| city | `one_hot` | 3 categories: " in body
    assert f"## Network: {record['parameters']:,} parameters" in body
    assert "| test accuracy |" in body
    assert "## Groups that do worse\n\nNo group of at least 20 rows does worse, by accuracy, beyond what chance" in body
    assert "No training row missed a value of age, member, visits." in body
    for finding in lab.client.get(f"/v1/experiments/{churn}/findings").json()["data"]:
        assert f"`{finding['id']}`" in body


def test_a_card_of_a_regression_and_of_pictures(lab: Lab, spending: str, pictures: str, digits: str) -> None:
    assert "pipeline_tag: tabular-regression" in card_of(lab, spending)
    card = card_of(lab, pictures)
    assert "pipeline_tag: image-classification" in card
    assert "| photo | `bytes` | 6 × 5 × 3 |" in card
    card = card_of(lab, digits)
    assert "| data set | digits |" in card
    assert "Groups of test rows were not compared: the data have no columns of categories." in card


@pytest.mark.parametrize("which", ["churn", "spending", "digits"])
def test_a_bundle_checks_itself(lab: Lab, which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    experiment = request.getfixturevalue(which)
    response = lab.client.get(f"/v1/experiments/{experiment}/export/bundle.zip")
    assert response.status_code == 200, response.text
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        archive.extractall(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        *("model.onnx", "weights.safetensors", "preprocessing.json", "card.md", "sample.json", "check.py", "run.py"),
    }
    check = [sys.executable, "-I", str(tmp_path / "check.py")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.startswith("16 rows: the largest difference is ")
    best = lab.client.get(f"/v1/experiments/{experiment}").json()["best"]["epoch"]
    epoch = 1 if best == 3 else 3
    other = lab.client.get(f"/v1/experiments/{experiment}/export/model.onnx", params={"epoch": epoch}).content
    (tmp_path / "model.onnx").write_bytes(other)
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1


def test_the_model_in_a_bundle_runs_alone(lab: Lab, churn: str) -> None:
    content = lab.client.get(f"/v1/experiments/{churn}/export/bundle.zip").content
    import onnxruntime  # noqa: PLC0415 (it starts a thread: test processes are forked)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        session = onnxruntime.InferenceSession(archive.read("model.onnx"))
    assert [one.name for one in session.get_outputs()] == ["prediction", "probabilities"]
    assert lab.client.get(f"/v1/experiments/{churn}/export/bundle.zip").content == content
