"""One request as a value: what is sent, how its answer is read, and whether sending it twice is harmless."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

from gradus.errors import BadRequest
from gradus.wire.experiment import ExperimentPage, ExperimentRecord

if TYPE_CHECKING:
    import httpx

M = TypeVar("M", bound=BaseModel)
R_co = TypeVar("R_co", covariant=True)

Document = BaseModel | Mapping[str, Any]
"""A body: a typed one, or its JSON document, which the service validates."""
TIMEOUT = 30.0
"""Seconds without an answer after which a request counts as lost by default."""
MAX_RETRIES = 4
"""How often a request is sent again by default: over about two seconds, in which a service can restart."""
PAGE_SIZE = 200
"""Most items of a list in one answer."""


@dataclass(frozen=True)
class Options:
    """What a caller can set for all requests of a client."""

    timeout: float = TIMEOUT
    max_retries: int = MAX_RETRIES
    headers: Mapping[str, str] = field(default_factory=dict)


DEFAULT_OPTIONS = Options()


@dataclass(frozen=True)
class FileBody:
    """A body that is sent in pieces, which are read anew for each attempt."""

    media_type: str
    size: int
    """In bytes."""
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Request(Generic[R_co]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: "Callable[[httpx.Response], R_co]"
    query: Mapping[str, str | int | tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | FileBody | None = None
    """A JSON document, or a file."""
    wait: int = 0
    """Seconds that the service was asked to wait before it answers."""
    harmless: bool = False
    """A POST that does no more when it is sent twice."""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does what sending it once does."""
        keyed = any(name.lower() == "idempotency-key" for name in self.headers)
        return self.method != "POST" or self.harmless or keyed


def reads(model: type[M]) -> "Callable[[httpx.Response], M]":
    """Reads an answer's JSON document as this model."""
    return lambda response: model.model_validate_json(response.content)


def reads_json(response: "httpx.Response") -> Any:
    """Reads an answer's JSON document as it is; None if it has none."""
    return json.loads(response.content) if response.content else None


def nothing(_: "httpx.Response") -> None:
    """Reads an answer without a body."""


def path_of(family: str, name: str, part: str = "") -> str:
    """The path of one resource, or of a part of it, whatever its name: `..` would lead to another's."""
    inside = quote(name, safe="")
    if name in {".", ".."}:
        inside = name.replace(".", "%2E")
    return "/".join(["/v1", family, inside, *([part] if part else [])])


def idempotency(key: str | None) -> dict[str, str]:
    """The header under which the service does a thing once, however often it is asked; by default with a new key."""
    return {"Idempotency-Key": str(uuid4()) if key is None else key}


def given(**options: str | int | None) -> dict[str, str | int]:
    """The options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def document(body: Document | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body as a document, with these fields in it or instead of its own."""
    whole = body.model_dump(mode="json") if isinstance(body, BaseModel) else dict(body or {})
    return {**whole, **fields}


def encoded(body: Document) -> bytes:
    """A document as JSON; it may have typed values in it, such as `{"optimizer": Adam()}`.

    Raises:
        BadRequest: a value has no form in JSON.
    """
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    try:
        return json.dumps(body, default=to_jsonable_python).encode()
    except (TypeError, ValueError, PydanticSerializationError) as error:
        raise BadRequest(f"the document cannot be written as JSON: {error}") from error


def get_experiment(experiment_id: str) -> Request[ExperimentRecord]:
    """`GET /v1/experiments/{id}`."""
    return Request("GET", path_of("experiments", experiment_id), reads(ExperimentRecord))


def list_experiments(
    ids: Sequence[str] = (), statuses: Sequence[str] = (), **options: str | int | None
) -> Request[ExperimentPage]:
    """`GET /v1/experiments`: of these ids alone if there are any, in any of these statuses."""
    several = {name: tuple(values) for name, values in (("id", ids), ("status", statuses)) if values}
    return Request("GET", "/v1/experiments", reads(ExperimentPage), query={**several, **given(**options)})
