"""Describes JSON Schema in words: the values that a field accepts, and its default."""

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def accepts(schema: Schema) -> str:
    """The forms of values that a field accepts, joined by "or"."""
    forms = list(dict.fromkeys(_forms(schema)))
    return f"{', '.join(forms[:-1])} or {forms[-1]}" if len(forms) > 1 else forms[0]


def default(schema: Schema, *, required: bool) -> str:
    """The default as JSON; for an object with all its defaults, only its kind."""
    if required:
        return "required"
    value = schema.get("default")
    return code(value.get("kind", value) if isinstance(value, dict) else value)


def code(value: Any) -> str:
    """A JSON value as code."""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _forms(schema: Schema) -> Iterator[str]:
    if "anyOf" in schema:
        alone = [form for part in schema["anyOf"] if part.get("type") != "array" for form in _forms(part)]
        for part in schema["anyOf"]:
            if part.get("type") == "array" and set(_forms(part["items"])) == set(alone):
                yield f"a list of at most {part['maxItems']} of these"
            else:
                yield from _forms(part)
    elif "$ref" in schema or "oneOf" in schema:
        yield "an object"
    elif "const" in schema:
        yield code(schema["const"])
    elif "enum" in schema:
        yield from map(code, schema["enum"])
    elif schema["type"] == "object":
        yield f"an object with a value for each name: {accepts(schema['additionalProperties'])}"
    else:
        yield _typed(schema)


def _typed(schema: Schema) -> str:
    match schema["type"]:
        case "null":
            return "`null`"
        case "boolean":
            return "`true` or `false`"
        case "string":
            return f"text of at most {schema['maxLength']} characters"
        case "array":
            return f"a list of at most {schema['maxItems']}: {accepts(schema['items'])}"
        case "integer":
            return f"a whole number, {_bounds(schema, 'n')}"
        case other:
            assert other == "number"
            return f"a number, {_bounds(schema, 'x')}"


def _bounds(schema: Schema, letter: str) -> str:
    low = f"{schema['minimum']:.16g} ≤" if "minimum" in schema else f"{schema['exclusiveMinimum']:.16g} <"
    high = f"≤ {schema['maximum']:.16g}" if "maximum" in schema else f"< {schema['exclusiveMaximum']:.16g}"
    return f"{low} {letter} {high}"
