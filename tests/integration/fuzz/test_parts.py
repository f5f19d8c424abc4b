"""Where in the OpenAPI document the place is that schemathesis has spoiled."""

import pytest

from tests.integration.fuzz.parts import place_of

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
