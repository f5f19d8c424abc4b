"""Every number and every list in a spec is bounded, and every field is described."""

from collections.abc import Iterator
from typing import Any

import pytest

from gradus.catalog import FAMILIES, catalog
from gradus.described import descriptions
from gradus.spec.experiment import Spec
from gradus.spec.spec_model import SpecModel, spec_models_in

SCHEMA = Spec.model_json_schema()
EVERY_WORD: list[type[SpecModel]] = [Spec, *(word for union in FAMILIES.values() for word in spec_models_in(union))]
LOW, HIGH = {"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"}


def nodes(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object within a JSON Schema, with its path."""
    if isinstance(schema, dict):
        yield place, schema
        for key, part in schema.items():
            yield from nodes(part, f"{place}/{key}")
    elif isinstance(schema, list):
        for i, part in enumerate(schema):
            yield from nodes(part, f"{place}/{i}")


def typed(*types: str) -> list[tuple[str, dict[str, Any]]]:
    return [(place, node) for place, node in nodes(SCHEMA) if node.get("type") in types and "const" not in node]


@pytest.mark.parametrize(
    ("place", "node"), typed("number", "integer"), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_number_has_two_bounds(place: str, node: dict[str, Any]) -> None:
    assert LOW & node.keys(), f"{place} has no lower bound"
    assert HIGH & node.keys(), f"{place} has no upper bound"


def test_every_list_and_every_free_text_has_an_end() -> None:
    endless = [place for place, node in typed("array") if "maxItems" not in node]
    endless += [place for place, node in typed("string") if "maxLength" not in node and "enum" not in node]
    assert endless == []
    assert len(typed("array")) >= 2
    assert len(typed("string")) >= 3


def test_every_object_refuses_unknown_keys() -> None:
    maps = [node for _, node in typed("object") if "propertyNames" in node]
    assert all("maxLength" in node["propertyNames"] for node in maps)
    assert [
        place for place, node in typed("object") if node["additionalProperties"] is not False and node not in maps
    ] == []


@pytest.mark.parametrize("word", EVERY_WORD, ids=lambda word: word.__name__)
def test_every_field_says_what_it_means(word: type[SpecModel]) -> None:
    told = descriptions(word)
    assert [name for name in word.model_fields if name not in told and name != "kind"] == []


def test_the_schema_offers_each_shorthand() -> None:
    properties = SCHEMA["properties"]
    assert {"const": True} in properties["batch_norm"]["anyOf"]
    assert "adam" in properties["optimizer"]["anyOf"][0]["enum"]
    assert properties["dataset"]["anyOf"][0] == {"type": "string", "minLength": 1, "maxLength": 100}
    assert properties["layers"]["items"]["anyOf"][0]["type"] == "integer"
    for field, family in {"init": "initializers", "optimizer": "optimizers", "schedule": "schedules"}.items():
        assert properties[field]["anyOf"][0]["enum"] == [entry.kind for entry in catalog().families[family]]


def test_the_schema_offers_a_change_of_images_alone_and_in_a_list() -> None:
    words, change, changes = SCHEMA["$defs"]["Dataset"]["properties"]["augment"]["anyOf"]
    kinds = [entry.kind for entry in catalog().families["augmentation"]]
    assert words["enum"] == kinds
    assert len(change["oneOf"]) == len(kinds)
    assert changes["maxItems"] == len(kinds)
    assert changes["items"]["anyOf"] == [words, change]
