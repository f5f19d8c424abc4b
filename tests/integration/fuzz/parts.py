"""What bodies have in common is tried in one of them: schemathesis loads this file.

A sweep's base is a spec, a block has layers, and layers have initializations: schemathesis would spoil each of their
fields wherever they occur. Their schema is one and the same, and so is what reads them.
"""

from collections.abc import Mapping
from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import CoveragePhaseData

_tried_at: dict[str, tuple[str, str]] = {}
"""For each place in the document the operation, and the place in its body, where it was met first."""


@schemathesis.hook
def filter_case(_: HookContext, case: "Case[Any]") -> bool:
    """Whether a request is sent: not with a part spoiled that another place in a body has had spoiled."""
    data = case.meta.phase.data if case.meta is not None else None
    if not isinstance(data, CoveragePhaseData) or not data.location or case.meta is None:
        return True
    if case.meta.generation.mode is not GenerationMode.NEGATIVE or data.parameter_location != "body":
        return True
    operation = case.operation
    document = operation.schema.raw_schema
    content = document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    if data.parameter not in content:  # another media type than the operation reads
        return True
    place = place_of(document, content[data.parameter]["schema"], data.location)
    here = operation.label, data.location
    return _tried_at.setdefault(place, here) == here


def place_of(document: Mapping[str, Any], schema: Any, pointer: str) -> str:
    """Where in the document the pointer into a schema ends: after its last reference, if it passes any.

    Schemathesis writes a union with a discriminator as `allOf` of the member and the discriminator's value.
    """
    place = ""
    steps = iter(pointer.split("/")[1:])
    for step in steps:
        while "$ref" in schema and step not in schema:
            place = schema["$ref"]
            schema = _at(document, place)
        if step == "allOf" and step not in schema:
            if next(steps) == "0":
                continue
            return f"{place}/discriminator"
        schema = schema[int(step) if isinstance(schema, list) else _plain(step)]
        place += f"/{step}"
    return place


def _at(document: Any, reference: str) -> Any:
    for step in reference.split("/")[1:]:
        document = document[_plain(step)]
    return document


def _plain(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
