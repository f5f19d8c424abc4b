"""The reference pages match the code."""

from enum import StrEnum
from typing import Any

import pytest

from gradus.catalog import catalog
from gradus.spec.experiment import Spec
from scripts.docs import DOCS, PAGES
from scripts.enum_words import meanings
from scripts.http_page import ENUMERATIONS
from scripts.schema_words import accepts, default


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    """If this test fails, run `python -m scripts.docs`."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_the_spec_page_names_every_field_and_every_kind() -> None:
    page = PAGES["spec.md"]()
    wanted = {*Spec.model_fields, *(entry.kind for entries in catalog().families.values() for entry in entries)}
    assert {name for name in wanted if f"`{name}`" not in page} == set()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "a number, 0 ≤ x < 1"),
        ({"type": "integer", "minimum": 0, "maximum": 2**53 - 1}, "a whole number, 0 ≤ n ≤ 9007199254740991"),
        ({"anyOf": [{"const": True}, {"$ref": "#"}, {"type": "null"}]}, "`true`, an object or `null`"),
        ({"enum": ["a", "b"]}, '`"a"` or `"b"`'),
        ({"type": "array", "maxItems": 3, "items": {"type": "boolean"}}, "a list of at most 3: `true` or `false`"),
        (
            {"anyOf": [{"const": "a"}, {"$ref": "#"}, {"type": "array", "maxItems": 3, "items": {"enum": ["a"]}}]},
            '`"a"`, an object or a list of at most 3: `"a"`',
        ),
        (
            {"anyOf": [{"enum": ["a", "b"]}, {"type": "array", "maxItems": 3, "items": {"enum": ["a", "b"]}}]},
            '`"a"`, `"b"` or a list of at most 3 of these',
        ),
        ({"oneOf": [{"$ref": "#a"}, {"$ref": "#b"}]}, "an object"),
    ],
)
def test_a_schema_is_put_into_words(schema: dict[str, Any], words: str) -> None:
    assert accepts(schema) == words


@pytest.mark.parametrize("enumeration", ENUMERATIONS.values(), ids=ENUMERATIONS)
def test_every_member_of_an_enumeration_has_a_meaning(enumeration: type[StrEnum]) -> None:
    page = PAGES["http.md"]()
    said = meanings(enumeration)
    assert list(said) == [member.value for member in enumeration]
    assert [value for value, text in said.items() if f"| `{value}` | {text} |" not in page] == []


def test_a_default_is_json() -> None:
    assert default({}, required=True) == "required"
    assert default({"default": None}, required=False) == "`null`"
    assert default({"default": {"kind": "adam", "lr": 0.001}}, required=False) == '`"adam"`'
