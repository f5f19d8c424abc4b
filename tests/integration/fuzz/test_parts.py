"""Which place in the OpenAPI document a fault of schemathesis belongs to."""

import pytest

from tests.integration.fuzz.parts import place_of, tried

DOCUMENT = {
    "components": {
        "schemas": {
            "Spec": {"properties": {"layers": {"items": {"oneOf": [{"$ref": "#/components/schemas/Dense"}]}}}},
            "Dense": {"properties": {"kind": {"const": "dense"}, "units": {"type": "integer"}}},
        }
    }
}
SPEC = {"$ref": "#/components/schemas/Spec"}
SWEEP = {"properties": {"base": SPEC, "seeds": {"type": "array"}}}


@pytest.mark.parametrize(
    ("schema", "pointer", "place"),
    [
        (SWEEP, "/properties/seeds/type", "/properties/seeds/type"),
        (SWEEP, "/properties/base/properties/layers", "#/components/schemas/Spec/properties/layers"),
        (SPEC, "/properties/layers", "#/components/schemas/Spec/properties/layers"),
        (
            SPEC,
            "/properties/layers/items/oneOf/0/properties/units/type",
            "#/components/schemas/Dense/properties/units/type",
        ),
        (
            SWEEP,
            "/properties/base/properties/layers/items/oneOf/0/allOf/0/properties/units/type",
            "#/components/schemas/Dense/properties/units/type",
        ),
        (
            SPEC,
            "/properties/layers/items/oneOf/0/allOf/1/properties/kind/enum",
            "#/components/schemas/Dense/discriminator",
        ),
    ],
)
def test_a_part_is_the_same_wherever_it_is_referred_to(schema: object, pointer: str, place: str) -> None:
    assert place_of(DOCUMENT, schema, pointer) == place


@pytest.mark.parametrize(
    ("body", "description", "what"),
    [
        (
            {"seed": 3},
            "Object with all required properties and 'seed'",
            ("", "", "Object with all required properties and 'seed'", ""),
        ),
        ({"seed": 3}, "Object with valid 'seed' value: Maximum value", ("", "seed", "Maximum value", "3")),
        (
            {"loss": {"kind": "huber", "delta": 1}},
            "Object with valid 'loss' value: Valid object",
            ("huber", "", "Valid object", ""),
        ),
        (
            {"loss": {"kind": "huber", "delta": 1}},
            "Object with valid 'loss' value: Object with valid 'delta' value: Near-boundary number",
            ("huber", "delta", "Near-boundary number", "1"),
        ),
        (
            {"layers": [{"loss": {"kind": "huber", "delta": 1}}]},
            "Object with valid 'layers' value: Single-item array: Object with valid 'loss' value: Valid object",
            ("huber", "", "Valid object", ""),
        ),
        (
            {"split": {"test": 0.5}},
            "Object with valid 'split' value: Object with valid 'test' value: Maximum value",
            ("split", "test", "Maximum value", "0.5"),
        ),
        ({}, "All required and 2 optional properties", ("", "", "All required and n optional properties", "")),
    ],
)
def test_a_value_is_the_same_wherever_its_part_is(body: object, description: str, what: tuple[str, ...]) -> None:
    assert tried(body, description) == what
