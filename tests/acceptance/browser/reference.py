"""Reduces the API reference to a part of it. To draw all of it takes Chromium four CPU seconds."""

import json
import re
from collections.abc import Callable

from tests.acceptance.browser.answering import Asked


def only(tag: str) -> Callable[[Asked], None]:
    """Answers a request for the OpenAPI document with the part of it whose GET operations have this tag.

    `test_prefix.py` draws the whole reference.
    """

    def answer(asked: Asked) -> None:
        document = asked.answer_of_service().json()
        paths = {path: item for path, item in document["paths"].items() if item.get("get", {}).get("tags") == [tag]}
        schemas, found, more = document["components"]["schemas"], dict[str, object](), True
        while more:
            named = re.findall(r'"#/components/schemas/([^"]+)"', json.dumps([paths, found]))
            more = not found.keys() >= set(named)
            found = {name: schemas[name] for name in named}
        components = {**document["components"], "schemas": found}
        asked.fulfill(document={**document, "paths": paths, "components": components})

    return answer
