"""Describes OpenAPI schemas in words, with links to the schemas that they refer to."""

from collections.abc import Sequence
from typing import Any

from gradus.spec.experiment import Spec
from gradus.wire.message import NOT_FINITE

Schema = dict[str, Any]

PREFIX = "#/components/schemas/"
SPEC = frozenset({"Spec", *Spec.model_json_schema()["$defs"]})
"""Schemas of the spec, which are described on the page `spec.md`."""


def named(schema: Schema) -> str | None:
    """The name of the schema that a plain reference refers to; None for any other schema."""
    return schema["$ref"].removeprefix(PREFIX) if "$ref" in schema else None


def link(name: str) -> str:
    """A link to the description of a schema; input and output schemas share one description."""
    name = name.removesuffix("Input")
    if name in SPEC:
        return "[spec](spec.md)" if name == "Spec" else f"[{name}](spec.md)"
    return f"[{name}](#{name.lower()})"


def kind(schema: Schema) -> str:
    """The type of a value, in words."""
    name = named(schema)
    if name is not None:
        return link(name)
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(dict.fromkeys(map(kind, schema.get("anyOf") or schema["oneOf"])))
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("enum") == NOT_FINITE:
        return "non-finite"
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    return _typed(schema)


_PLAIN = {"null": "`null`", "boolean": "`true` or `false`", None: "anything"}
_NUMBERS = {"integer": "whole number", "number": "number"}


def _typed(schema: Schema) -> str:
    type_ = schema.get("type")
    if type_ in _NUMBERS:
        return _NUMBERS[type_] + _bounds(schema)
    match type_:
        case "array":
            return _places(schema["prefixItems"]) if "prefixItems" in schema else f"list of {kind(schema['items'])}"
        case "object":
            values = schema.get("additionalProperties")
            return f"object of {kind(values)}" if isinstance(values, dict) else "object"
        case "string":
            return _text(schema)
        case _:
            return _PLAIN[type_]


def _places(parts: Sequence[Schema]) -> str:
    return f"[{', '.join(map(kind, parts))}]"


def _text(schema: Schema) -> str:
    if schema.get("format") == "date-time":
        return "time"
    return "text" + (f", at most {schema['maxLength']} characters" if "maxLength" in schema else "")


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", at least {low}"
    return "" if high is None else f", at most {high}"
