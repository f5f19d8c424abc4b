"""Paths of errors: any keys can be converted to text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gradus.cli.errors import message
from gradus.errors import InvalidSpec
from gradus.facts import ColumnFacts, TableFacts
from gradus.pointer import keys_of, pointer, readable
from gradus.resolved import resolve
from gradus.spec.experiment import Spec
from gradus.sweep.expand import expand
from gradus.sweep.request import SweepRequest
from gradus.wire.mistakes import mistakes

FACTS = TableFacts(
    name="mine",
    version=1,
    digest="sha256:" + "0" * 64,
    rows=60,
    columns=(
        ColumnFacts(name="a/b", type="text", distinct=3),
        ColumnFacts(name="y", type="number", distinct=50),
    ),
    files=(),
)


@given(st.lists(st.text(min_size=1), max_size=4))
def test_keys_come_back_from_their_place(keys: list[str]) -> None:
    assert keys_of(pointer(keys)) == tuple(keys)


@pytest.mark.parametrize(
    ("keys", "place", "shown"),
    [
        (("dataset", "columns", "a/b"), "dataset/columns/a~1b", "dataset/columns/'a/b'"),
        (("layers", 0, "units"), "layers/0/units", "layers/0/units"),
        (("a~1",), "a~01", "a~1"),
        ((), "", ""),
    ],
)
def test_a_key_with_a_slash_is_escaped_for_programs_and_quoted_for_people(
    keys: tuple[str | int, ...], place: str, shown: str
) -> None:
    assert pointer(keys) == place
    assert readable(place) == shown


def spec(**dataset: object) -> Spec:
    return Spec.model_validate({"dataset": {"name": "mine", "target": "y", **dataset}, "layers": [3]})


@pytest.mark.parametrize("columns", [{"a/c": "ignore"}, {"a/b": {"encode": "robust"}}])
def test_a_mistake_about_a_column_has_its_name_as_one_key(columns: dict[str, object]) -> None:
    with pytest.raises(InvalidSpec) as told:
        resolve(spec(columns=columns), FACTS)
    (mistake,) = told.value.errors
    assert keys_of(mistake.path)[:3] == ("dataset", "columns", *columns)
    assert f"dataset/columns/'{next(iter(columns))}'" in message(told.value)


def test_a_mistake_in_the_document_itself_has_the_name_as_one_key() -> None:
    with pytest.raises(ValidationError) as told:
        spec(columns={"a/b": {"encode": "one_hit"}})
    assert mistakes(told.value)[0].path.startswith("dataset/columns/a~1b")


def test_a_label_with_a_slash_is_one_key() -> None:
    request = SweepRequest.model_validate(
        {"base": spec(), "variants": {"a/b": {"dataset": {"columns": {"a/c": "ignore"}}}}}
    )
    with pytest.raises(InvalidSpec) as told:
        expand(request, lambda _: FACTS)
    assert keys_of(told.value.errors[0].path) == ("variants", "a/b", "dataset", "columns", "a/c")
