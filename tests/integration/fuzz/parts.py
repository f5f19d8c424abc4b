"""What requests have in common is tried in one of them: schemathesis loads this file.

A sweep's base is a spec, a block has layers, and layers have initializations: schemathesis would spoil each of their
fields, and try each of their values, wherever they occur. Their schema is one and the same, and so is what reads them.
"""

import json
import re
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

_LIKE_THE_RIGHT_ONE = 3
"""Of a place's wrong types schemathesis sends first what might be taken for the right one: a number for a text, a
fraction or a boolean for a number, null. Nothing takes a list for a number."""
_SAID_ALONE = {"title", "description", "default", "examples"}
"""What a schema says to people."""
_STEP = re.compile(r"Object with valid '([^']*)' value: |Single-item array: ")
"""One step of the way to a value, as schemathesis describes it."""

_tried_at: dict[Hashable, Hashable] = {}
"""For each place in the document, kind of schema and fault where it was met first."""
_wrong_types = Counter[Hashable]()
"""How many were sent to a place."""


@schemathesis.hook
def filter_case(_: HookContext, case: "Case[Any]") -> bool:
    """Whether a request is sent: not with a part spoiled, or a value tried, that another request has had."""
    data = case.meta.phase.data if case.meta is not None else None
    if not isinstance(data, CoveragePhaseData) or case.meta is None:
        return True
    spoiled = case.meta.generation.mode is GenerationMode.NEGATIVE
    if data.parameter_location is ParameterLocation.QUERY:
        return not spoiled or _is_new_parameter(case, data)
    if data.parameter_location is not ParameterLocation.BODY:
        return True
    return _is_new_place(case, data) if spoiled else _is_new_value(case, data)


def _is_new_parameter(case: "Case[Any]", data: CoveragePhaseData) -> bool:
    """Each is spoiled twice: alone, and beside the others."""
    if data.parameter is None:
        return True
    fault = case.operation.label, data.parameter, data.scenario, repr(case.query.get(data.parameter))
    return _is_first(fault, data.location)


def _is_new_place(case: "Case[Any]", data: CoveragePhaseData) -> bool:
    operation = case.operation
    document = operation.schema.raw_schema
    content = document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    if not data.location or data.parameter not in content:  # another media type than the operation reads
        return True
    place = place_of(document, content[data.parameter]["schema"], data.location)
    here = operation.label, data.location
    return _is_first(place, here) and (
        data.scenario is not CoverageScenario.INCORRECT_TYPE or _is_new_type(document, place, here)
    )


def _is_new_type(document: Mapping[str, Any], place: str, here: Hashable) -> bool:
    """Or one that might be taken for the right one."""
    _wrong_types[place] += 1
    schema, _, keyword = place.rpartition("/")
    if _wrong_types[place] <= _LIKE_THE_RIGHT_ONE or keyword != "type" or not schema.startswith("#"):
        return True
    return _is_first(json.dumps({k: v for k, v in _at(document, schema).items() if k not in _SAID_ALONE}), here)


def _is_new_value(case: "Case[Any]", data: CoveragePhaseData) -> bool:
    value = value_of(case.body, data.description)
    return value is None or _is_first((case.operation.label, value), case.id)


def _is_first(what: Hashable, here: Hashable) -> bool:
    return _tried_at.setdefault(what, here) == here


def value_of(body: Any, description: str) -> str | None:
    """What of a valid body is tried, as JSON: a part, or the field of a part with its value; None for the whole."""
    key = part = ""
    end = 0
    while step := _STEP.match(description, end):
        end = step.end()
        if step[1] is None:
            (body,) = body
        else:
            part = str(body.get("kind", key))
            key, body = step[1], body[step[1]]
    if not end:
        return None
    return json.dumps(body if isinstance(body, dict) else [part, key, body], sort_keys=True)


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
        document = document[int(step) if isinstance(document, list) else _plain(step)]
    return document


def _plain(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
