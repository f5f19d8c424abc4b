"""The application, without any requests."""

import asyncio
from typing import Any

from fastapi import FastAPI

from api.app import start_up
from gradus.examples import EXAMPLES
from gradus.spec.experiment import Spec
from hub.scratch import scratch_folder

READINESS = {"/readyz", "/v2/health/ready"}
"""Paths whose status 503 is a regular response, and so no problem document."""


def test_every_route_that_may_fail_says_that_it_answers_with_a_problem(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and path not in READINESS:
                    assert set(response["content"]) == {"application/problem+json"}, (method, path, status)
            assert path in {"/healthz", "/v2", "/v2/health/live", *READINESS} or {"400", "500", "503"} <= set(
                operation["responses"]
            ), path


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for value in node.values() for ref in references(value)]
        return [ref for item in node for ref in references(item)] if isinstance(node, list) else []

    assert {ref.removeprefix("#/components/schemas/") for ref in references(document)} <= set(schemas)
    assert "HTTPValidationError" not in schemas


def test_the_body_of_a_create_is_the_spec_with_its_shorthands(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/experiments"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/SpecInput"}
    assert set(body["examples"]) == set(EXAMPLES)
    schema = document["components"]["schemas"]["SpecInput"]
    assert set(schema["properties"]) == set(Spec.model_fields)
    name = {"type": "string", "minLength": 1, "maxLength": 100}
    assert name in schema["properties"]["dataset"]["anyOf"]


def test_every_route_is_described_in_a_sentence(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"].endswith("."), (method, path)
            assert operation["tags"], (method, path)


def test_every_operation_has_a_name_of_its_own_and_every_link_names_one(document: dict[str, Any]) -> None:
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    answers = [answer for one in operations for answer in one["responses"].values()]
    linked = [link["operationId"] for answer in answers for link in answer.get("links", {}).values()]
    assert "pause_experiment" in linked
    assert set(linked) <= set(names)


def test_a_server_that_starts_deletes_what_a_killed_one_has_left(app: FastAPI) -> None:
    incoming = app.state.app_state.hub.settings.incoming
    left = incoming / "preview-of-a-killed-server"
    left.mkdir(parents=True)

    async def start() -> bool:
        with scratch_folder(incoming, "preview") as used:
            await start_up(app)
            return used.is_dir()

    assert asyncio.run(start())
    assert list(incoming.iterdir()) == []
