"""Parsing of documents: any bytes give an experiment, or an error that says what is wrong."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from api.http import parsing
from api.limits import DEPTH
from gradus.errors import BadRequest, InvalidSpec
from gradus.spec.experiment import Spec
from gradus.sweep.expand import expand
from gradus.sweep.request import SweepRequest
from gradus.wire.experiment import ExperimentPatch
from gradus.wire.key import SignIn
from gradus.wire.mistakes import mistakes
from gradus.wire.problem import MOST
from gradus.wire.webhook import WebhookRequest
from hub.webhooks.claims import ClaimedWebhook
from tests.built_in import facts_of, resolved

SPEC = {"dataset": "digits", "layers": [4]}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SPECS = st.fixed_dictionaries(
    {"dataset": st.just("digits") | JSON_VALUES, "layers": st.just([4]) | JSON_VALUES},
    optional={key: JSON_VALUES for key in Spec.model_fields if key not in {"dataset", "layers"}},
)


def survives(body: bytes) -> None:
    try:
        found = parsing.read(body, Spec)
    except (BadRequest, InvalidSpec) as error:
        error.problem().model_dump_json()
    else:
        assert resolved(Spec.model_validate(found.document())).fingerprint == resolved(found).fingerprint


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    survives(body)


@given(SPECS | JSON_VALUES)
def test_any_json_is_read_or_refused(document: object) -> None:
    survives(json.dumps(document).encode())


def test_what_is_no_object_is_sent_back() -> None:
    with pytest.raises(InvalidSpec) as refusal:
        parsing.read(b"[1]", Spec)
    assert [mistake.input for mistake in refusal.value.errors] == [[1]]


@pytest.mark.parametrize("levels", [DEPTH, DEPTH + 1])
def test_a_document_may_be_nested_so_deep_and_no_deeper(levels: int) -> None:
    body = b"[" * levels + b"]" * levels
    if levels > DEPTH:
        with pytest.raises(InvalidSpec, match="nested"):
            parsing.parse(body)
    else:
        assert json.dumps(parsing.parse(body)).encode() == body


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "x\\udfffx"])
@pytest.mark.parametrize("form", ['{"name": "%s"}', '{"a": [{"b": "%s"}]}', '"%s"', '{"%s": 1}', '{"a": {"%s": 1}}'])
def test_text_that_cannot_be_stored_is_found_wherever_it_stands(form: str, text: str) -> None:
    with pytest.raises(InvalidSpec, match="NUL"):
        parsing.parse((form % text).encode())


def test_text_that_only_looks_like_an_escape_is_kept() -> None:
    assert parsing.parse(b'"\\\\u0000 \\\\ud800"') == "\\u0000 \\ud800"


def test_a_pair_of_surrogates_is_one_letter() -> None:
    assert parsing.parse(b'"\\ud83c\\udf93"') == "🎓"


def test_a_change_names_every_null() -> None:
    with pytest.raises(InvalidSpec) as refused:
        parsing.read_changes(b'{"name": null, "notes": null, "tags": []}', ExperimentPatch)
    assert [mistake.path for mistake in refused.value.errors] == ["name", "notes"]


def test_places_of_mistakes_are_told_in_the_order_of_the_document() -> None:
    with pytest.raises(InvalidSpec) as refused:
        parsing.parse(b'{"a": ["\\u0000", 1, {"b": "\\ud800"}], "c\\ud800": [], "d": "x"}')
    assert [mistake.path for mistake in refused.value.errors] == ["a/0", "a/2/b", "c\\ud800"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"%s": [%s]}' % (b"k" * 500_000, b",".join([b"0"] * 250_000)),
        b'{"%s": [%s]}' % (b"k" * 500_000, b",".join([b'""'] * 150_000)),
        b'{"%s": [%s]}' % (b"k" * 500_000, b",".join([rb'"\u0000"'] * 50_000)),
        b'{"%s": [%s]}' % (b"k" * 290, b",".join([rb'"\u0000"'] * 100_000)),
        b'{"random": {"n": 1, "space": {"%s": {"kind": "uniform", %s}}}}'
        % (b"k" * 500_000, b",".join(b'"%x": 0' % i for i in range(40_000))),
        b'{"base": {"dataset": "wine", "layers": [%s]}}' % b",".join([b"[]"] * 340_000),
        b'{"base": {"dataset": "wine", "layers": [], "tags": [%s]}}' % b",".join([b"1"] * 400_000),
    ],
    ids=["numbers", "texts", "mistakes", "mistakes below a shorter key", "unknown keys", "no layers", "no tags"],
)
def test_a_body_costs_no_more_memory_than_some_hundred_times_its_size(body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InvalidSpec):
            parsing.read(body, SweepRequest)
        assert tracemalloc.get_traced_memory()[1] < 200 << 20
    finally:
        tracemalloc.stop()


def test_a_key_that_comes_again_is_found_among_a_hundred_thousand() -> None:
    """To compare each key with all others would take minutes."""
    keys = b",".join(b'"%x":0' % i for i in range(100_000))
    with pytest.raises(BadRequest, match="'1869f' twice"):
        parsing.parse(b'{%s,"1869f":1}' % keys)


@pytest.mark.parametrize(
    ("model", "document"),
    [
        (Spec, {f"{i:x}": 0 for i in range(20_000)}),
        (Spec, {"dataset": "digits", "layers": [{"activation": "x"}] * 250}),
        (SweepRequest, {"base": SPEC, "grid": {f"{i:x}": 0 for i in range(20_000)}}),
    ],
    ids=["unknown keys", "layers", "grid"],
)
def test_no_more_mistakes_are_worded_than_are_told(model: type[BaseModel], document: object) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(document)
    assert refused.value.error_count() >= 500
    assert len(mistakes(refused.value, model)) == MOST + 1
    assert parsing.invalid(*mistakes(refused.value, model)).detail.endswith("(and at least 100 more mistakes)")


_MANY_KEYS = {f"{i:x}": 0 for i in range(1900)}
_WRONG = dict.fromkeys(("units", "activation", "init", "batch_norm", "dropout", "bias"), "x")


@pytest.mark.parametrize(
    ("model", "document"),
    [
        (Spec, {"dataset": "digits", "layers": [{"units": 3, **_MANY_KEYS}] * 60}),
        (Spec, {"dataset": "digits", "layers": [{"units": 3, "init": {"kind": "he", **_MANY_KEYS}}] * 60}),
        (Spec, {"dataset": "digits", "layers": [_WRONG] * 2000}),
        (
            SweepRequest,
            {"base": {"dataset": "digits", "layers": [{"units": 3, **_MANY_KEYS}] * 60}, "grid": {"l2": [1]}},
        ),
        (SweepRequest, {"base": SPEC, "variants": {"a": {"layers": [{"units": 3, **_MANY_KEYS}] * 60}}}),
    ],
    ids=["layers", "initialisers", "too many layers", "base", "variant"],
)
def test_a_small_document_is_never_a_hundred_thousand_mistakes(model: type[BaseModel], document: object) -> None:
    body = json.dumps(document).encode()
    tracemalloc.start()
    try:
        with pytest.raises(InvalidSpec):
            _expanded(parsing.read(body, model))
        assert tracemalloc.get_traced_memory()[1] < 30 * len(body)
    finally:
        tracemalloc.stop()


def _expanded(document: BaseModel) -> None:
    assert isinstance(document, SweepRequest)
    expand(document, facts_of)


@pytest.mark.parametrize("many", [1, 999, 1000, 1001, 1900])
def test_every_object_with_an_unknown_key_is_refused_however_many_came_before(many: int) -> None:
    layers = [{"units": 3, **{f"{i:x}": 0 for i in range(many)}}] * 3
    with pytest.raises(ValidationError) as refused:
        Spec.model_validate({"dataset": "digits", "layers": layers})
    assert {error["loc"][1] for error in refused.value.errors()} == {0, 1, 2}
    assert refused.value.error_count() <= 1002 + 2


def test_no_more_mistakes_of_a_sweep_are_worded_than_are_told() -> None:
    variants = {str(i): {f"{i}{j:x}": 0 for j in range(60)} for i in range(900)}
    request = SweepRequest.model_validate({"base": SPEC, "variants": variants})
    with pytest.raises(InvalidSpec) as refused:
        expand(request, facts_of)
    assert MOST < len(refused.value.errors) <= 2 * MOST


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://example.com/", "secret": "whsec_hunter2"},
        {"url": "https://example.com/", "Secret": "whsec_hunter2"},
        {"url": {"secret": "whsec_hunter2"}},
        ["whsec_hunter2"],
        {"url": "https://example.com/", "secret": ["whsec_hunter2"]},
    ],
)
def test_mistakes_of_a_document_with_a_secret_do_not_repeat_it(body: object) -> None:
    with pytest.raises(InvalidSpec) as caught:
        parsing.read_without_echo(json.dumps(body).encode(), WebhookRequest)
    assert caught.value.errors
    assert "hunter2" not in caught.value.problem().model_dump_json()


def test_secrets_are_not_in_representations() -> None:
    request = WebhookRequest.model_validate({"url": "https://example.com/", "secret": f"whsec_{'A' * 32}"})
    hook = ClaimedWebhook("whk_1", "default", request.url, (), str(request.secret), 0, 0, "whc_1")
    shown = repr((request, hook, SignIn(key="AAAAAAAA"), SignIn(ticket="AAAAAAAA")))
    assert "AAAA" not in shown
