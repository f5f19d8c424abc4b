"""A request as a value: what is sent, how the response is read, and whether sending it twice is harmless."""

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
"""Default timeout: seconds without an answer after which a request counts as lost."""
MAX_RETRIES = 4
"""Default number of retries: they take about two seconds, in which a service can restart."""
PAGE_SIZE = 200
"""Maximum number of items in one page of a list."""


@dataclass(frozen=True)
class Options:
    """The options for all requests of a client."""

    timeout: float = TIMEOUT
    max_retries: int = MAX_RETRIES
    headers: Mapping[str, str] = field(default_factory=dict)


DEFAULT_OPTIONS = Options()


@dataclass(frozen=True)
class FileBody:
    """A body that is sent in pieces, which are read again for each attempt."""

    media_type: str
    size: int
    """Size in bytes."""
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Request(Generic[R_co]):
    """One request, and how its response is read."""

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
    """Whether a POST can be repeated without further effect."""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice has the same effect as sending it once."""
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
    """The path of a resource or of its part. The name is escaped: a plain `..` would lead to another resource."""
    inside = quote(name, safe="")
    if name in {".", ".."}:
        inside = name.replace(".", "%2E")
    return "/".join(["/v1", family, inside, *([part] if part else [])])


def idempotency(key: str | None) -> dict[str, str]:
    """The `Idempotency-Key` header, so that the service executes a repeated request once; by default a new key."""
    return {"Idempotency-Key": str(uuid4()) if key is None else key}


def given(**options: str | int | None) -> dict[str, str | int]:
    """The options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def document(body: Document | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body as a document, with these fields added or replaced."""
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
    """`GET /v1/experiments`, filtered by ids and statuses if any are given."""
    several = {name: tuple(values) for name, values in (("id", ids), ("status", statuses)) if values}
    return Request("GET", "/v1/experiments", reads(ExperimentPage), query={**several, **given(**options)})
