"""The fields of a kind, read off its JSON Schema: default, bounds and meaning."""

import json
from typing import Any

from rich.table import Table

Schema = dict[str, Any]


def fields(schema: Schema) -> Table | None:
    """One line for each; None for a kind that has none."""
    properties = {name: field for name, field in schema.get("properties", {}).items() if name != "kind"}
    if not properties:
        return None
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("key", "default", "accepts", "meaning"):
        table.add_column(heading, no_wrap=heading in {"key", "default"})
    for name, field in properties.items():
        required = name in schema.get("required", ())
        table.add_row(
            name, _default(field, required=required), _accepts(field), " ".join(field.get("description", "").split())
        )
    return table


def _default(field: Schema, *, required: bool) -> str:
    if required:
        return "required"
    value = field.get("default")
    return json.dumps(value.get("kind", value) if isinstance(value, dict) else value)


def _accepts(field: Schema) -> str:
    """Bounds or choices, where a field has them."""
    forms = [form for part in field.get("anyOf", [field]) if (form := _form(part))]
    return " or ".join(dict.fromkeys(forms))


def _form(part: Schema) -> str:
    if "enum" in part:
        return ", ".join(map(str, part["enum"]))
    if "const" in part:
        return json.dumps(part["const"])
    if part.get("type") in {"number", "integer"}:
        return _bounds(part)
    return {"boolean": "true or false"}.get(str(part.get("type")), "")


def _bounds(part: Schema) -> str:
    low = f"≥ {part['minimum']:g}" if "minimum" in part else ""
    low = f"> {part['exclusiveMinimum']:g}" if "exclusiveMinimum" in part else low
    high = f"≤ {part['maximum']:g}" if "maximum" in part else ""
    high = f"< {part['exclusiveMaximum']:g}" if "exclusiveMaximum" in part else high
    return ", ".join(filter(None, (low, high)))
