"""What requests have in common is tried in one of them: schemathesis loads this file.

Each operation gets each kind of value and of fault once in each place: a parameter, or a field of a part of its body.
More of the same kind are sent to the first place alone that has such a schema. A sweep's base is a spec, a block has
layers, and layers have initializations: their schema is one and the same wherever they occur, and so is what reads
them. With `TESTS_FUZZ_ALL` set, all that schemathesis draws is sent, several times as much.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

ALL, OWN_KEY = "TESTS_FUZZ_ALL", "TESTS_FUZZ_OWN_KEY"
"""Variables: whether everything is sent, and the id of the key that the requests have."""
_BASES = (
    {"dataset": "digits", "layers": [4]},
    {"dataset": "diabetes", "layers": [], "loss": "absolute", "batch_size": "full"},
    {"dataset": "wine", "layers": [{"kind": "dense", "units": 3}], "optimizer": "sgd", "epochs": 2, "tags": ["a"]},
    {"dataset": {"name": "mnist", "limit": 100}, "layers": [{"kind": "conv", "channels": 2}], "dropout": 0.5},
)
"""What sweeps begin with: each kind of task."""
_TAKEN_FOR = {"integer": 2}
"""How many of the wrong types might be taken for the right one: a fraction and a boolean for an integer."""
_ALL_OF = {CoverageScenario.ENUM_VALUE, CoverageScenario.VALID_BOOLEAN}
"""Each such value means something else."""
_STEP = re.compile(r"Object with valid '([^']*)' value: |Single-item array: ")
"""One step of the way to a value, as schemathesis describes it."""

_tried_at: dict[Hashable, Hashable] = {}
"""For each place in the document, kind of schema and fault where it was met first."""
_wrong_types = Counter[Hashable]()
"""How many were sent to a place."""


@schemathesis.hook
def before_load_schema(_: HookContext, raw_schema: dict[str, Any]) -> None:
    """Leave out of the document what would be drawn and not be sent, which takes longer than all that is."""
    if ALL not in os.environ:
        raw_schema["components"]["schemas"]["SweepRequestInput"]["properties"]["base"] = {"enum": list(_BASES)}


@schemathesis.hook
def filter_case(_: HookContext, case: "Case[Any]") -> bool:
    """Whether a request is sent: not with a part spoiled, or a value tried, that another request has had."""
    if OWN_KEY in os.environ and (case.path_parameters or {}).get("key_id") == os.environ[OWN_KEY]:
        return False  # it would be revoked, and whatever is asked after it refused
    data = case.meta.phase.data if case.meta is not None else None
    if ALL in os.environ or not isinstance(data, CoveragePhaseData) or case.meta is None:
        return True
    # One place refuses them, and `test_matrix.py` compares the routes with the document.
    if data.scenario is CoverageScenario.UNSPECIFIED_HTTP_METHOD:
        return _is_first((data.scenario, case.operation.path), case.id)
    location = data.parameter_location
    if location is None or location is ParameterLocation.UNKNOWN:
        return True
    if location is not ParameterLocation.BODY:
        return _is_new_parameter(case, data, getattr(case, location.container_name) or {})
    return (
        _is_new_place(case, data) if case.meta.generation.mode is GenerationMode.NEGATIVE else _is_new_value(case, data)
    )


def _is_new_parameter(case: "Case[Any]", data: CoveragePhaseData, values: Mapping[str, Any]) -> bool:
    """The operation's first of its kind, or a value that no operation's parameter of this name has had. All values of
    an enumeration are sent, and both booleans."""
    if data.scenario in _ALL_OF:
        return True
    what = data.parameter or _without_numbers(data.description), data.scenario
    return _is_new(case, "", what, repr(values.get(data.parameter)) if data.parameter else "")


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
    """Of a place's wrong types schemathesis sends first what might be taken for the right one: a number for a text, a
    boolean for a number. The others are sent where this type is wanted first."""
    _wrong_types[place] += 1
    schema, _, keyword = place.rpartition("/")
    if keyword not in {"type", "enum"} or not schema.startswith("#"):
        return True
    wanted = _at(document, schema)
    kind = str(wanted.get("type"))
    is_first = _is_first((kind, "enum" in wanted or "const" in wanted), here)
    return is_first or _wrong_types[place] <= _TAKEN_FOR.get(kind, 1)


def _is_new_value(case: "Case[Any]", data: CoveragePhaseData) -> bool:
    part, key, how, value = tried(case.body, data.description)
    return _is_new(case, part, (key, how), value)


def _is_new(case: "Case[Any]", part: str, what: Hashable, value: str) -> bool:
    """Whether it is the part's first of its kind, or a value that nothing of this name has had."""
    here, anywhere = (case.operation.label, part, what), (what, value)
    return [_is_first(here, case.id), _is_first(anywhere, case.id)] != [False, False]


def _is_first(what: Hashable, here: Hashable) -> bool:
    return _tried_at.setdefault(what, here) == here


def tried(body: Any, description: str) -> tuple[str, str, str, str]:
    """What of a valid body is tried: the part and its field, in which way, and the value as JSON.

    Of a part as a whole, which fields it has: their values are the same each time.
    """
    key = part = ""
    end = 0
    while step := _STEP.match(description, end):
        end = step.end()
        if step[1] is None:
            (body,) = body
        else:
            part = _kind(body, key)
            key, body = step[1], body[step[1]]
    how = _without_numbers(description[end:])
    if not end or isinstance(body, dict):
        return _kind(body, key), "", how, ""
    return part, key, how, json.dumps(body, sort_keys=True)


def _kind(body: Any, key: str) -> str:
    return str(body.get("kind", key)) if isinstance(body, dict) else key


def _without_numbers(description: str) -> str:
    return re.sub(r"\d+", "n", description)


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
