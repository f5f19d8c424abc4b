"""The OpenAPI document follows the rules that generators and linters check or rely on."""

import inspect
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from threading import Barrier
from typing import Any, get_args

import pytest
from fastapi._compat import get_cached_model_fields
from pydantic.fields import FieldInfo

import gradus.wire
from api.all_routes import ABOUT, DOCUMENT, ROUTES, TAGS
from api.openapi import schema_rules
from api.openapi.document import Document
from gradus.spec.dataset import OFTEN_LEFT_OUT
from gradus.wire.message import Finite, Message, Number

PREFIX = "#/components/schemas/"
PROBES = ("/healthz", "/readyz", "/v2", "/v2/health/live", "/v2/health/ready")
OPEN = {("post", "/v1/session"), *(("get", path) for path in PROBES)}
"""Operations that need no key."""
NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]}
Schema = dict[str, Any]


def operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def parameters(document: Schema, place: str) -> list[Schema]:
    return [
        one for *_, operation in operations(document) for one in operation.get("parameters", ()) if one["in"] == place
    ]


def names(node: Any) -> Iterator[str]:
    """The names of all schemas that the node refers to directly."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix(PREFIX)
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from names(one)


def reached(document: Schema, node: Any) -> set[str]:
    """The names of all schemas that the node refers to, directly or through other schemas."""
    found: set[str] = set()
    new = set(names(node))
    while new:
        found |= new
        new = set(names([document["components"]["schemas"][name] for name in new])) - found
    return found


def sent(document: Schema) -> dict[str, Schema]:
    """The schemas of request bodies, by name."""
    bodies = [operation["requestBody"] for *_, operation in operations(document) if "requestBody" in operation]
    return {name: document["components"]["schemas"][name] for name in reached(document, bodies)}


def answered(document: Schema) -> dict[str, Schema]:
    """The schemas of responses, by name."""
    answers = [operation["responses"] for *_, operation in operations(document)]
    return {name: document["components"]["schemas"][name] for name in reached(document, answers)}


def inner(schema: Any) -> Iterator[Schema]:
    """The schema, and all schemas inside it. The object `properties` is not a schema itself, but its values are."""
    if isinstance(schema, list):
        for one in schema:
            yield from inner(one)
    elif isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            if key not in {"enum", "const", "default", "examples", "required", "discriminator"}:
                yield from inner(list(value.values()) if key == "properties" else value)


def every(document: Schema) -> Iterator[tuple[str, Schema]]:
    for name, schema in document["components"]["schemas"].items():
        yield from ((name, one) for one in inner(schema))
    for method, path, operation in operations(document):
        for one in operation.get("parameters", ()):
            yield from ((f"{method} {path} {one['name']}", part) for part in inner(one["schema"]))


def test_threads_that_want_the_document_at_once_get_the_same() -> None:
    """If two threads build the document at the same time, FastAPI fails with a KeyError."""
    document = Document(ABOUT, TAGS, ROUTES)
    together = Barrier(3)

    def ask(_: int) -> Schema:
        together.wait()
        return document.whole()

    with ThreadPoolExecutor(3) as threads:
        first, *others = threads.map(ask, range(3))
    assert all(other is first for other in others)


def test_first_requests_do_not_disturb_the_document() -> None:
    """FastAPI also fails with a KeyError if a request creates the parameters of its route while the document is
    built."""
    get_cached_model_fields.cache_clear()
    document = Document(ABOUT, TAGS, ROUTES)
    made = get_cached_model_fields.cache_info().misses
    assert made > 0
    document.whole()
    assert get_cached_model_fields.cache_info().misses == made


def test_headers_are_text_and_none_is_described_twice(document: Schema) -> None:
    headers = parameters(document, "header")
    assert {one["name"] for one in headers} == {
        "content-digest", "idempotency-key", "if-match", "if-none-match", "inference-header-content-length",
        "last-event-id", "prefer",
    }  # fmt: skip
    assert {one["schema"]["type"] for one in headers} == {"string"}


def test_no_parameter_can_be_null(document: Schema) -> None:
    for one in parameters(document, "query") + parameters(document, "header"):
        assert {"type": "null"} not in one["schema"].get("anyOf", ()), one["name"]


def test_no_schema_has_a_title_to_be_taken_for_a_name(document: Schema) -> None:
    assert [name for name, schema in every(document) if "title" in schema] == []


def test_what_may_be_left_out_of_a_body_has_its_default_in_words(document: Schema) -> None:
    """If schemas had `default`, openapi-typescript would require the field, and openapi-python-client would always send
    it, and fail for objects."""
    for name, schema in sent(document).items():
        assert not any("default" in one for one in inner(schema)), name
    fields = sent(document)["SpecInput"]["properties"]
    assert fields["batch_size"]["description"].endswith("Default: `64`.")
    assert fields["init"]["description"].endswith('Default: `{"kind": "auto"}`.')
    assert "efault" not in fields["max_seconds"]["description"]
    assert sent(document)["SpecInput"]["required"] == ["dataset", "layers"]


def test_an_answer_has_every_key(document: Schema) -> None:
    for name, schema in answered(document).items():
        left_out = OFTEN_LEFT_OUT if name == "Dataset" else set()  # each kind has its own words
        assert set(schema.get("required", ())) == set(schema.get("properties", ())) - left_out, name
        assert not any("default" in one for one in inner(schema)), name


def test_what_a_key_tells_apart_has_that_key(document: Schema) -> None:
    schemas = document["components"]["schemas"]
    unions = [schema for _, schema in every(document) if "discriminator" in schema]
    assert len(unions) >= 8
    for union in unions:
        for member in union["oneOf"]:
            assert union["discriminator"]["propertyName"] in schemas[member["$ref"].removeprefix(PREFIX)]["required"]
    for name, schema in every(document):
        assert set(schema.get("required", ())) <= set(schema.get("properties", ())), name


def test_a_constant_beside_other_forms_is_an_enumeration(document: Schema) -> None:
    for name, schema in every(document):
        for form in schema.get("anyOf", ()):
            assert "const" not in form, name
    sizes = sent(document)["SpecInput"]["properties"]["batch_size"]["anyOf"]
    assert {"type": "string", "enum": ["full"]} in sizes


def test_bounds_of_whole_numbers_are_whole(document: Schema) -> None:
    bounds = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    whole = [schema for _, schema in every(document) if schema.get("type") == "integer"]
    found = [schema[bound] for schema in whole for bound in bounds if bound in schema]
    assert len(found) > 50
    assert {type(one) for one in found} == {int}


def test_a_list_says_what_its_items_are(document: Schema) -> None:
    lists = [(name, schema) for name, schema in every(document) if schema.get("type") == "array"]
    assert any("prefixItems" in schema for _, schema in lists)
    for name, schema in lists:
        assert "items" in schema, name


def test_servers_and_tags_are_declared(document: Schema) -> None:
    assert [server["url"] for server in document["servers"]] == ["/"]
    declared = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert declared == {tag for *_, operation in operations(document) for tag in operation["tags"]}


def test_each_operation_says_whether_it_needs_a_key(document: Schema) -> None:
    without = {(method, path) for method, path, operation in operations(document) if operation["security"] == []}
    assert without == OPEN


def test_numbers_that_may_not_be_finite_say_so(document: Schema) -> None:
    answers = answered(document)
    row, result = answers["MetricsRow"]["properties"], answers["SweepResult"]["properties"]
    for name in ("train_loss", "validation_loss", "test_loss", "penalty", "gradient_norm"):
        assert {key: row[name].get(key) for key in NUMBER} == NUMBER, name
    assert row["seconds"]["type"] == "number"
    for name in ("mean", "std"):
        assert all(form in result[name]["anyOf"] for form in (*NUMBER["anyOf"], {"type": "null"})), name
    assert NUMBER["anyOf"][1] in result["values"]["items"]["anyOf"]
    assert answers["Difference"]["properties"]["ci95"]["items"] == NUMBER


def messages() -> list[type[Message]]:
    modules = [import_module(f"gradus.wire.{file.stem}") for file in Path(gradus.wire.__path__[0]).glob("*.py")]
    classes = {cls for module in modules for _, cls in inspect.getmembers(module, inspect.isclass)}
    return sorted((cls for cls in classes if issubclass(cls, Message)), key=lambda cls: cls.__name__)


def bare_float(annotation: Any, metadata: list[Any]) -> bool:
    """Whether the annotation contains a float that is declared neither as `Number` nor as `Finite`."""
    if annotation is float:
        return not metadata
    if hasattr(annotation, "__metadata__"):
        return bare_float(annotation.__origin__, list(annotation.__metadata__))
    return any(bare_float(part, []) for part in get_args(annotation))


@pytest.mark.parametrize("message", messages())
def test_every_float_of_an_answer_is_a_number_or_finite(message: type[Message]) -> None:
    found = [name for name, field in message.model_fields.items() if bare_float(field.annotation, field.metadata)]
    assert found == [], "declare them as Number, or as Finite where they always are"


def test_the_search_for_bare_floats_finds_them() -> None:
    def field(annotation: Any) -> FieldInfo:
        return FieldInfo.from_annotation(annotation)

    for bare in (float, float | None, tuple[float, ...], dict[str, tuple[Number, float] | None]):
        one = field(bare)
        assert bare_float(one.annotation, one.metadata), bare
    for said in (Number, Finite, Number | None, tuple[Finite, Number], dict[str, Number | int]):
        one = field(said)
        assert not bare_float(one.annotation, one.metadata), said


def test_a_place_in_a_list_keeps_its_kind() -> None:
    schema = {"type": "array", "prefixItems": [{"type": "integer", "maximum": 2.0}, {"type": "string", "title": "X"}]}
    assert schema_rules.of_response(schema) == {
        "type": "array",
        "prefixItems": [{"type": "integer", "maximum": 2}, {"type": "string"}],
        "items": {"anyOf": [{"type": "integer", "maximum": 2}, {"type": "string"}]},
    }


def test_keys_that_are_called_as_keywords_are_left_alone() -> None:
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string"}, "default": {"type": "null", "title": "Default"}},
    }
    assert schema_rules.of_response(schema)["properties"] == {"title": {"type": "string"}, "default": {"type": "null"}}
    assert schema_rules.of_body(schema)["properties"] == {"title": {"type": "string"}, "default": {"type": "null"}}


def test_the_document_is_encoded_once_for_each_path_prefix() -> None:
    """Otherwise anyone could request it thousands of times at once, without reading the responses, and cost the service
    much time and memory."""
    encode = DOCUMENT.encoded
    assert encode("/lab") is encode("/lab")
    at_top, below = (
        json.loads(bytes(encode(root).response({"type": "http", "headers": []}).body)) for root in ("", "/lab")
    )
    assert (at_top["servers"][0]["url"], below["servers"][0]["url"]) == ("/", "/lab")
    assert at_top["paths"] == below["paths"]
