"""Documents: whatever the bytes are, there is an experiment or an error that says what is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import documents
from api.limits import DEPTH
from gradus.errors import BadRequest, InvalidSpec
from gradus.spec.experiment import Experiment

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SPECS = st.fixed_dictionaries(
    {"dataset": st.just("digits") | JSON_VALUES, "layers": st.just([4]) | JSON_VALUES},
    optional={key: JSON_VALUES for key in Experiment.model_fields if key not in {"dataset", "layers"}},
)


def survives(body: bytes) -> None:
    try:
        found = documents.read(body, Experiment)
    except (BadRequest, InvalidSpec) as error:
        error.problem().model_dump_json()
    else:
        assert Experiment.model_validate(found.document()).fingerprint() == found.fingerprint()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    survives(body)


@given(SPECS | JSON_VALUES)
def test_any_json_is_read_or_refused(document: object) -> None:
    survives(json.dumps(document).encode())


def test_what_is_no_object_is_sent_back() -> None:
    with pytest.raises(InvalidSpec) as refusal:
        documents.read(b"[1]", Experiment)
    assert [mistake.input for mistake in refusal.value.errors] == [[1]]


@pytest.mark.parametrize("levels", [DEPTH, DEPTH + 1])
def test_a_document_may_be_nested_so_deep_and_no_deeper(levels: int) -> None:
    body = b"[" * levels + b"]" * levels
    if levels > DEPTH:
        with pytest.raises(InvalidSpec, match="nested"):
            documents.parse(body)
    else:
        assert json.dumps(documents.parse(body)).encode() == body


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "x\\udfffx"])
@pytest.mark.parametrize("form", ['{"name": "%s"}', '{"a": [{"b": "%s"}]}', '"%s"', '{"%s": 1}', '{"a": {"%s": 1}}'])
def test_text_that_cannot_be_stored_is_found_wherever_it_stands(form: str, text: str) -> None:
    with pytest.raises(InvalidSpec, match="NUL"):
        documents.parse((form % text).encode())


def test_text_that_only_looks_like_an_escape_is_kept() -> None:
    assert documents.parse(b'"\\\\u0000 \\\\ud800"') == "\\u0000 \\ud800"


def test_a_pair_of_surrogates_is_one_letter() -> None:
    assert documents.parse(b'"\\ud83c\\udf93"') == "🎓"


def test_a_change_names_every_null() -> None:
    with pytest.raises(InvalidSpec) as refused:
        documents.read_changes(b'{"name": null, "notes": null, "tags": []}')
    assert [mistake.path for mistake in refused.value.errors] == ["name", "notes"]
