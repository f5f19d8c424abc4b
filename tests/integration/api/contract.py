"""The OpenAPI document as a contract: every response to a client of the tests is checked against it."""

import json
import re
from functools import cached_property
from typing import Any

import httpx
import jsonschema_rs

JSON_TYPES = ("application/json", "application/problem+json")


class Contract:
    """The OpenAPI document, and the responses that it allows."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._validators: dict[str, Any] = {}

    def hold(self, response: httpx.Response) -> None:
        """Fail if the response of a documented operation differs from the document.

        Responses to HEAD have no body, and event streams do not end: for their events, see `hold_event`.
        """
        operation = self._operation(response.request.method.lower(), response.request.url.path)
        if operation is None:
            return
        said = operation["responses"].get(str(response.status_code))
        assert said is not None, f"{response.request!r} answers {response.status_code}, of which nobody said anything"
        media_type = response.headers.get("content-type", "").partition(";")[0]
        assert not media_type or media_type in said.get("content", {}), f"{response.request!r} answers {media_type}"
        if media_type in JSON_TYPES:
            self._check(said["content"][media_type]["schema"], json.loads(response.read()))

    def hold_event(self, kind: str, data: Any) -> None:
        """Fail if the data of an event are neither a metrics row, nor an experiment, nor a log line."""
        line = {"required": ["what", "done", "total", "unit"] if kind == "progress" else ["level", "message"]}
        names = {"epoch": "MetricsRow", "status": "ExperimentRecord", "end": "ExperimentRecord"}
        self._check({"$ref": f"#/components/schemas/{names[kind]}"} if kind in names else line, data)

    def _check(self, schema: dict[str, Any], instance: Any) -> None:
        key = json.dumps(schema)
        if key not in self._validators:
            whole = schema | {"components": self._document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        wrong = [
            f"{'/'.join(map(str, one.instance_path))}: {one.message}"
            for one in self._validators[key].iter_errors(instance)
        ]
        assert not wrong, f"not {key}: {wrong}"

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, methods in self._patterns:
            if pattern.fullmatch(path) and method in methods:
                found: dict[str, Any] = methods[method]
                return found
        return None

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        return [
            (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), methods)
            for path, methods in self._document["paths"].items()
        ]
