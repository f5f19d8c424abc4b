"""Reads documents that contain a spec, and reports mistakes in the document together with an unknown data set."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from api.http import parsing
from gradus.errors import InvalidSpec
from gradus.wire.problem import Mistake
from hub.datasets.facts import UnknownDataset, require
from hub.hub import Hub

Model = TypeVar("Model", bound=BaseModel)


def read(hub: Hub, workspace_id: str, body: bytes, model: type[Model], at: Sequence[str] = ()) -> Model:
    """The model that the body describes. `at` are the keys that lead to the spec within the document.

    Normally resolution finds an unknown data set, but it needs a document without mistakes. So that a user sees all
    mistakes at once, the data set of a refused document is looked up here.

    Raises:
        BadRequest: the body is not JSON.
        InvalidSpec: the document does not fit the model; `errors` lists every mistake, an unknown data set first.
    """
    document = parsing.parse(body)
    try:
        return parsing.validated(document, model)
    except InvalidSpec as error:
        unknown = _unknown_dataset(hub, workspace_id, document, at)
        known_paths = {mistake.path for mistake in error.errors}
        if not unknown or unknown.path in known_paths:
            raise
        raise parsing.invalid(unknown, *error.errors) from None


def _unknown_dataset(hub: Hub, workspace_id: str, document: Any, at: Sequence[str]) -> Mistake | None:
    """The mistake that the workspace has no data set with the document's name; None if the document names none."""
    name = _value(document, (*at, "dataset"))
    if isinstance(name, dict):
        name = name.get("name")
    if not isinstance(name, str) or not name:
        return None
    try:
        with hub.read() as session:
            require(session, workspace_id, name)
    except UnknownDataset as unknown:
        (mistake,) = unknown.errors
        return mistake.model_copy(update={"path": "/".join((*at, mistake.path))})
    return None


def _value(document: Any, keys: Sequence[str]) -> Any:
    """The value at these keys; None if the document has none."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document
