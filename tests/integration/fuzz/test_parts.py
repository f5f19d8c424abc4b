"""Where in the OpenAPI document the place is that schemathesis has spoiled."""

import pytest

from tests.integration.fuzz.parts import place_of, value_of

DOCUMENT = {
    "components": {
        "schemas": {
            "Spec": {"properties": {"layers": {"items": {"oneOf": [{"$ref": "#/components/schemas/Dense"}]}}}},
            "Dense": {"properties": {"kind": {"const": "dense"}, "units": {"type": "integer"}}},
        }
    }
}
SPEC = {"$ref": "#/components/schemas/Spec"}
HUBER = '{"delta": 1, "kind": "huber"}'
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
    ("body", "description", "tried"),
    [
        ({"seed": 3}, "Object with all required properties and 'seed'", None),
        ({"seed": 3}, "Object with valid 'seed' value: Maximum value", '["", "seed", 3]'),
        ({"loss": {"kind": "huber", "delta": 1}}, "Object with valid 'loss' value: Valid object", HUBER),
        (
            {"loss": {"kind": "huber", "delta": 1}},
            "Object with valid 'loss' value: Object with valid 'delta' value: Near-boundary number",
            '["huber", "delta", 1]',
        ),
        (
            {"layers": [{"loss": {"kind": "huber", "delta": 1}}]},
            "Object with valid 'layers' value: Single-item array: Object with valid 'loss' value: Valid object",
            HUBER,
        ),
        (
            {"split": {"test": 0.5}},
            "Object with valid 'split' value: Object with valid 'test' value: Maximum value",
            '["split", "test", 0.5]',
        ),
    ],
)
def test_a_value_is_the_same_wherever_its_part_is(body: object, description: str, tried: str | None) -> None:
    assert value_of(body, description) == tried
