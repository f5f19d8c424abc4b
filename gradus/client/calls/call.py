"""A call: one request as a value, how its answer is read, and whether it may be sent twice."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

from gradus.errors import BadRequest

T_co = TypeVar("T_co", covariant=True)

Document = BaseModel | Mapping[str, Any]
"""A body: a typed one, or its document, which the service validates."""


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[bytes], T_co]
    query: Mapping[str, str | int | tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    seconds: int = 0
    """How long the service was asked to wait before it answers."""
    harmless: bool = False
    """A POST that does no more when it is sent twice."""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does what sending it once does."""
        return self.method != "POST" or self.harmless or "Idempotency-Key" in self.headers


def once(idempotency_key: str | None) -> dict[str, str]:
    """The header under which a service does a thing once, however often it is asked; a new key if none is given."""
    return {"Idempotency-Key": str(uuid4()) if idempotency_key is None else idempotency_key}


def place(family: str, name: str, part: str = "") -> str:
    """The path of one thing, or of a part of it, whatever its name: `..` would lead to another's."""
    inside = quote(name, safe="")
    if name in {".", ".."}:
        inside = name.replace(".", "%2E")
    return "/".join(["/v1", family, inside, *([part] if part else [])])


def given(**options: str | int | None) -> dict[str, str | int]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def nothing(_: bytes) -> None:
    """Reads an answer without a body."""


def document(body: Document | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body as a document, with these fields in it or instead of its own."""
    whole = body.model_dump(mode="json") if isinstance(body, BaseModel) else dict(body or {})
    return {**whole, **fields}


def encoded(body: Document) -> bytes:
    """A document as JSON; it may have typed pieces in it, such as `{"optimizer": Adam()}`.

    Raises:
        BadRequest: something in it has no form in JSON.
    """
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    try:
        return json.dumps(body, default=to_jsonable_python).encode()
    except (TypeError, ValueError, PydanticSerializationError) as error:
        raise BadRequest(f"the document cannot be written as JSON: {error}") from error
