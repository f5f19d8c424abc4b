"""Rules that adapt pydantic's JSON Schemas to common code generators and linters.

Each rule is a function of one schema whose nested schemas are converted already. No rule changes which documents are
valid.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]
Schemas = dict[str, Schema]

PREFIX = "#/components/schemas/"
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def of_body(schema: Schema) -> Schema:
    """Convert the schema of a request body."""
    return _apply(schema, (*_EVERYWHERE, _default_in_words))


def of_response(schema: Schema) -> Schema:
    """Convert the schema of a response: every key is present in it, so defaults are dropped."""
    return _apply(schema, (*_EVERYWHERE, _without_default))


def of_parameter(schema: Schema) -> Schema:
    """Convert the schema of a parameter or a header: it may be omitted, but cannot be null."""
    parts = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    if len(parts) == 1:
        schema = {**_without(schema, "anyOf"), **parts[0]}
    return _apply(schema, _EVERYWHERE)


def of_header(schema: Schema) -> Schema:
    """Convert the schema of a header: repeated header lines are one comma-separated text (RFC 9110, 5.3)."""
    schema = of_parameter(schema)
    return {**_without(schema, "items"), "type": "string"} if schema.get("type") == "array" else schema


def with_required_tags(schemas: Schemas) -> Schemas:
    """The schemas, with the discriminator key required in each member of a discriminated union."""
    tags = dict(_tagged(schemas))
    return {name: _requiring(schema, tags[name]) if name in tags else schema for name, schema in schemas.items()}


def _apply(schema: Schema, rules: tuple[Callable[[Schema], Schema], ...]) -> Schema:
    converted = {key: _inside(key, value, rules) for key, value in schema.items()}
    for rule in rules:
        converted = rule(converted)
    return converted


def _inside(key: str, value: Any, rules: tuple[Callable[[Schema], Schema], ...]) -> Any:
    """The value of a keyword, with the rules applied to the schemas in it."""
    match key, value:
        case "properties" | "patternProperties" | "$defs", dict():
            return {name: _apply(nested, rules) for name, nested in value.items()}
        case "anyOf" | "oneOf" | "allOf" | "prefixItems", list():
            return [_apply(nested, rules) for nested in value]
        case "items" | "additionalProperties" | "propertyNames" | "not", dict():
            return _apply(value, rules)
        case _:
            return value


def _untitled(schema: Schema) -> Schema:
    """Drop the title, which repeats the name. Generators use titles as class names, and equal titles would collide."""
    return _without(schema, "title")


def _whole_bounds(schema: Schema) -> Schema:
    """Write the bounds of integers as integers."""
    if schema.get("type") != "integer":
        return schema
    return schema | {bound: int(schema[bound]) for bound in _BOUNDS if bound in schema}


def _items_beside_prefix_items(schema: Schema) -> Schema:
    """Add `items` beside `prefixItems`, for tools that do not know `prefixItems`."""
    if "prefixItems" not in schema or "items" in schema:
        return schema
    kinds = list({json.dumps(place, sort_keys=True): place for place in schema["prefixItems"]}.values())
    return schema | {"items": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}}


def _members_require(schema: Schema) -> Schema:
    """Drop `required` from a union, which has no keys itself: its members require their discriminator."""
    union = "properties" not in schema and not schema.keys().isdisjoint({"oneOf", "anyOf"})
    return _without(schema, "required") if union else schema


def _constant_as_enumeration(schema: Schema) -> Schema:
    """Write a constant in a union as a typed enumeration with one value, which more generators support."""
    forms = schema.get("anyOf", ())
    if not any("const" in form for form in forms):
        return schema
    return schema | {"anyOf": [_enumerated(form) for form in forms]}


def _enumerated(schema: Schema) -> Schema:
    if "const" not in schema:
        return schema
    value = schema["const"]
    return {"type": _TYPES[type(value)], **_without(schema, "const"), "enum": [value]}


def _default_in_words(schema: Schema) -> Schema:
    """Move defaults to the description: generated clients should neither send nor require optional keys."""
    if schema.get("default") is None or "const" in schema:
        return _without_default(schema)
    value = json.dumps(schema["default"], ensure_ascii=False)
    description = f"{schema.get('description', '')} Default: `{value}`.".strip()
    return _without_default(schema) | {"description": description}


def _without_default(schema: Schema) -> Schema:
    return _without(schema, "default")


_EVERYWHERE = (_untitled, _whole_bounds, _items_beside_prefix_items, _members_require, _constant_as_enumeration)


def _without(schema: Schema, keyword: str) -> Schema:
    return {key: value for key, value in schema.items() if key != keyword}


def _tagged(value: Any) -> Iterator[tuple[str, str]]:
    """The names of the schemas in discriminated unions anywhere in the value, each with its discriminator key."""
    if isinstance(value, dict):
        if "discriminator" in value:
            key = value["discriminator"]["propertyName"]
            yield from ((member["$ref"].removeprefix(PREFIX), key) for member in value["oneOf"])
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _tagged(item)


def _requiring(schema: Schema, key: str) -> Schema:
    return schema | {"required": sorted({key, *schema.get("required", ())})}
