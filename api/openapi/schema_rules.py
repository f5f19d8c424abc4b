"""Rules that make a JSON Schema of pydantic's plain to other people's generators and linters.

Each is a function of one schema, the ones inside it done already. None changes what a document may be.
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
    """Of what a client sends."""
    return _through(schema, (*_EVERYWHERE, _default_in_words))


def of_answer(schema: Schema) -> Schema:
    """Of what the service sends: there every key is written, and no default is ever taken."""
    return _through(schema, (*_EVERYWHERE, _without_default))


def of_parameter(schema: Schema) -> Schema:
    """Of a parameter or a header: it can be left out, but nobody can send null."""
    parts = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    if len(parts) == 1:
        schema = {**_without(schema, "anyOf"), **parts[0]}
    return _through(schema, _EVERYWHERE)


def of_header(schema: Schema) -> Schema:
    """Of a header: the lines of one that comes several times are one text with commas (RFC 9110, 5.3)."""
    schema = of_parameter(schema)
    return {**_without(schema, "items"), "type": "string"} if schema.get("type") == "array" else schema


def with_required_tags(schemas: Schemas) -> Schemas:
    """The schemas, where each member of a union that a key tells apart must have that key."""
    tags = dict(_tagged(schemas))
    return {name: _requiring(schema, tags[name]) if name in tags else schema for name, schema in schemas.items()}


def _through(schema: Schema, rules: tuple[Callable[[Schema], Schema], ...]) -> Schema:
    done = {key: _inside(key, value, rules) for key, value in schema.items()}
    for rule in rules:
        done = rule(done)
    return done


def _inside(key: str, value: Any, rules: tuple[Callable[[Schema], Schema], ...]) -> Any:
    """What stands under a keyword, with the schemas in it done."""
    match key, value:
        case "properties" | "patternProperties" | "$defs", dict():
            return {name: _through(one, rules) for name, one in value.items()}
        case "anyOf" | "oneOf" | "allOf" | "prefixItems", list():
            return [_through(one, rules) for one in value]
        case "items" | "additionalProperties" | "propertyNames" | "not", dict():
            return _through(value, rules)
        case _:
            return value


def _untitled(schema: Schema) -> Schema:
    """Without the title, which repeats the name; generators call what they make by it, and two by one name collide."""
    return _without(schema, "title")


def _whole_bounds(schema: Schema) -> Schema:
    """The bounds of whole numbers are whole numbers."""
    if schema.get("type") != "integer":
        return schema
    return schema | {bound: int(schema[bound]) for bound in _BOUNDS if bound in schema}


def _items_beside_prefix_items(schema: Schema) -> Schema:
    """A list that names its places says also what its items are, to who knows no places."""
    if "prefixItems" not in schema or "items" in schema:
        return schema
    kinds = list({json.dumps(place, sort_keys=True): place for place in schema["prefixItems"]}.values())
    return schema | {"items": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}}


def _members_require(schema: Schema) -> Schema:
    """What tells the members of a union apart is required by each of them, not by the union, which has no keys."""
    union = "properties" not in schema and not schema.keys().isdisjoint({"oneOf", "anyOf"})
    return _without(schema, "required") if union else schema


def _constant_as_enumeration(schema: Schema) -> Schema:
    """A constant among other forms of a value is a typed enumeration of one, which more generators read."""
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
    """Defaults stand in the description: a generated client shall neither send nor demand what may be left out."""
    if schema.get("default") is None or "const" in schema:
        return _without_default(schema)
    value = json.dumps(schema["default"], ensure_ascii=False)
    said = f"{schema.get('description', '')} Default: `{value}`.".strip()
    return _without_default(schema) | {"description": said}


def _without_default(schema: Schema) -> Schema:
    return _without(schema, "default")


_EVERYWHERE = (_untitled, _whole_bounds, _items_beside_prefix_items, _members_require, _constant_as_enumeration)


def _without(schema: Schema, keyword: str) -> Schema:
    return {key: value for key, value in schema.items() if key != keyword}


def _tagged(value: Any) -> Iterator[tuple[str, str]]:
    """The names of the schemas that unions anywhere in the value tell apart, each with the key that does it."""
    if isinstance(value, dict):
        if "discriminator" in value:
            key = value["discriminator"]["propertyName"]
            yield from ((member["$ref"].removeprefix(PREFIX), key) for member in value["oneOf"])
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _tagged(one)


def _requiring(schema: Schema, key: str) -> Schema:
    return schema | {"required": sorted({key, *schema.get("required", ())})}
