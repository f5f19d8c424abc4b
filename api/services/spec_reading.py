"""Reading of documents with a spec: what is wrong with the document and with the name of its data set, at once."""

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
    """The model that the body describes. The document has a spec at these keys.

    Resolution looks data sets up, but only in documents without a mistake. A user who mends one mistake should not meet
    the next one, so a document that is refused is also searched for the name of its data set.

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
