"""Filters and activations of convolutions, and how predictions changed over the epochs."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from export.layer_pictures import filters_png
from gradus.wire.key import Role
from tests.integration.api.service import assert_problem
from tests.integration.predictions.conftest import ROW, Lab

PICTURE = np.random.default_rng(1).integers(0, 256, (6, 5, 3), dtype=np.uint8)


def png(pixels: Any) -> str:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def size(content: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(content)).size


def test_filters_are_the_weights_of_the_checkpoint(lab: Lab, pictures: str) -> None:
    path = f"/v1/experiments/{pictures}"
    found = lab.client.get(f"{path}/pictures/filters").json()
    assert [(one["name"], one["kernel"], one["inputs"], one["channels"]) for one in found["layers"]] == [
        ("layers/0", 3, 3, 4)
    ]
    weights = load(lab.client.get(f"{path}/export/weights.safetensors").content)["layers/0.weight"]
    expected = weights.reshape(3, 3, 3, 4).transpose(3, 2, 0, 1)
    assert np.array_equal(np.array(found["filters"], dtype=np.float32), expected)
    part = lab.client.get(f"{path}/pictures/filters?offset=1&limit=2").json()
    assert np.array_equal(np.array(part["filters"], dtype=np.float32), expected[1:3])
    picture = lab.client.get(f"{path}/pictures/filters.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert size(picture.content) == (2 * 48 + 2, 2 * 48 + 2)  # four tiles of 3 × 3 pixels, each 16 wide


def test_activations_are_those_of_the_row(lab: Lab, pictures: str) -> None:
    path = f"/v1/experiments/{pictures}/pictures"
    found = lab.client.post(f"{path}/activations", json={"row": {"photo": png(PICTURE)}}).json()
    values = np.array(found["activations"])
    assert values.shape == (4, 6, 5)
    assert (values >= 0).all()  # after the ReLU
    assert (values > 0).any()
    same = lab.client.post(f"{path}/activations", json={"row": {"photo": PICTURE.tolist()}, "layer": "layers/0"})
    assert same.json()["activations"] == found["activations"]
    other = lab.client.post(f"{path}/activations", json={"row": {"photo": png(255 - PICTURE)}, "limit": 1}).json()
    assert other["activations"][0] != found["activations"][0]
    assert size(lab.client.post(f"{path}/activations.png", json={"row": {"photo": png(PICTURE)}}).content) == (
        2 * 40 + 2,
        2 * 48 + 2,
    )


def test_a_history_has_what_each_kept_epoch_says(lab: Lab, churn: str, spending: str) -> None:
    rows = [ROW, {**ROW, "age": 30}]
    found = lab.client.post(f"/v1/experiments/{churn}/predict/history", json={"rows": rows}).json()
    assert (found["kept"], [one["epoch"] for one in found["epochs"]]) == (3, [1, 2, 3])
    for one in found["epochs"]:
        asked = {"rows": rows, "epoch": one["epoch"]}
        alone = lab.client.post(f"/v1/experiments/{churn}/predict", json=asked).json()
        assert one["checkpoint"].partition("-")[0] == alone["checkpoint"].partition("-")[0]
        for a, b in zip(one["data"], alone["data"], strict=True):
            assert a["probabilities"] == pytest.approx(b["probabilities"], abs=1e-6)
            assert (a["prediction"], a["notes"]) == (b["prediction"], [])
    row = {name: value for name, value in {**ROW, "customer": "c1", "exited": "no"}.items() if name != "visits"}
    found = lab.client.post(f"/v1/experiments/{spending}/predict/history", json={"rows": [row]}).json()
    last = lab.client.post(f"/v1/experiments/{spending}/predict", json={"rows": [row], "epoch": "last"}).json()
    assert found["epochs"][-1]["data"][0]["prediction"] == pytest.approx(last["data"][0]["prediction"], rel=1e-5)


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("filters?layer=layers/1", None, 404, "no convolution 'layers/1': did you mean 'layers/0'?"),
        ("filters?offset=4", None, 404, "layers/0 has 4 channels: take a smaller offset"),
        ("filters?limit=0", None, 400, None),
        ("filters?epoch=77", None, 404, None),
        ("activations", {"row": {"phto": "x"}}, 422, None),
        ("activations", {"row": {"photo": "not base64"}}, 422, None),
        ("activations", {"row": {"photo": [[1]]}}, 422, None),
        ("activations.png", {}, 422, None),
    ],
)
def test_what_does_not_fit_is_refused(
    lab: Lab, pictures: str, path: str, body: Any, status: int, said: str | None
) -> None:
    url = f"/v1/experiments/{pictures}/pictures/{path}"
    answer = lab.client.get(url) if body is None else lab.client.post(url, json=body)
    problem = assert_problem(answer, status)
    assert said is None or problem["detail"] == said


def test_a_network_without_convolutions_has_no_pictures(lab: Lab, churn: str) -> None:
    problem = assert_problem(lab.client.get(f"/v1/experiments/{churn}/pictures/filters"), 409)
    assert problem["code"] == "no_convolutions"
    refused = lab.client.post(f"/v1/experiments/{churn}/predict/history", json={"rows": [{**ROW, "age": "x"}]})
    assert assert_problem(refused, 422)["errors"][0]["path"] == "rows/0/age"
    with lab.client_of("others", Role.ADMIN) as other:
        assert_problem(other.post(f"/v1/experiments/{churn}/predict/history", json={"rows": [ROW]}), 404)


def test_a_convolution_of_many_channels_is_pictured_by_rows() -> None:
    assert size(filters_png(np.zeros((5, 40, 3, 3), dtype=np.float32))) == (32 * 50 - 2, 5 * 50 - 2)
    assert size(filters_png(np.ones((5, 1, 50, 50), dtype=np.float32))) == (3 * 52 - 2, 2 * 52 - 2)
