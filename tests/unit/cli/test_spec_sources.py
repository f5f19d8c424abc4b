"""Specs from the command line, and the tags that it adds to them."""

from typing import Any

import pytest

from gradus.cli.spec_sources import Source


@pytest.mark.parametrize(
    ("document", "tagged"),
    [
        ({"dataset": "wine"}, ["a", "b"]),
        ({"tags": []}, ["a", "b"]),
        ({"tags": ["b", "c"]}, ["b", "c", "a"]),
        ({"tags": "b"}, "b"),  # the service says that this is not a list
        ({"tags": None}, None),
    ],
)
def test_tags_join_those_of_the_spec(document: dict[str, Any], tagged: Any) -> None:
    before = dict(document)
    assert Source("a file", document).tagged(["a", "b", "a"]).document == document | {"tags": tagged}
    assert document == before


@pytest.mark.parametrize("document", [[1], "text", 3, None, {"dataset": "wine"}])
def test_without_tags_a_document_stays_as_it_is(document: Any) -> None:
    assert Source("a file", document).tagged([]).document is document


@pytest.mark.parametrize("document", [[1], "text", 3, None])
def test_what_is_no_object_is_left_to_the_service(document: Any) -> None:
    assert Source("a file", document).tagged(["a"]).document is document
