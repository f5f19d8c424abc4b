"""Calls as values, and what becomes of them in httpx's words."""

import json
from typing import Any

import httpx
import pytest

from gradus import Adam, Dense, Spec, SweepRequest
from gradus.client import calls, translation
from gradus.client.calls import Call
from gradus.errors import BadRequest

BASE = Spec(dataset="digits", layers=[8])


def body(call: Call[Any]) -> Any:
    assert call.body is not None
    return json.loads(call.body)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (calls.create({"dataset": "digits", "layers": [8]}), {"dataset": "digits", "layers": [8]}),
        (calls.create(dataset="digits", layers=[8]), {"dataset": "digits", "layers": [8]}),
        (calls.create({"dataset": "digits", "seed": 1}, seed=2), {"dataset": "digits", "seed": 2}),
        (calls.create(BASE), BASE.model_dump(mode="json")),
        (calls.create(BASE, seed=2), {**BASE.model_dump(mode="json"), "seed": 2}),
        (calls.create(optimizer=Adam(lr=0.1)), {"optimizer": Adam(lr=0.1).model_dump(mode="json")}),
        (calls.create(layers=(Dense(3), 4)), {"layers": [Dense(3).model_dump(mode="json"), 4]}),
        (
            calls.create_sweep(base=BASE, grid={"seed": [1]}),
            {"base": BASE.model_dump(mode="json"), "grid": {"seed": [1]}},
        ),
        (calls.update("exp_1", tags=["a"], notes=""), {"tags": ["a"], "notes": ""}),
        (calls.fork("exp_1", {"dropout": None}, seed=3), {"changes": {"dropout": None, "seed": 3}, "from_epoch": None}),
        (calls.extend_sweep("swp_1", seeds=[4]), {"seeds": [4]}),
    ],
)
def test_documents_types_and_fields_can_be_mixed(call: Call[Any], expected: dict[str, Any]) -> None:
    assert body(call) == expected


def test_a_null_in_a_merge_patch_survives() -> None:
    asked = SweepRequest(base=BASE, variants={"plain": {"batch_norm": None}})
    assert body(calls.create_sweep(asked, name="x"))["variants"] == {"plain": {"batch_norm": None}}


def test_what_has_no_form_in_json_is_refused_before_it_is_sent() -> None:
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        calls.create(dataset="digits", layers=[object()])


@pytest.mark.parametrize("name", ["../keys", "a/b", "a?b=c", "ü", "#"])
def test_an_id_stays_one_piece_of_the_path(name: str) -> None:
    url = httpx.URL("http://here" + calls.experiment(name).path)
    assert url.raw_path.count(b"/") == 3
    assert not url.query


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (None, 0, 0),
        ("7", 7, 7),
        ("soon", 0, 0),
        ("-3", 0, 0),
        ("Fri, 31 Dec 2199 23:59:59 GMT", 5e9, 6e9),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
    ],
    ids=["none", "seconds", "a word", "negative", "a date to come", "a date gone by"],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, least: float, most: float) -> None:
    response = httpx.Response(429, headers={"Retry-After": header} if header else {})
    assert least <= translation.answer(response).retry_after <= most


def test_a_slow_answer_that_was_asked_for_is_waited_for() -> None:
    timeout = translation.request(calls.metrics("exp_1", wait=60), 30.0)["timeout"]
    assert (timeout.read, timeout.connect) == (90.0, 10.0)
