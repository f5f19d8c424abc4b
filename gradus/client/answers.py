"""Answers that a worker computes: after a while the service responds with 202, and the request is repeated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from gradus.client.request import Request
from gradus.client.retry import Deadline

if TYPE_CHECKING:
    import httpx

    from gradus.client.transport import Transport

M = TypeVar("M", bound=BaseModel)
WAIT = 30
"""Seconds that one request waits."""


async def answer(
    transport: "Transport[Any]",
    model: type[M],
    path: str,
    timeout: float | None,
    *,
    query: Mapping[str, str | int | tuple[str, ...]] | None = None,
    body: bytes | None = None,
) -> M:
    """The answer of `GET path` or, with a body, of a POST that is harmless to repeat. The request is repeated until
    there is an answer.

    Raises:
        TimeoutError: there is no answer after `timeout` seconds; a worker still computes it.
    """
    deadline = Deadline(timeout, "there is no answer yet")

    def read(response: "httpx.Response") -> M | None:
        return None if response.status_code == 202 else model.model_validate_json(response.content)

    while True:
        seconds = max(1, int(min(WAIT, deadline.left())))
        request: Request[Any] = Request(
            "GET" if body is None else "POST",
            path,
            read,
            query=query or {},
            headers={"Prefer": f"wait={seconds}"},
            body=body,
            wait=seconds,
            harmless=True,
        )
        found: M | None = await transport.wait_for(request, deadline)
        if found is not None:
            return found
        deadline.check()
