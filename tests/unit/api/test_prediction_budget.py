"""Requests for predictions that would take much memory."""

import asyncio
import base64
import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from anyio import CapacityLimiter
from fastapi import Request
from PIL import Image

from api.http.bytes_body import BodyThreads, with_bytes
from api.prediction import json_rows
from api.prediction.answers import Shown, answers
from api.prediction.budget import Pixels, check_answer, check_inputs
from api.prediction.faults import Faults
from api.prediction.inference import infer
from api.prediction.json_rows import columns_of
from api.prediction.model import Model
from api.prediction.models import MAX_BYTES
from api.services.loaded_models import PARAMETER_BYTES, SESSION_BYTES, check_size
from export.batches import BATCH_BYTES, ROWS, rows_at_once
from export.signature import TensorSpec
from gradus.errors import TooLarge
from gradus.wire.prediction import PredictRequest
from preprocessing.pixels import FittedBytes
from tests.unit.api.asked import model, network, number

PHOTO = FittedBytes(column="photo", width=12, shape=(2, 2, 3))


@pytest.fixture(scope="module")
def small() -> Model:
    """A network with one input, a number."""
    return model(number("x"))


def test_fewer_rows_are_computed_at_once_if_a_layer_is_wide() -> None:
    assert rows_at_once(network(number("x"))) == ROWS
    wide = network(number("x"), layers=[65_536])
    assert rows_at_once(wide) == BATCH_BYTES // (65_536 * 4)  # 256
    assert rows_at_once(network(FittedBytes(column="photo", width=3 << 20, shape=(1024, 1024, 3)), layers=[])) == 5


def test_rows_that_are_computed_a_few_at_a_time_have_the_same_answers(small: Model) -> None:
    few = replace(small, rows_at_once=3)
    columns, rows = columns_of(small, PredictRequest(rows=[{"x": i} for i in range(10)]))
    parts = list(answers(few, columns, rows))
    assert [len(one.prediction) for one in parts] == [3, 3, 3, 1]
    (whole,) = answers(small, columns, rows)
    assert np.allclose(np.concatenate([one.prediction for one in parts]), whole.prediction, rtol=1e-6)
    for count in (0, 10):
        sent = {"name": "x", "shape": [count, 1], "datatype": "FP64", "data": list(range(count))}
        body = json.dumps({"inputs": [sent]}).encode()
        (split,), (at_once,) = (json.loads(infer(one, body, None)[0])["outputs"] for one in (few, small))
        assert split["shape"] == [count, 1]
        assert split["data"] == pytest.approx(at_once["data"], rel=1e-6)


def test_rows_of_wide_inputs_are_refused_before_they_are_read() -> None:
    photo = TensorSpec("photo", "uint8", (1024, 1024, 3))
    photos = model(PHOTO, layers=[])
    picture = replace(photos, signature=replace(photos.signature, inputs=(photo,)))
    check_inputs(picture, 85)  # 85 × 3 MiB
    with pytest.raises(TooLarge, match="send at most 85"):
        columns_of(picture, PredictRequest(rows=[{"photo": 0}] * 86))


def test_pictures_of_a_request_are_counted_before_they_are_decoded() -> None:
    target = io.BytesIO()
    Image.new("RGB", (40, 30)).save(target, "PNG")
    rows = [{"photo": base64.b64encode(target.getvalue()).decode()}] * 3
    photos = model(PHOTO, layers=[])
    columns, _ = columns_of(photos, PredictRequest(rows=rows))
    assert columns["photo"].values.shape == (3, 2, 2, 3)
    values = [row["photo"] for row in rows]
    with pytest.raises(TooLarge, match=r"may have 0\.0024 million pixels: send fewer"):
        json_rows._column(photos, PHOTO, (values, str), Pixels(2 * 40 * 30), Faults())


def test_answers_with_all_probabilities_are_refused_and_the_top_ones_are_not() -> None:
    wide = model(number("x"), task="classification", outputs=1000, layers=[])
    with pytest.raises(TooLarge, match="set `top`"):
        check_answer(wide, 10_000, Shown())
    check_answer(wide, 10_000, Shown(top=5))
    check_answer(wide, 10_000, Shown(probabilities=False))
    sent = {"name": "x", "shape": [10_000, 1], "datatype": "UINT8", "parameters": {"binary_data_size": 10_000}}
    head = json.dumps({"inputs": [sent]}).encode()
    with pytest.raises(TooLarge, match="ask for `binary_data`"):
        infer(wide, head + bytes(10_000), len(head))


def test_a_network_of_many_parameters_is_for_workers() -> None:
    with pytest.raises(TooLarge, match=r"take 400 MB, .* use POST /v1/experiments/exp_1/predictions"):
        check_size("exp_1", 100_000_000)
    check_size("exp_1", PARAMETER_BYTES // 4)
    assert 2 * PARAMETER_BYTES + SESSION_BYTES < MAX_BYTES  # it can be kept


@pytest.mark.parametrize(("body", "small", "large"), [(b"abc", 1, 0), (gzip.compress(b"abc"), 0, 1)])
def test_small_bodies_are_worked_on_by_threads_of_their_own_unless_they_are_compressed(
    tmp_path: Path, body: bytes, small: int, large: int
) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def used() -> tuple[bytes, float, float]:
        threads = BodyThreads(CapacityLimiter(4), CapacityLimiter(2))
        head = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"%d" % len(body))]}
        sent = Request(head, receive)

        def use(content: bytes) -> tuple[bytes, float, float]:
            return content, threads.small.borrowed_tokens, threads.large.borrowed_tokens

        return await with_bytes(sent, 100, "", tmp_path, threads, use)

    assert asyncio.run(used()) == (body, small, large)
