"""Merge patches against the examples of RFC 7396, appendix A, and our one addition."""

from typing import Any

import pytest

from gradus.merge import merged


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_patch_is_merged_as_the_rfc_says(document: Any, patch: Any, result: Any) -> None:
    assert merged(document, patch) == result


def test_an_object_of_another_kind_begins_anew() -> None:
    adam = {"optimizer": {"kind": "adam", "lr": 0.1, "beta1": 0.5}}
    assert merged(adam, {"optimizer": {"kind": "sgd"}}) == {"optimizer": {"kind": "sgd"}}
    assert merged(adam, {"optimizer": {"kind": "adam", "lr": 1}}) == {
        "optimizer": {"kind": "adam", "lr": 1, "beta1": 0.5}
    }


def test_neither_document_nor_patch_is_changed() -> None:
    document, patch = {"a": {"b": 1}}, {"a": {"c": 2}}
    assert merged(document, patch) == {"a": {"b": 1, "c": 2}}
    assert (document, patch) == ({"a": {"b": 1}}, {"a": {"c": 2}})
