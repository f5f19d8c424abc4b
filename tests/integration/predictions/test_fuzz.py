"""Whatever is sent, the response is a prediction or a 4xx problem, never an internal error."""

import gzip
import io
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.integration.predictions.conftest import ROW, Lab

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "NaN", "2020-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "true", "\x00", "\ud800"]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
NAMES = st.one_of(st.sampled_from([*ROW, "exited", "customer"]), st.text(max_size=10))
ROWS = st.lists(st.dictionaries(NAMES, CELLS, max_size=8).map(lambda row: {**ROW, **row}), max_size=3)
DOCUMENTS = st.one_of(
    st.fixed_dictionaries({"rows": ROWS}, optional={"top": CELLS, "epoch": CELLS, "absent": CELLS, "interval": CELLS}),
    st.fixed_dictionaries(
        {"columns": st.lists(NAMES, max_size=4), "data": st.lists(st.lists(CELLS, max_size=4), max_size=3)}
    ),
    st.dictionaries(st.text(max_size=8), CELLS, max_size=4),
    CELLS,
)
TENSORS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "shape": st.lists(st.integers(-2, 3), max_size=3),
        "datatype": st.sampled_from(["FP64", "BYTES", "INT64", "X"]),
    },
    optional={"data": st.one_of(CELLS, st.lists(CELLS, max_size=4)), "parameters": st.just({"binary_data_size": 4})},
)
HISTORIES = st.one_of(st.fixed_dictionaries({"rows": ROWS}, optional={"top": CELLS, "absent": CELLS}), CELLS)
ACTIVATIONS = st.one_of(
    st.fixed_dictionaries(
        {"row": st.one_of(st.fixed_dictionaries({"photo": CELLS}), CELLS)},
        optional={"layer": CELLS, "epoch": CELLS, "offset": CELLS, "limit": CELLS},
    ),
    CELLS,
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def sent(lab: Lab, path: str, body: bytes, media_type: str) -> int:
    response = lab.client.post(path, content=body, headers={"Content-Type": media_type})
    assert response.status_code < 500, response.text
    return response.status_code


@settings(QUICK, max_examples=50)
@given(history=HISTORIES, activations=ACTIVATIONS)
def test_histories_and_activations(lab: Lab, churn: str, pictures: str, history: Any, activations: Any) -> None:
    body = json.dumps(history).encode(errors="surrogatepass")
    sent(lab, f"/v1/experiments/{churn}/predict/history", body, "application/json")
    body = json.dumps(activations).encode(errors="surrogatepass")
    for path in ("activations", "activations.png"):
        sent(lab, f"/v1/experiments/{pictures}/pictures/{path}", body, "application/json")


@QUICK
@given(document=DOCUMENTS)
def test_documents(lab: Lab, churn: str, document: Any) -> None:
    body = json.dumps(document).encode(errors="surrogatepass")
    sent(lab, f"/v1/experiments/{churn}/predict", body, "application/json")


@QUICK
@given(inputs=st.lists(TENSORS, max_size=4))
def test_tensors(lab: Lab, churn: str, inputs: Any) -> None:
    sent(lab, f"/v2/models/{churn}/infer", json.dumps({"inputs": inputs}).encode(), "application/json")


def picture(format_: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (5, 6), "red").save(target, format_)
    return target.getvalue()


_CSV = f'{",".join(ROW)}\n41,"Chur, a",2.5,2020-02-03,true,1\n'.encode()
GOOD = {
    "application/json": json.dumps({"rows": [ROW]}).encode(),
    "text/csv": _CSV,
    "application/x-ndjson": json.dumps(ROW).encode(),
    "application/gzip": gzip.compress(_CSV, mtime=0),
    "image/png": picture("PNG"),
    "image/jpeg": picture("JPEG"),
}


@pytest.mark.parametrize("media_type", [*GOOD])
def test_mutated_bodies(lab: Lab, churn: str, pictures: str, media_type: str) -> None:
    draws = random.Random(7)
    good = GOOD[media_type]
    experiment = pictures if media_type.startswith("image") else churn
    for _ in range(100):
        body = bytearray(good)
        for _ in range(draws.randint(1, 6)):
            place = draws.randrange(len(body) + 1)
            body[place : place + draws.randint(0, 3)] = draws.choice(
                [b"", b'"', b"\n", b",", b"\x00", b"\xff", b"{", b"9" * 20, bytes([draws.randrange(256)])]
            )
        sent(lab, f"/v1/experiments/{experiment}/predict", bytes(body), media_type)
