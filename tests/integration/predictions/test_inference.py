"""The Open Inference Protocol, with plain requests and with Triton's client."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from tritonclient import http as triton
from tritonclient.utils import InferenceServerException

from gradus.wire.key import Role
from tests.integration.access.credentials import bearer, make_key
from tests.integration.api.service import assert_problem
from tests.integration.predictions.conftest import Lab

DAY = int(np.datetime64("2020-02-03").astype("datetime64[D]").astype(np.int64))
ROW: dict[str, Any] = {"age": 41.0, "city": "Chur", "balance": None, "since": DAY, "member": 1.0, "visits": 3.5}
TYPES = {"city": "BYTES", "since": "INT64"}
INPUTS = [
    {"name": name, "datatype": TYPES.get(name, "FP64"), "shape": [1, 1], "data": [value]} for name, value in ROW.items()
]


def expected(lab: Lab, experiment: str, **options: Any) -> dict[str, Any]:
    row = {**ROW, "since": "2020-02-03", "member": True}
    answer = lab.client.post(f"/v1/experiments/{experiment}/predict", json={"rows": [row], **options}).json()
    found: dict[str, Any] = answer["data"][0]
    return found


def test_the_server_and_its_models_are_described(lab: Lab, churn: str) -> None:
    said = lab.client.get(f"/v2/models/{churn}").json()
    assert {one["name"]: (one["datatype"], one["shape"]) for one in said["inputs"]} == {
        name: (TYPES.get(name, "FP64"), [-1, 1]) for name in ROW
    }
    assert {one["name"]: (one["datatype"], one["shape"]) for one in said["outputs"]} == {
        "prediction": ("BYTES", [-1, 1]),
        "probabilities": ("FP32", [-1, 2]),
    }
    assert sorted(said["versions"]) == ["1", "2", "3"]
    assert lab.client.get(f"/v2/models/{churn}/versions/2/ready").json() == {"name": churn, "ready": True}
    assert_problem(lab.client.get(f"/v2/models/{churn}/versions/8/ready"), 404)
    assert_problem(lab.client.get(f"/v2/models/{churn}/versions/x"), 404)


def test_tensors_in_json_are_answered_in_json(lab: Lab, churn: str) -> None:
    answer = lab.client.post(f"/v2/models/{churn}/infer", json={"id": "7", "inputs": INPUTS}).json()
    assert (answer["model_name"], answer["id"]) == (churn, "7")
    prediction, probabilities = answer["outputs"]
    wanted = expected(lab, churn)
    assert prediction["data"] == [wanted["prediction"]]
    assert probabilities["shape"] == [1, 2]
    assert probabilities["data"] == list(wanted["probabilities"].values())
    only = {"inputs": INPUTS, "outputs": [{"name": "prediction"}]}
    chosen = lab.client.post(f"/v2/models/{churn}/versions/1/infer", json=only).json()
    assert [one["name"] for one in chosen["outputs"]] == ["prediction"]
    assert chosen["model_version"] == "1"


def changed(name: str, /, **fields: Any) -> list[dict[str, Any]]:
    return [{**one, **fields} if one["name"] == name else one for one in INPUTS]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (INPUTS[1:], "the column 'age' is missing"),
        (changed("age", name="agee"), "did you mean 'age'?"),
        (changed("age", shape=[1]), "has the shape [1], not [n, 1]"),
        (changed("age", shape=[2, 1]), "has 1 values, but its shape needs 2"),
        (changed("age", shape=[2, 1], data=[1, 2]), "the first dimensions differ"),
        (changed("age", datatype="BYTES", data=["x"]), "has the type BYTES, not FP64"),
        (changed("age", data=["x"]), "has data that are not all FP64"),
        (changed("since", data=[1.5]), "has data that are not all INT64"),
        (changed("since", datatype="FP64"), "has the type FP64, not INT64"),
        (changed("city", data=[3]), "has data that are not all texts"),
        (changed("city", data=["\ud800"]), "has data that are not all texts"),
        (changed("city", data=None), "has no data"),
    ],
)
def test_a_tensor_that_does_not_fit_is_told(lab: Lab, churn: str, inputs: list[dict[str, Any]], message: str) -> None:
    body, headers = json.dumps({"inputs": inputs}), {"Content-Type": "application/json"}
    problem = assert_problem(lab.client.post(f"/v2/models/{churn}/infer", content=body, headers=headers), 422)
    assert message in problem["detail"]
    assert problem["error"] == problem["detail"]  # what clients of the protocol look for


@pytest.mark.parametrize("size", ["-1", "x", "1e3", "9" * 20])
def test_a_head_that_makes_no_sense_is_refused(lab: Lab, churn: str, size: str) -> None:
    headers = {"Inference-Header-Content-Length": size}
    assert_problem(lab.client.post(f"/v2/models/{churn}/infer", json={"inputs": INPUTS}, headers=headers), 400)


def test_bytes_that_are_cut_off_are_refused(lab: Lab, churn: str) -> None:
    inputs = changed("age", data=None, parameters={"binary_data_size": 8})
    assert_problem(lab.client.post(f"/v2/models/{churn}/infer", json={"inputs": inputs}), 400)


@pytest.fixture
def client(lab: Lab) -> Iterator[triton.InferenceServerClient]:
    with triton.InferenceServerClient(urlsplit(lab.service.url).netloc) as client:
        yield client


def test_the_client_of_triton_and_probes_need_no_key_for_the_server(client: triton.InferenceServerClient) -> None:
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    assert client.is_server_live()
    assert client.is_server_ready()
    assert not client.is_model_ready("exp_unknown")


@pytest.mark.parametrize("binary", [True, False])
def test_the_client_of_triton_asks(lab: Lab, churn: str, client: triton.InferenceServerClient, binary: bool) -> None:
    headers = bearer(make_key(lab.hub, lab.workspace, Role.VIEWER).key)
    assert client.is_server_live(headers=headers)
    assert client.is_model_ready(churn, headers=headers)
    assert client.get_model_metadata(churn, headers=headers)["platform"] == "onnx_onnxv1"
    inputs = []
    for name, value in ROW.items():
        datatype = TYPES.get(name, "FP64")
        dtype = {"BYTES": object, "INT64": np.int64, "FP64": np.float64}[datatype]
        array = np.array([[np.nan if value is None else value]] * 3, dtype=dtype)
        tensor = triton.InferInput(name, list(array.shape), datatype)
        tensor.set_data_from_numpy(array, binary_data=binary or name == "balance")
        inputs.append(tensor)
    result = client.infer(churn, inputs, model_version="2", headers=headers)
    wanted = expected(lab, churn, epoch=2)
    assert result.as_numpy("prediction").tolist() == [[wanted["prediction"].encode()]] * 3
    assert result.as_numpy("probabilities").tolist() == [list(wanted["probabilities"].values())] * 3
    with pytest.raises(InferenceServerException, match="the column 'visits' is missing"):
        client.infer(churn, inputs[:-1], headers=headers)


def test_other_workspaces_have_no_such_model(lab: Lab, churn: str) -> None:
    with lab.client_of("elsewhere", Role.EDITOR) as stranger:
        for path in (f"/v2/models/{churn}", f"/v2/models/{churn}/ready"):
            assert_problem(stranger.get(path), 404)
        assert_problem(stranger.post(f"/v2/models/{churn}/infer", json={"inputs": INPUTS}), 404)


def test_numbers_and_labels_are_told_in_their_types(lab: Lab, spending: str, digits: str) -> None:
    said = lab.client.get(f"/v2/models/{spending}").json()
    assert [(one["name"], one["datatype"], one["shape"]) for one in said["outputs"]] == [
        ("prediction", "FP64", [-1, 2])
    ]
    tensor = {"name": "pixels", "datatype": "UINT8", "shape": [2, 64], "data": [[3] * 64, [5] * 64]}
    answer = lab.client.post(f"/v2/models/{digits}/infer", json={"inputs": [tensor]}).json()
    assert answer["outputs"][1]["shape"] == [2, 10]
